"""Field sport: speeding up, braking and cutting, as far as a straight-line sensor can see them."""

from __future__ import annotations

import numpy as np

from rules.metric import Metric
from rules.signal.samples import Samples
from rules.vocabulary import References

SLOWEST_SAMPLING_MS = 200.0  # 5 Hz: below it a change of speed is a guess, and the count is null, never 0
SMOOTHED_MS = 500.0
LASTS_MS = 400.0

METRICS = (
    Metric(name="acc2_n", unit="times", label="accelerations of 2 m/s² or more"),
    Metric(name="dec2_n", unit="times", label="decelerations of 2 m/s² or more"),
    Metric(name="acc3_n", unit="times", label="accelerations of 3 m/s² or more"),
    Metric(name="dec3_n", unit="times", label="decelerations of 3 m/s² or more"),
    Metric(name="cod_att_n", unit="times", label="changes of direction, as a person attests"),
)


def measure(samples: Samples, references: References) -> dict[str, float | None]:
    """Counts of hard accelerations and decelerations; null below 5 Hz. Cutting is attested, never measured."""
    metrics: dict[str, float | None] = dict.fromkeys(metric.name for metric in METRICS)
    known = np.flatnonzero(samples.v_known)
    if len(known) < 2 or np.median(np.diff(samples.t_ms[known])) > SLOWEST_SAMPLING_MS:
        return metrics
    rate, lasting = _acceleration(samples)
    for limit in (2.0, 3.0):
        metrics[f"acc{limit:.0f}_n"] = _bursts(rate >= limit, lasting)
        metrics[f"dec{limit:.0f}_n"] = _bursts(rate <= -limit, lasting)
    return metrics


def _acceleration(samples: Samples) -> tuple[np.ndarray, np.ndarray]:
    """Change of the smoothed speed from each sample to the next (m/s²), and for how long (ms); NaN over a gap."""
    smooth = samples.run.centred_mean(SMOOTHED_MS)
    lasting = np.diff(samples.t_ms)
    whole = samples.t_ms[1:] <= samples.end_ms[:-1]
    return np.where(whole, np.round(np.diff(smooth) * 1000 / lasting, 3), np.nan), lasting


def _bursts(hard: np.ndarray, lasting_ms: np.ndarray) -> float:
    """How many unbroken stretches last long enough."""
    total = np.concatenate([[0.0], np.cumsum(np.where(hard, lasting_ms, 0.0))])
    edges = np.diff(np.concatenate([[False], hard, [False]]).astype(np.int8))
    begins, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    return float((total[ends] - total[begins] >= LASTS_MS).sum())
