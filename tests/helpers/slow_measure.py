"""Second reading of measuring, part 3: every gating metric of a recording, its quality and notes.

Written from the specification's text alone, in plain loops; shares no code with the rules. Where the two disagree,
one of them misread the text.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from slow_efforts import (
    Timing,
    efforts_for_ceiling,
    efforts_for_dose,
    is_uphill_fast,
    uphill_for_ceiling,
    uphill_for_dose,
)
from slow_samples import MICRO, RUNNING, SECOND, give_fatigue, prepare, scaled, weighted_median

PERCENTS = (60, 70, 80, 90, 95)
NOT_TOLD_BY_COARSE_STEPS = ("eff80_n", "eff90_n", "eff95_n", "ff80_n", "uf_n")
GRADE_BANDS = {"inc1": 10_000, "inc2": 20_000, "inc4": 40_000, "inc8": 80_000}
GRADE_METRICS = ("inc1_s", "inc2_s", "inc4_s", "inc8_s", "inc2_m", "dn4_s")
TYPED_CEILINGS = ("inc2_s", "inc4_s", "dn4_s")
UPHILL_METRICS = ("uf_n", "uf_s", "uf_ceil_n")


@dataclass(frozen=True)
class Measured:
    metrics: dict[str, float | None]
    coverage_v: float
    quality: str
    notes: tuple[str, ...]


def slow_measure(
    rows,
    *,
    v_max=None,
    v_max_kind=None,
    v_thr=None,
    onset_s=1800,
    previous=None,
    hold_s=3,
    packets=True,
    cadence_unit=None,
    pauses=(),
    typed_grade=False,
):
    """Rows are dicts with `t` (seconds) and any of `v`, `cad`, `grade`; speeds in m/s, None where not known.

    `previous`: (hours before, running seconds). `packets`: the step is the lower quartile, otherwise the median.
    `typed_grade`: a person typed the grade in, so it serves ceilings only.
    """
    samples, doubled = prepare(rows, hold_s=hold_s, cadence_unit=cadence_unit)
    give_fatigue(samples, onset_s, previous)
    with_speed = [sample for sample in samples if sample.v is not None]
    timing = Timing(with_speed, packets=packets)
    v_max, v_thr = scaled(v_max), scaled(v_thr)
    is_measured = v_max is not None and v_max_kind == "measured"
    if v_max is None and v_thr is not None:
        v_max = Fraction(18, 10) * v_thr
    implausible = is_implausible(with_speed, v_max if is_measured else None)

    metrics = running_metrics(with_speed) | {"steps": steps(samples), "dur_s": duration(samples) / Fraction(SECOND)}
    metrics |= speed_metrics(with_speed, v_max, timing, implausible)
    metrics |= threshold_metrics(with_speed, v_thr)
    any_grade = any(sample.grade is not None for sample in samples)
    metrics |= incline_metrics(with_speed, v_thr, timing, any_grade=any_grade, typed_grade=typed_grade)
    coverage = coverage_v(samples, with_speed, timing, pauses)
    is_poor = coverage < 0.8 or duration(samples) < 120 * SECOND or implausible
    notes = ("SPEED_IMPLAUSIBLE",) * implausible + ("cad_doubled",) * doubled
    rounded = {name: None if value is None else round(float(value), 3) for name, value in metrics.items()}
    return Measured(rounded, coverage, "POOR" if is_poor else "OK", notes)


def seconds(samples):
    return Fraction(sum(sample.hold for sample in samples), SECOND)


def metres(samples):
    return Fraction(sum(sample.v * sample.hold for sample in samples), SECOND * MICRO)


def duration(samples):
    """2.0.5, in half milliseconds."""
    return samples[-1].end - samples[0].t if samples else 0


def coverage_v(samples, with_speed, timing, pauses):
    """2.0.5 and section 6, point 2: holds count for at most 1.5 steps where the step is fine; rounded."""
    limit = Fraction(3, 2) * timing.step if timing.is_fine else None
    covered = sum(sample.hold if limit is None else min(sample.hold, limit) for sample in with_speed)
    length = duration(samples)
    if samples:
        length -= paused(pauses, samples[0].t, samples[-1].end)
    return round(float(min(1, Fraction(covered) / length)), 3) if length > 0 else 0.0


def paused(pauses, begin, end):
    """Half milliseconds between two moments that lie in a pause; overlapping pauses count once."""
    total, reached = 0, begin
    for pause_begin, pause_end in sorted((round(b * SECOND), round(e * SECOND)) for b, e in pauses):
        from_, to = max(pause_begin, reached), min(pause_end, end)
        if to > from_:
            total += to - from_
            reached = to
    return total


def steps(samples):
    """2.2; null without any cadence."""
    with_cadence = [sample for sample in samples if sample.cad is not None]
    if not with_cadence:
        return None
    return sum(Fraction(sample.cad) * sample.hold for sample in with_cadence) / SECOND / 60


def running_metrics(samples):
    """2.2, 2.4 (`fat_s`); null where there is no speed at all."""
    if not samples:
        return dict.fromkeys(("run_s", "walk_s", "cont_run_s", "run_m", "fat_s"))
    running = [sample for sample in samples if sample.running]
    first, last = (running[0].t, running[-1].t) if running else (0, -1)
    return {
        "run_s": seconds(running),
        "walk_s": seconds(s for s in samples if not s.running and MICRO / 2 <= s.v3 < RUNNING),
        "cont_run_s": longest_bout(running),
        "run_m": metres(s for s in samples if running and first <= s.t <= last),
        "fat_s": seconds(s for s in running if s.fatigued),
    }


def longest_bout(running):
    """Running seconds only; a break of up to 20 s is allowed."""
    longest, bout, end = 0, 0, None
    for sample in running:
        if end is not None and sample.t - end > 20 * SECOND:
            bout = 0
        bout += sample.hold
        longest = max(longest, bout)
        end = sample.end
    return Fraction(longest, SECOND)


def best_window(samples, length_s):
    """The highest mean over a fully covered window of two samples or more, in micrometres per second, or None.

    Between two moments at which a sample begins or ends at an edge of the window the mean changes linearly, so
    windows with an edge at such a moment are enough.
    """
    width, best = length_s * SECOND, None
    for i, sample in enumerate(samples):
        for begin in (sample.t, sample.end - width):
            area = covered = parts = 0
            k = i
            while k > 0 and samples[k - 1].end > begin:
                k -= 1
            while k < len(samples) and samples[k].t < begin + width:
                inside = min(samples[k].end, begin + width) - max(samples[k].t, begin)
                area, covered, parts = area + samples[k].v * inside, covered + inside, parts + 1
                k += 1
            if covered == width and parts >= 2 and (best is None or area > best):
                best = area
    return None if best is None else round(Fraction(best, width))


def is_implausible(samples, v_max_measured):
    """Section 6, point 3."""
    best = best_window(samples, 3)
    limit = Fraction(95, 10) * MICRO if v_max_measured is None else Fraction(12, 10) * v_max_measured
    if best is not None and best > limit:
        return True
    running = [sample for sample in samples if sample.running]
    median = weighted_median([(sample.v3, sample.hold) for sample in running])
    return median is not None and median > 6 * MICRO and seconds(running) >= 600


def speed_metrics(samples, v_max, timing, implausible):
    """2.3, 2.4 (`ff80_n`) and section 6, point 2; all null without a reference or with an implausible speed."""
    names = ["peak3_pct", "peak5_pct", "ff80_n"]
    for percent in PERCENTS:
        names += [f"fast{percent}_m", f"fast{percent}_s", f"eff{percent}_n", f"eff{percent}_ceil_n"]
    if not samples or v_max is None or implausible:
        return dict.fromkeys(names)
    metrics = {}
    for length in (3, 5):
        best = best_window(samples, length)
        metrics[f"peak{length}_pct"] = None if best is None else Fraction(100 * best) / v_max
    for percent in PERCENTS:
        limit = Fraction(percent, 100) * v_max
        fast = [sample for sample in samples if sample.v3 >= limit]
        every = efforts_for_ceiling(samples, limit)
        for_dose = efforts_for_dose(samples, limit, timing) if timing.is_fine else every
        level = [effort for effort in for_dose if effort.is_level]
        metrics[f"fast{percent}_m"], metrics[f"fast{percent}_s"] = metres(fast), seconds(fast)
        metrics[f"eff{percent}_n"], metrics[f"eff{percent}_ceil_n"] = len(level), len(every)
        if percent == 80:
            metrics["ff80_n"] = sum(effort.first.fatigued for effort in level)
    return metrics if timing.is_fine else metrics | dict.fromkeys(NOT_TOLD_BY_COARSE_STEPS[:-1])


def threshold_metrics(samples, v_thr):
    """2.3 and section 6, point 1."""
    if not samples or v_thr is None:
        return dict.fromkeys(("t_thr95_s", "t_thr105_s", "t_thr95_ceil_s", "t_thr105_ceil_s", "ff_s"))
    metrics = {}
    for percent in (95, 105):
        limit = Fraction(percent, 100) * v_thr
        surge = Fraction(105, 100) * limit
        reached = [s for s in samples if at_least(s.mean[15], limit)]
        metrics[f"t_thr{percent}_s"] = seconds(reached)
        sustained = [s for s in samples if at_least(s.mean[30], limit) or at_least(s.mean[10], surge)]
        metrics[f"t_thr{percent}_ceil_s"] = seconds(sustained)
        if percent == 95:
            metrics["ff_s"] = seconds(s for s in reached if s.fatigued)
    return metrics


def at_least(mean, limit):
    return mean is not None and mean >= limit


def incline_metrics(samples, v_thr, timing, *, any_grade, typed_grade):
    """2.5, 2.6 and section 6, point 4; null unless the grade of 80 % of the running time, and any at all, is known."""
    null = dict.fromkeys((*GRADE_METRICS, *UPHILL_METRICS, *(name.replace("_s", "_ceil_s") for name in TYPED_CEILINGS)))
    running = [sample for sample in samples if sample.running]
    graded = [sample for sample in running if sample.grade is not None]
    if not samples or not any_grade or 5 * seconds(graded) < 4 * seconds(running):
        return null
    bands = {}
    for name, edge in GRADE_BANDS.items():
        bands[f"{name}_s"] = seconds(s for s in graded if s.grade >= edge)
    bands["inc2_m"] = metres(s for s in graded if s.grade >= GRADE_BANDS["inc2"])
    bands["dn4_s"] = seconds(s for s in graded if s.grade <= -GRADE_BANDS["inc4"])
    uphill = {}
    if v_thr is not None:
        limit = Fraction(105, 100) * v_thr
        uphill["uf_n"] = uphill_for_dose(samples, limit, timing) if timing.is_fine else None
        uphill["uf_s"] = seconds(s for s in samples if is_uphill_fast(s, 30_000, v_thr))
        uphill["uf_ceil_n"] = uphill_for_ceiling(samples, limit)
    if typed_grade:
        ceilings = {name.replace("_s", "_ceil_s"): bands[name] for name in TYPED_CEILINGS}
        return null | ceilings | {"uf_ceil_n": uphill.get("uf_ceil_n")}
    return null | bands | uphill
