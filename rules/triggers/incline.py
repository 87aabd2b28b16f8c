"""Incline: time and distance uphill and downhill, and the hills that were run fast."""

from __future__ import annotations

import numpy as np

from rules.metric import Metric
from rules.signal.climb import climbed_m
from rules.signal.grade import BAROMETRIC, ENTERED, equivalent_speed
from rules.signal.samples import Mask, Samples
from rules.signal.stretches import stretches
from rules.vocabulary import References

FAST_HILL_S, HILL_BREAK_S = 8.0, 10.0

METRICS = (
    Metric(name="inc1_s", unit="s", label="running up 1 % or steeper"),
    Metric(name="inc2_s", unit="s", label="running up 2 % or steeper"),
    Metric(name="inc4_s", unit="s", label="running up 4 % or steeper"),
    Metric(name="inc8_s", unit="s", label="running up 8 % or steeper"),
    Metric(name="inc2_m", unit="m", label="distance run up 2 % or steeper", informs=True),
    Metric(name="dn4_s", unit="s", label="running down 4 % or steeper"),
    Metric(name="vert_up_m", unit="m", label="metres climbed", informs=True),
    Metric(name="grade_residual_m", unit="m", label="scatter of the barometer about the slope", informs=True),
    Metric(name="uf_n", unit="efforts", label="fast uphill efforts", reference="v_thr"),
    Metric(name="uf_s", unit="s", label="time fast uphill", reference="v_thr"),
    Metric(name="uf_ceil_n", unit="efforts", label="fast uphill efforts, as limits count them", reference="v_thr"),
)


def measure(samples: Samples, references: References) -> dict[str, float | None]:
    """Every incline metric of a session; null, never 0, where the grade is not known for 80 % of the running.

    An incline that the runner typed in earns nothing, and is held against ceilings alone: see `entered_incline` too.
    """
    metrics: dict[str, float | None] = dict.fromkeys(metric.name for metric in METRICS)
    if not known_enough(samples):
        return metrics
    if samples.grade_source == ENTERED:
        if references.v_thr_mps is not None:
            metrics["uf_ceil_n"] = fast_hills_for_ceiling(samples, references.v_thr_mps)
        return metrics
    metrics |= {f"inc{percent}_s": uphill_s(samples, percent) for percent in (1, 2, 4, 8)}
    metrics["inc2_m"] = samples.metres(samples.running & (samples.grade >= 0.02))
    metrics["dn4_s"] = downhill_s(samples)
    metrics["vert_up_m"] = _climbed_m(samples)
    metrics["grade_residual_m"] = _scatter_m(samples)
    if references.v_thr_mps is not None:
        metrics["uf_s"] = samples.seconds(_fast_uphill(samples, 0.03, references.v_thr_mps))
        metrics["uf_n"] = fast_hills(samples, references.v_thr_mps)
        metrics["uf_ceil_n"] = fast_hills_for_ceiling(samples, references.v_thr_mps)
    return metrics


def known_enough(samples: Samples) -> bool:
    """Whether the grade is known for 80 % of the running time; without any running, whether it is known at all.

    Without speed nobody can say when the runner ran, and so neither how steep it was.
    """
    if not samples.v_known.any():
        return False
    known = ~np.isnan(samples.grade)
    run_ms, known_ms = samples.hold_ms[samples.running].sum(), samples.hold_ms[samples.running & known].sum()
    return bool(known.any() and 5 * known_ms >= 4 * run_ms)


def uphill_s(samples: Samples, percent: int) -> float:
    """Running time at that grade or steeper: a band includes its lower edge."""
    return samples.seconds(samples.running & (samples.grade >= percent / 100))


def downhill_s(samples: Samples) -> float:
    """Running time at -4 % or steeper."""
    return samples.seconds(samples.running & (samples.grade <= -0.04))


def fast_hills(samples: Samples, v_thr_mps: float) -> float | None:
    """How often 8 s or more were run up 4 % at a cost of 105 % of threshold speed; for a dose.

    Nothing near a loss counts, and only 10 s that were measured outside end a stretch.
    """
    if samples.is_sparse:
        return None
    hill = _fast_uphill(samples, 0.04, 1.05 * v_thr_mps)
    measured, outside = samples.v_known & ~samples.losses.near, _is_no_hill(samples, hill)
    found = stretches(samples, hill, outside, measured, samples.losses.pieces, ends_after_s=HILL_BREAK_S)
    return float((found.longest_ms(found.parts, samples.hold_ms) >= FAST_HILL_S * 1000).sum())


def fast_hills_for_ceiling(samples: Samples, v_thr_mps: float) -> float:
    """The same for a ceiling: losses end no stretch, and stretches less than 10 s apart are one."""
    hill = _fast_uphill(samples, 0.04, 1.05 * v_thr_mps)
    one_piece = np.zeros(len(samples.t_ms), dtype=np.intp)
    found = stretches(samples, hill, ~hill, samples.v_known, one_piece, ends_after_s=0.0).parts
    if not len(found.places):
        return 0.0
    lasting_ms, first = found.sums(samples.hold_ms[found.places]), found.first()
    last = found.places[np.concatenate([found.starts[1:], [len(found.places)]]).astype(np.intp) - 1]
    apart_ms = samples.t_ms[first[1:]] - samples.end_ms[last[:-1]]
    joined = np.concatenate([[0], np.cumsum(apart_ms >= HILL_BREAK_S * 1000)])
    return float(len(np.unique(joined[lasting_ms >= FAST_HILL_S * 1000])))


def _is_no_hill(samples: Samples, hill: Mask) -> Mask:
    """Samples known not to be fast uphill: a running one with an unknown grade may be."""
    return ~hill & (~samples.running | ~np.isnan(samples.grade))


def _fast_uphill(samples: Samples, grade: float, limit_mps: float) -> Mask:
    """Running samples at that grade or steeper whose three-second speed costs as much as the limit on the level."""
    fast = samples.running & (samples.grade >= grade)
    fast[fast] = np.round(equivalent_speed(samples.v3_mps[fast], samples.grade[fast]), 6) >= round(limit_mps, 6)
    return fast


def _climbed_m(samples: Samples) -> float:
    if samples.grade_source == BAROMETRIC:
        return climbed_m(samples.t_ms, samples.end_ms, samples.smooth_altitude_m)
    return float(np.nansum(np.maximum(samples.grade, 0.0) * samples.v_mps * samples.hold_ms)) / 1000


def _scatter_m(samples: Samples) -> float | None:
    known = ~np.isnan(samples.grade) & ~np.isnan(samples.grade_residual_m)
    weight = samples.hold_ms[known]
    return float((samples.grade_residual_m[known] * weight).sum() / weight.sum()) if known.any() else None
