"""Speed: how fast, how far at speed, and how often, against the runner's own speeds."""

from __future__ import annotations

from rules.metric import Metric
from rules.signal.efforts import fast
from rules.signal.samples import Samples
from rules.vocabulary import References

PERCENTS = (60, 70, 80, 90, 95)
UNTOLD_WHEN_SMART = (80, 90, 95)  # a watch that is silent for seconds on purpose hides short sprints


def _of_percent(x: int) -> tuple[Metric, ...]:
    return (
        Metric(
            name=f"fast{x}_m",
            unit="m",
            label=f"distance at {x} % of top speed or faster",
            reference="v_max",
            informs=True,
        ),
        Metric(
            name=f"fast{x}_s", unit="s", label=f"time at {x} % of top speed or faster", reference="v_max", informs=True
        ),
        Metric(name=f"eff{x}_n", unit="efforts", label=f"fast efforts at {x} % of top speed, level", reference="v_max"),
        Metric(
            name=f"eff{x}_ceil_n",
            unit="efforts",
            label=f"fast efforts at {x} % of top speed, any slope",
            reference="v_max",
        ),
    )


METRICS = (
    Metric(name="peak3_pct", unit="%", label="fastest three seconds, of top speed", reference="v_max"),
    Metric(name="peak5_pct", unit="%", label="fastest five seconds, of top speed", reference="v_max"),
    *(metric for x in PERCENTS for metric in _of_percent(x)),
    Metric(name="t_thr95_s", unit="s", label="time at 95 % of threshold speed or faster", reference="v_thr"),
    Metric(name="t_thr105_s", unit="s", label="time at 105 % of threshold speed or faster", reference="v_thr"),
)


def measure(samples: Samples, references: References) -> dict[str, float | None]:
    """Every speed metric of a session; null without speed or without the reference it is measured against.

    `samples.efforts` are already filled in.
    """
    v_max, v_thr = references.v_max_mps, references.v_thr_mps
    metrics: dict[str, float | None] = dict.fromkeys(metric.name for metric in METRICS)
    if not samples.v_known.any():
        return metrics
    if v_max is not None:
        metrics |= {"peak3_pct": _peak_pct(samples, 3, v_max), "peak5_pct": _peak_pct(samples, 5, v_max)}
        for x in PERCENTS:
            metrics |= _at(samples, x, v_max)
    if v_thr is not None:
        metrics["t_thr95_s"] = samples.seconds(fast(samples, 0.95 * v_thr))
        metrics["t_thr105_s"] = samples.seconds(fast(samples, 1.05 * v_thr))
    return metrics


def told_percents(samples: Samples) -> tuple[int, ...]:
    """The limits at which this recording can tell efforts apart."""
    return tuple(x for x in PERCENTS if not (samples.smart and x in UNTOLD_WHEN_SMART))


def _peak_pct(samples: Samples, width_s: float, v_max: float) -> float | None:
    peak = samples.run.peak_mean(width_s * 1000)
    return None if peak is None else 100 * peak / v_max


def _at(samples: Samples, x: int, v_max: float) -> dict[str, float | None]:
    quick = fast(samples, x / 100 * v_max)
    metrics: dict[str, float | None] = {f"fast{x}_m": samples.metres(quick), f"fast{x}_s": samples.seconds(quick)}
    if x in told_percents(samples):
        efforts = samples.efforts[x]
        metrics |= {f"eff{x}_n": float(sum(e.level for e in efforts)), f"eff{x}_ceil_n": float(len(efforts))}
    return metrics
