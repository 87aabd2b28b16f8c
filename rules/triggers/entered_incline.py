"""An incline that the runner typed in: held against ceilings, and never counted toward a dose."""

from __future__ import annotations

from rules.metric import Metric
from rules.signal.grade import ENTERED
from rules.signal.samples import Samples
from rules.triggers.incline import downhill_s, known_enough, uphill_s
from rules.vocabulary import References

METRICS = (
    Metric(name="inc2_ceil_s", unit="s", label="running up 2 % or steeper, as the runner entered it"),
    Metric(name="inc4_ceil_s", unit="s", label="running up 4 % or steeper, as the runner entered it"),
    Metric(name="dn4_ceil_s", unit="s", label="running down 4 % or steeper, as the runner entered it"),
)


def measure(samples: Samples, references: References) -> dict[str, float | None]:
    """The incline metrics that programmes limit; null where the incline did not come from the runner."""
    metrics: dict[str, float | None] = dict.fromkeys(metric.name for metric in METRICS)
    if samples.grade_source != ENTERED or not known_enough(samples):
        return metrics
    metrics |= {f"inc{percent}_ceil_s": uphill_s(samples, percent) for percent in (2, 4)}
    metrics["dn4_ceil_s"] = downhill_s(samples)
    return metrics
