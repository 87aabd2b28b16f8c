"""Plausibility: speeds that no runner reaches, such as those of a car ride inside a run."""

from __future__ import annotations

from rules.signal.cadence import weighted_median
from rules.signal.samples import Samples
from rules.vocabulary import References

NOTE = "SPEED_IMPLAUSIBLE"
OVER_MEASURED_TOP = 1.2  # times the measured top speed; expert default, as all of these
FASTEST_MPS = 9.5  # without a measured top speed
FASTEST_MEDIAN_MPS = 6.0
LEAST_RUN_S = 600.0


def is_speed_implausible(samples: Samples, references: References) -> bool:
    """Whether the highest fully covered three seconds, or the median running speed, is beyond what a runner reaches."""
    if samples.peak3_mps is not None and round(samples.peak3_mps, 6) > round(_fastest_mps(references), 6):
        return True
    speed_mps, hold_ms = samples.v3_mps[samples.running], samples.hold_ms[samples.running]
    if hold_ms.sum() < LEAST_RUN_S * 1000 or not (speed_mps > FASTEST_MEDIAN_MPS).any():
        return False
    median_mps = weighted_median(speed_mps, hold_ms)
    return median_mps is not None and round(median_mps, 6) > FASTEST_MEDIAN_MPS


def _fastest_mps(references: References) -> float:
    is_measured = references.v_max_kind == "measured" and references.v_max_mps is not None
    return OVER_MEASURED_TOP * references.v_max_mps if is_measured and references.v_max_mps else FASTEST_MPS
