"""Running: how long and how far, the ground that every other dose stands on."""

from __future__ import annotations

import numpy as np

from rules.metric import Metric
from rules.signal.bouts import bouts
from rules.signal.samples import Samples
from rules.vocabulary import References

BREAK_S = 20.0
JUST_LONGER_S = BREAK_S + 0.001  # times are whole milliseconds: a break of exactly 20 s is allowed

METRICS = (
    Metric(name="dur_s", unit="s", label="time from start to end", informs=True),
    Metric(name="run_s", unit="s", label="running time"),
    Metric(name="walk_s", unit="s", label="walking time", informs=True),
    Metric(name="cont_run_s", unit="s", label="longest continuous run"),
    Metric(name="run_m", unit="m", label="distance of the run"),
    Metric(name="steps", unit="steps", label="steps", informs=True),
)


def measure(samples: Samples, references: References) -> dict[str, float | None]:
    """Every metric of plain running; null where nobody said how fast, or how many steps."""
    metrics: dict[str, float | None] = dict.fromkeys(metric.name for metric in METRICS)
    metrics["dur_s"] = samples.dur_s
    if samples.v_known.any():
        metrics["run_s"] = samples.seconds(samples.running)
        metrics["walk_s"] = samples.seconds(samples.walking)
        metrics["cont_run_s"] = _longest_s(samples)
        metrics["run_m"] = _distance_m(samples)
    if not np.isnan(samples.cadence_spm).all():
        metrics["steps"] = float(np.nansum(samples.cadence_spm * samples.hold_ms)) / 60_000
    return metrics


def _longest_s(samples: Samples) -> float:
    runs = bouts(samples, samples.running, ends_after_s=JUST_LONGER_S)
    return float(runs.sums(samples.hold_ms[runs.places]).max(initial=0.0)) / 1000


def _distance_m(samples: Samples) -> float:
    """All distance from the first running sample to the last, the walking between them included."""
    places = np.flatnonzero(samples.running)
    between = np.zeros(len(samples.t_ms), dtype=bool)
    if len(places):
        between[places[0] : places[-1] + 1] = True
    return samples.metres(between)
