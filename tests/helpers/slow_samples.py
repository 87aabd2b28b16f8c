"""Second reading of measuring, part 1: from raw rows to clean samples with their windowed means.

Plain loops over whole numbers, so that a value exactly at a limit is at the limit: time in half milliseconds (the
middle of a hold is then a whole number), speed in micrometres per second, grade in millionths. Written from the
specification's text alone; shares no code with the rules.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from fractions import Fraction

SECOND = 2000  # half milliseconds
MICRO = 1_000_000

RUNNING = 2_000_000
RUNNING_BY_CADENCE = 1_200_000
MAX_SPEED = 12_500_000
MAX_GRADE = 450_000
MAX_CHANGE = 6 * MICRO  # micrometres per second, per second
CADENCE_LIMITS = (40, 260)

WINDOWS_S = (3, 10, 15, 30)


@dataclass
class Sample:
    """One moment of the recording. None: not measured."""

    t: int
    v: int | None
    cad: float | None
    grade: int | None
    hold: int = 0
    end: int = 0
    mean: dict[int, int | None] = field(default_factory=dict)  # by window, seconds
    running: bool = False
    fatigued: bool = False

    @property
    def v3(self) -> int | None:
        return self.mean[3]


def prepare(rows, *, hold_s, cadence_unit):
    """Samples in order of time from rows with `t` (seconds), `v`, `cad` and `grade`, cleaned and averaged.

    Returns the samples and whether an undeclared cadence was doubled.
    """
    samples = merge(rows)
    give_holds(samples, round(hold_s * SECOND))
    remove_out_of_range(samples, cadence_unit)
    remove_jumps(samples)
    doubled = cadence_unit is None and counts_strides(samples)
    if doubled:
        for sample in samples:
            sample.cad = plausible_cadence(None if sample.cad is None else 2 * sample.cad)
    give_means(samples)
    for sample in samples:
        sample.running = is_running(sample)
    return samples, doubled


def scaled(value, scale=MICRO):
    if value is None or not math.isfinite(value):
        return None
    return round(value * scale)


def larger(left, right):
    if left is None or right is None:
        return right if left is None else left
    return max(left, right)


def merge(rows):
    """2.0.1: sorted by milliseconds; of equal moments the larger value, field by field."""
    by_moment = {}
    for row in rows:
        t = 2 * round(row["t"] * 1000)
        sample = by_moment.setdefault(t, Sample(t, None, None, None))
        sample.v = larger(sample.v, scaled(row.get("v")))
        sample.cad = larger(sample.cad, row.get("cad"))
        sample.grade = larger(sample.grade, scaled(row.get("grade")))
    return [by_moment[t] for t in sorted(by_moment)]


def give_holds(samples, limit):
    """2.0.2: a sample holds until the next, at most `limit`; the last holds 1 s."""
    for i, sample in enumerate(samples):
        is_last = i + 1 == len(samples)
        sample.hold = SECOND if is_last else min(samples[i + 1].t - sample.t, limit)
        sample.end = sample.t + sample.hold


def remove_out_of_range(samples, cadence_unit):
    """2.0.3, the limits of a single value. Strides are doubled first: the limits are steps a minute."""
    for sample in samples:
        if sample.v is not None and not 0 <= sample.v <= MAX_SPEED:
            sample.v = None
        if sample.grade is not None and abs(sample.grade) > MAX_GRADE:
            sample.grade = None
        if sample.cad is not None and cadence_unit == "strides":
            sample.cad *= 2
        sample.cad = plausible_cadence(sample.cad)


def plausible_cadence(cad):
    """Steps a minute, or None."""
    return cad if cad is not None and CADENCE_LIMITS[0] <= cad <= CADENCE_LIMITS[1] else None


def remove_jumps(samples):
    """2.0.3 and 5.3: of neighbouring samples with speed, the faster of a change above 6 m/s2 is dropped; all pairs
    are judged on the original values."""
    dropped = []
    before = None
    for sample in samples:
        if sample.v is None:
            continue
        if before is not None:
            change, interval = abs(sample.v - before.v), sample.t - before.t
            if change * SECOND > MAX_CHANGE * interval:
                dropped.append(sample if sample.v > before.v else before)
        before = sample
    for sample in dropped:
        sample.v = None


def counts_strides(samples):
    """2.0.4: the time-weighted median cadence at 2 m/s and above is below 115."""
    moving = [s for s in samples if s.v is not None and s.v >= RUNNING]
    median = weighted_median([(s.cad, s.hold) for s in moving if s.cad is not None])
    return median is not None and median < 115


def weighted_median(pairs):
    """The value at half of the weight; where half of it ends exactly between two values, their mean. None without any.

    With equal weights this is the ordinary median.
    """
    half, reached, pairs = Fraction(sum(weight for _, weight in pairs), 2), 0, sorted(pairs)
    for place, (value, weight) in enumerate(pairs):
        reached += weight
        if reached == half:
            return (value + pairs[place + 1][0]) / 2
        if reached > half:
            return value
    return None


def give_means(samples):
    """5.3 and 6.1: means of the held speed about the middle of each sample's hold, over what is covered.

    The windows of 10, 15 and 30 s need half of their time covered; all are null where the sample has no speed.
    Means are rounded to 6 decimals before they are compared (version 2, section 1).
    """
    for i, sample in enumerate(samples):
        for seconds in WINDOWS_S:
            sample.mean[seconds] = None
            if sample.v is None:
                continue
            middle = sample.t + sample.hold // 2
            width = seconds * SECOND
            area, covered = held_between(samples, i, middle - width // 2, middle + width // 2)
            if seconds == 3 or 2 * covered >= width:
                sample.mean[seconds] = round(Fraction(area, covered))


def held_between(samples, i, begin, end):
    """Speed times time, and time, of what the samples about number `i` hold between two moments."""
    first = i
    while first > 0 and samples[first - 1].end > begin:
        first -= 1
    area = covered = 0
    for k in range(first, len(samples)):
        sample = samples[k]
        if sample.t >= end:
            break
        if sample.v is not None:
            inside = min(sample.end, end) - max(sample.t, begin)
            if inside > 0:
                area += sample.v * inside
                covered += inside
    return area, covered


def is_running(sample):
    """2.0.6."""
    if sample.v3 is None:
        return False
    by_cadence = sample.cad is not None and sample.cad >= 140 and sample.v3 >= RUNNING_BY_CADENCE
    return sample.v3 >= RUNNING or by_cadence


def give_fatigue(samples, onset, previous):
    """2.4: F1 when the running time before the sample has reached the onset; F2 for the whole session.

    `onset` in seconds; `previous` is (hours between its end and this start, its running seconds) or None.
    """
    back_to_back = previous is not None and previous[0] < 30 and previous[1] >= onset
    so_far = 0
    for sample in samples:
        sample.fatigued = back_to_back or so_far >= onset * SECOND
        if sample.running:
            so_far += sample.hold
