"""Speed: how fast, how far at speed, and how often, against the runner's own speeds."""

from __future__ import annotations

from rules.metric import Metric
from rules.signal.efforts import fast, reaches
from rules.signal.samples import Samples
from rules.vocabulary import References

PERCENTS = (60, 70, 80, 90, 95)
SHORT_EFFORTS = (80, 90, 95)  # percent; samples more than 1.5 s apart hide them


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
    Metric(
        name="t_thr95_ceil_s",
        unit="s",
        label="time at 95 % of threshold speed or faster, averaged over 30 s",
        reference="v_thr",
    ),
    Metric(
        name="t_thr105_ceil_s",
        unit="s",
        label="time at 105 % of threshold speed or faster, averaged over 30 s",
        reference="v_thr",
    ),
)
SURGE = 1.05  # of a limit: so fast over 10 s is no noise; expert default


def measure(samples: Samples, references: References) -> dict[str, float | None]:
    """Every speed metric of a session; null without speed or without the reference it is measured against.

    The efforts are already filled in.
    """
    v_max, v_thr = references.v_max_mps, references.v_thr_mps
    metrics: dict[str, float | None] = dict.fromkeys(metric.name for metric in METRICS)
    if not samples.v_known.any():
        return metrics
    if v_max is not None:
        metrics |= {
            "peak3_pct": _percent(samples.peak3_mps, v_max),
            "peak5_pct": _percent(samples.run.peak_mean(5000), v_max),
        }
        for x in PERCENTS:
            metrics |= _at(samples, x, v_max)
    if v_thr is not None:
        metrics |= _tempo(samples, v_thr)
    return metrics


def _tempo(samples: Samples, v_thr: float) -> dict[str, float | None]:
    """Time about the threshold speed: over 15 s for a dose; for a ceiling over 30 s, or clearly above it over 10 s."""
    v10, v30 = (samples.run.centred_mean(width_ms, least_covered=0.5) for width_ms in (10_000, 30_000))
    metrics: dict[str, float | None] = {}
    for percent in (95, 105):
        limit = percent / 100 * v_thr
        metrics[f"t_thr{percent}_s"] = samples.seconds(reaches(samples.v15_mps, limit))
        over_limit = reaches(v30, limit) | reaches(v10, SURGE * limit)
        metrics[f"t_thr{percent}_ceil_s"] = samples.seconds(over_limit)
    return metrics


def _percent(peak_mps: float | None, v_max: float) -> float | None:
    return None if peak_mps is None else 100 * peak_mps / v_max


def _at(samples: Samples, x: int, v_max: float) -> dict[str, float | None]:
    quick = fast(samples, x / 100 * v_max)
    is_countable = not (samples.is_sparse and x in SHORT_EFFORTS)
    return {
        f"fast{x}_m": samples.metres(quick),
        f"fast{x}_s": samples.seconds(quick),
        f"eff{x}_n": float(sum(effort.level for effort in samples.dose_efforts[x])) if is_countable else None,
        # What was seen counts against a limit, though more may have been missed.
        f"eff{x}_ceil_n": float(len(samples.efforts[x])),
    }
