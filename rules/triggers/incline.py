"""Incline: time and distance uphill and downhill, and the hills that were run fast."""

from __future__ import annotations

import numpy as np

from rules.bouts import bouts
from rules.climb import climbed_m
from rules.grade import BAROMETRIC, equivalent_speed
from rules.metric import Metric
from rules.samples import Mask, Samples
from rules.vocabulary import References

KNOWN_SHARE = 0.8  # of the running time: below it nobody can say what was not uphill
FAST_HILL_S, HILL_BREAK_S = 8.0, 10.0

METRICS = (
    Metric(name="inc1_s", unit="s", label="running up 1 % or steeper", informs=True),
    Metric(name="inc2_s", unit="s", label="running up 2 % or steeper"),
    Metric(name="inc4_s", unit="s", label="running up 4 % or steeper"),
    Metric(name="inc8_s", unit="s", label="running up 8 % or steeper"),
    Metric(name="inc2_m", unit="m", label="distance run up 2 % or steeper", informs=True),
    Metric(name="dn4_s", unit="s", label="running down 4 % or steeper"),
    Metric(name="vert_up_m", unit="m", label="metres climbed", informs=True),
    Metric(name="grade_residual_m", unit="m", label="scatter of the barometer about the slope", informs=True),
    Metric(name="uf_n", unit="efforts", label="fast uphill efforts", reference="v_thr"),
    Metric(name="uf_s", unit="s", label="time fast uphill", reference="v_thr"),
)


def measure(samples: Samples, references: References) -> dict[str, float | None]:
    """Every incline metric of a session; null, never 0, where the grade is not known for 80 % of the running."""
    metrics: dict[str, float | None] = dict.fromkeys(metric.name for metric in METRICS)
    if not known_enough(samples):
        return metrics
    run, grade = samples.running, samples.grade
    for percent in (1, 2, 4, 8):
        metrics[f"inc{percent}_s"] = samples.seconds(run & (grade >= percent / 100))
    metrics["inc2_m"] = samples.metres(run & (grade >= 0.02))
    metrics["dn4_s"] = samples.seconds(run & (grade <= -0.04))
    metrics["vert_up_m"] = _climbed_m(samples)
    metrics["grade_residual_m"] = _scatter_m(samples)
    if references.v_thr_mps is not None:
        metrics["uf_s"] = samples.seconds(_uphill(samples, 0.03, references.v_thr_mps))
        if not samples.smart:
            metrics["uf_n"] = _fast_hills(samples, _uphill(samples, 0.04, 1.05 * references.v_thr_mps))
    return metrics


def known_enough(samples: Samples) -> bool:
    """Whether the grade is known for 80 % of the running time; without any running, whether it is known at all."""
    known = ~np.isnan(samples.grade)
    return bool(known.any()) and samples.seconds(known & samples.running) >= round(
        KNOWN_SHARE * samples.seconds(samples.running), 6
    )


def _uphill(samples: Samples, grade: float, limit_mps: float) -> Mask:
    speed = np.round(equivalent_speed(samples.v_mps, samples.grade), 6)
    return np.asarray(samples.running & (samples.grade >= grade) & (speed >= round(limit_mps, 6)))


def _fast_hills(samples: Samples, uphill: Mask) -> float:
    hills = bouts(samples, uphill, ends_after_s=HILL_BREAK_S)
    return float((hills.sums(samples.hold_ms) >= FAST_HILL_S * 1000).sum())


def _climbed_m(samples: Samples) -> float:
    if samples.grade_source == BAROMETRIC:
        return climbed_m(samples.t_ms, samples.end_ms, samples.altitude_m)
    return float(np.nansum(np.maximum(samples.grade, 0.0) * samples.v_mps * samples.hold_ms)) / 1000


def _scatter_m(samples: Samples) -> float | None:
    known = ~np.isnan(samples.grade) & ~np.isnan(samples.grade_residual_m)
    weight = samples.hold_ms[known]
    return float((samples.grade_residual_m[known] * weight).sum() / weight.sum()) if known.any() else None
