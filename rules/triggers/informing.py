"""Informing: what is drawn beside a session and never decides anything."""

from __future__ import annotations

import numpy as np

from rules.metric import Metric
from rules.references import usable
from rules.signal.cadence import weighted_median
from rules.signal.d_prime import balance
from rules.signal.grade import equivalent_speed
from rules.signal.samples import Column, Mask, Samples
from rules.vocabulary import References

TEN_MIN_MS, FIVE_MIN_MS = 600_000.0, 300_000.0
TRIMP_WEIGHTS = {"m": (0.64, 1.92), "f": (0.86, 1.67)}  # Banister

METRICS = (
    Metric(name="decoupling_pct", unit="%", label="drift of heart rate against speed, between halves", informs=True),
    Metric(name="rolling_drift_pct", unit="%", label="drift of heart rate against speed, at the end", informs=True),
    Metric(name="hr_drift_pct", unit="%", label="drift of heart rate at the same speed", informs=True),
    Metric(name="cadence_decay_pct", unit="%", label="loss of cadence at the same speed", informs=True),
    Metric(name="d_prime_min_m", unit="m", label="lowest reserve above threshold speed", informs=True),
    Metric(name="depleted_s", unit="s", label="time with little reserve above threshold speed", informs=True),
    Metric(name="d_model_broken", unit="0/1", label="the reserve model does not fit this runner", informs=True),
    Metric(name="trimp", unit="points", label="training impulse from heart rate", informs=True),
)


def measure(samples: Samples, references: References) -> dict[str, float | None]:
    """Every informing metric of a session, null where what it needs is missing."""
    level_speed = _level_speed(samples)
    return {
        "decoupling_pct": _decoupling_pct(samples, level_speed),
        "rolling_drift_pct": _rolling_drift_pct(samples, level_speed),
        "hr_drift_pct": _hr_drift_pct(samples),
        "cadence_decay_pct": _cadence_decay_pct(samples),
        **balance(level_speed, samples.hold_ms, references.v_thr_mps, references.d_prime_m),
        "trimp": _trimp(samples, references),
    }


def _level_speed(samples: Samples) -> Column:
    """What the running cost, as a speed on the level; an unknown slope is taken as level here, for it only informs."""
    return equivalent_speed(samples.v_mps, np.nan_to_num(samples.grade))


def _decoupling_pct(samples: Samples, level_speed: Column) -> float | None:
    """100 (EF1 - EF2) / EF1 over the halves after the first ten minutes; EF is mean speed over mean heart rate."""
    end_ms = samples.dur_s * 1000
    later = (samples.t_ms >= TEN_MIN_MS) & samples.v_known
    if (
        end_ms < 3 * TEN_MIN_MS
        or not _heard(samples, TEN_MIN_MS, end_ms)
        or _spread(samples, level_speed, later) > 0.15
    ):
        return None
    middle = (TEN_MIN_MS + end_ms) / 2
    with_heart = later & ~np.isnan(samples.heart_rate_bpm)
    first = _efficiency(samples, level_speed, with_heart & (samples.t_ms < middle))
    second = _efficiency(samples, level_speed, with_heart & (samples.t_ms >= middle))
    return _loss_pct(first, second)


def _rolling_drift_pct(samples: Samples, level_speed: Column) -> float | None:
    """The same of the last ten minutes against minutes 10 to 20, however even the running was."""
    early, late = _windows(samples)
    if early is None or late is None:
        return None
    with_both = samples.v_known & ~np.isnan(samples.heart_rate_bpm)
    first, last = (_efficiency(samples, level_speed, window & with_both) for window in (early, late))
    return _loss_pct(first, last)


def _hr_drift_pct(samples: Samples) -> float | None:
    """Heart rate of the last ten minutes against minutes 10 to 20, where the speed stayed within 3 %."""
    early, late = _windows(samples)
    if early is None or late is None or not _same_speed(samples, early, late, 0.03):
        return None
    before, after = _mean(samples, samples.heart_rate_bpm, early), _mean(samples, samples.heart_rate_bpm, late)
    return None if before is None or after is None else 100 * (after - before) / before


def _cadence_decay_pct(samples: Samples) -> float | None:
    """Loss of the median cadence from minutes 5 to 15 to the last ten, where the speed stayed within 5 %."""
    end_ms = samples.dur_s * 1000
    early, late = _between(samples, FIVE_MIN_MS, 3 * FIVE_MIN_MS), _between(samples, end_ms - TEN_MIN_MS, end_ms)
    if end_ms < 5 * FIVE_MIN_MS or not _same_speed(samples, early, late, 0.05):
        return None
    before = weighted_median(samples.cadence_spm[early], samples.hold_ms[early])
    after = weighted_median(samples.cadence_spm[late], samples.hold_ms[late])
    return None if before is None or after is None else 100 * (before - after) / before


def _trimp(samples: Samples, references: References) -> float | None:
    """Minutes x h x k x exp(b h), h the share of the heart rate reserve; null where the sex is not known (Banister)."""
    highest, rest = usable(references.hr_max_bpm), usable(references.hr_rest_bpm)
    known = ~np.isnan(samples.heart_rate_bpm)
    if references.sex is None or highest is None or rest is None or highest < rest + 1 or not known.any():
        return None
    k, b = TRIMP_WEIGHTS[references.sex]
    share = np.clip((samples.heart_rate_bpm[known] - rest) / (highest - rest), 0.0, 1.0)
    return float((samples.hold_ms[known] / 60_000 * share * k * np.exp(b * share)).sum())


def _windows(samples: Samples) -> tuple[Mask, Mask] | tuple[None, None]:
    """Minutes 10 to 20 and the last ten, of at least thirty, where the heart was heard in both."""
    end_ms = samples.dur_s * 1000
    spans = ((TEN_MIN_MS, 2 * TEN_MIN_MS), (end_ms - TEN_MIN_MS, end_ms))
    if end_ms < 3 * TEN_MIN_MS or not all(_heard(samples, *span) for span in spans):
        return None, None
    early, late = (_between(samples, *span) for span in spans)
    return early, late


def _loss_pct(before: float | None, after: float | None) -> float | None:
    return None if before is None or after is None or before <= 0 else 100 * (before - after) / before


def _between(samples: Samples, from_ms: float, to_ms: float) -> Mask:
    return np.asarray((samples.t_ms >= from_ms) & (samples.t_ms < to_ms))


def _heard(samples: Samples, from_ms: float, to_ms: float) -> bool:
    """Whether the heart was heard for 90 % of the time."""
    heart = _between(samples, from_ms, to_ms) & ~np.isnan(samples.heart_rate_bpm)
    return to_ms > from_ms and float(samples.hold_ms[heart].sum()) >= 0.9 * (to_ms - from_ms)


def _mean(samples: Samples, column: Column, mask: Mask) -> float | None:
    chosen = mask & ~np.isnan(column)
    weight = samples.hold_ms[chosen]
    return float((column[chosen] * weight).sum() / weight.sum()) if len(weight) else None


def _same_speed(samples: Samples, early: Mask, late: Mask, share: float) -> bool:
    before, after = _mean(samples, samples.v_mps, early), _mean(samples, samples.v_mps, late)
    return before is not None and after is not None and abs(after - before) <= share * before


def _spread(samples: Samples, level_speed: Column, mask: Mask) -> float:
    """The coefficient of variation, endless where there is nothing to vary."""
    mean = _mean(samples, level_speed, mask)
    if mean is None or mean <= 0:
        return np.inf
    return float(np.sqrt(_mean(samples, (level_speed - mean) ** 2, mask) or 0.0)) / mean


def _efficiency(samples: Samples, level_speed: Column, mask: Mask) -> float | None:
    speed, heart = _mean(samples, level_speed, mask), _mean(samples, samples.heart_rate_bpm, mask)
    return None if speed is None or heart is None else speed / heart
