"""Second reading of measuring, part 2: what is counted - efforts, uphill efforts - and the losses that limit it.

Everything here sees only the samples that have a speed. Written from the specification's text alone.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from itertools import pairwise

from slow_samples import MICRO, SECOND

LONGEST_STEP = SECOND * 3 // 2  # above this step no effort can be told
BESIDE_A_LOSS = SECOND * 3 // 2
EFFORT_ENDS = 3 * SECOND
EFFORT_COUNTS = 2 * SECOND
HILL_ENDS = 10 * SECOND
HILL_COUNTS = 8 * SECOND
LEVEL = 20_000  # 2 %
COST_FACTORS = tuple(map(Fraction, ("155.4", "-30.4", "-43.3", "46.3", "19.5", "3.6")))  # Minetti 2002


def quantile(values, share):
    """By linear interpolation between the sorted values (numpy's default); None without any."""
    if not values:
        return None
    values = sorted(values)
    place = (len(values) - 1) * share
    below = place.numerator // place.denominator
    if below + 1 == len(values):
        return Fraction(values[below])
    return values[below] + (place - below) * (values[below + 1] - values[below])


class Timing:
    """The step of a recording and its losses (section 6, point 2). `samples` are those with a speed, in order."""

    def __init__(self, samples, *, packets):
        intervals = [after.t - before.t for before, after in pairwise(samples)]
        self.step = quantile(intervals, Fraction(1, 4) if packets else Fraction(1, 2))
        self.is_fine = self.step is not None and self.step <= LONGEST_STEP
        self.after_a_loss = [False] * len(samples)
        self.near_a_loss = [False] * len(samples)
        edges = [samples[0].t, samples[-1].t] if samples else []
        for i, interval in enumerate(intervals):
            if self.is_fine and interval > Fraction(3, 2) * self.step:
                self.after_a_loss[i + 1] = True
                edges += [samples[i].t, samples[i + 1].t]
        for i, sample in enumerate(samples):
            self.near_a_loss[i] = any(abs(sample.t - edge) <= BESIDE_A_LOSS for edge in edges)

    def walk(self, samples):
        """(sample, a loss lies before it, it lies within 1.5 s of a loss or an end of the recording)."""
        return zip(samples, self.after_a_loss, self.near_a_loss, strict=True)


class Effort:
    """Seconds at or above a limit, in pieces between losses."""

    def __init__(self, first):
        self.first = first
        self.pieces = [0]
        self.graded = self.grade_area = 0

    def add(self, sample):
        self.pieces[-1] += sample.hold
        if sample.grade is not None:
            self.graded += sample.hold
            self.grade_area += sample.grade * sample.hold

    @property
    def counts(self):
        return max(self.pieces) >= EFFORT_COUNTS

    @property
    def is_level(self):
        """Unknown grade counts as level; the grade is the time-weighted mean."""
        return self.graded == 0 or abs(round(Fraction(self.grade_area, self.graded))) <= LEVEL


def efforts_for_ceiling(samples, limit):
    """2.3 and 5.3: three seconds below the limit, or without data, end an effort; its seconds are summed."""
    efforts, end = [], None
    for sample in samples:
        if sample.v3 < limit:
            continue
        if end is None or sample.t - end >= EFFORT_ENDS:
            efforts.append(Effort(sample))
        efforts[-1].add(sample)
        end = sample.end
    return [effort for effort in efforts if effort.counts]


def efforts_for_dose(samples, limit, timing):
    """Section 6, point 2: samples near a loss are not looked at; only 3 s measured below, without a loss, end one."""
    efforts, is_open, below = [], False, 0
    for sample, after_a_loss, near_a_loss in timing.walk(samples):
        if after_a_loss:
            below = 0
            if is_open:
                efforts[-1].pieces.append(0)
        if near_a_loss:
            continue
        if sample.v3 >= limit:
            below = 0
            if not is_open:
                efforts.append(Effort(sample))
                is_open = True
            efforts[-1].add(sample)
        else:
            below += sample.hold
            if below >= EFFORT_ENDS:
                is_open = False
    return [effort for effort in efforts if effort.counts]


@cache
def cost_ratio(grade):
    """Minetti's cost of running on a grade (millionths), relative to level."""
    i, cost = Fraction(grade, MICRO), Fraction(0)
    for factor in COST_FACTORS:
        cost = cost * i + factor
    return cost / COST_FACTORS[-1]


def is_uphill_fast(sample, least_grade, least_speed):
    """A running sample on a hill whose equivalent level speed (of v3) reaches `least_speed`."""
    if not sample.running or sample.grade is None or sample.grade < least_grade:
        return False
    return sample.v3 * cost_ratio(sample.grade) >= least_speed


def uphill_for_dose(samples, limit, timing):
    """`uf_n`, section 6, point 4."""
    count, is_open, counted, outside, piece = 0, False, False, 0, 0
    for sample, after_a_loss, near_a_loss in timing.walk(samples):
        if after_a_loss:
            outside = piece = 0
        if near_a_loss:
            continue
        if is_uphill_fast(sample, 40_000, limit):
            if not is_open:
                is_open, counted = True, False
            outside = 0
            piece += sample.hold
            if piece >= HILL_COUNTS and not counted:
                counted = True
                count += 1
            continue
        piece = 0
        if sample.grade is not None or not sample.running:  # an unknown grade may be the hill: it ends nothing
            outside += sample.hold
            if outside >= HILL_ENDS:
                is_open = False
    return count


def uphill_for_ceiling(samples, limit):
    """`uf_ceil_n`: a loss ends no stretch; stretches less than 10 s apart are one; one of them must last 8 s."""
    stretches, inside = [], False  # [begin, end, seconds held]
    for sample in samples:
        if not is_uphill_fast(sample, 40_000, limit):
            inside = False
            continue
        if not inside:
            stretches.append([sample.t, sample.end, 0])
            inside = True
        stretches[-1][1] = sample.end
        stretches[-1][2] += sample.hold
    joined = []
    for begin, end, held in stretches:
        if joined and begin - joined[-1][1] < HILL_ENDS:
            joined[-1][1] = end
            joined[-1][2] = max(joined[-1][2], held)
        else:
            joined.append([begin, end, held])
    return sum(held >= HILL_COUNTS for _, _, held in joined)
