"""Fatigue: running late in the session, or soon after a long one; it needs no heart rate and no history of ours."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from rules.metric import Metric
from rules.signal.efforts import reaches
from rules.signal.samples import Mask, Samples
from rules.vocabulary import References

BACK_TO_BACK_H = 30.0

METRICS = (
    Metric(name="fat_s", unit="s", label="running while fatigued"),
    Metric(name="ff_s", unit="s", label="running near threshold speed while fatigued", reference="v_thr"),
    Metric(name="ff80_n", unit="efforts", label="fast efforts at 80 % of top speed while fatigued", reference="v_max"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Previous:
    """The session before: how many hours before this one it ended, and its running time in seconds."""

    ended_h_before: float
    run_s: float


def fatigued(samples: Samples, onset_s: float, previous: Previous | None) -> Mask | None:
    """Which samples were run fatigued: the running time before them had reached the onset, or the day before had.

    None where the onset is no number to compare with.
    """
    if not (math.isfinite(onset_s) and onset_s >= 0):
        return None
    if previous is not None and 0 <= previous.ended_h_before < BACK_TO_BACK_H and previous.run_s >= onset_s:
        return np.ones(len(samples.t_ms), dtype=bool)
    run_ms = np.where(samples.running, samples.hold_ms, 0.0)
    return np.asarray(np.cumsum(run_ms) - run_ms >= onset_s * 1000)


def measure(samples: Samples, references: References) -> dict[str, float | None]:
    """Every fatigue metric of a session; `samples.fatigued` and `samples.efforts` are already filled in."""
    metrics: dict[str, float | None] = dict.fromkeys(metric.name for metric in METRICS)
    tired = samples.fatigued
    if tired is None or not samples.v_known.any():
        return metrics
    metrics["fat_s"] = samples.seconds(samples.running & tired)
    if references.v_thr_mps is not None:
        metrics["ff_s"] = samples.seconds(tired & reaches(samples.v15_mps, 0.95 * references.v_thr_mps))
    if references.v_max_mps is not None and not samples.is_sparse:
        metrics["ff80_n"] = float(sum(effort.level and effort.fatigued for effort in samples.dose_efforts[80]))
    return metrics
