"""Ceilings: what one session must not exceed; a limit that nobody could measure is noted, never taken as kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from rules.metric_facts import reference
from rules.numbers import exceeds, metric
from rules.vocabulary import Metrics, References


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """One ceiling that a session passed."""

    metric: str
    measured: float
    ceiling: float


def held(metrics: Metrics, ceil: Mapping[str, float]) -> dict[str, float | None]:
    """For each ceiling the value of the session that is held against it."""
    return {name: ceiling_metric(metrics, name) for name in ceil}


def passed(values: Metrics, ceil: Mapping[str, float]) -> tuple[Breach, ...]:
    """The ceilings that were passed by values as `held` gives them; equal is within, and one not known passes none."""
    return tuple(
        Breach(metric=name, measured=value, ceiling=ceil[name])
        for name, value in values.items()
        if value is not None and exceeds(value, ceil[name])
    )


def ceiling_metric(metrics: Metrics, name: str) -> float | None:
    """The value that a ceiling is held against: its own `_ceil_` count where there is one.

    `eff80_ceil_n` holds the fast efforts on any slope, `inc4_ceil_s` an incline that the runner typed in: neither earns
    a dose, and both are held against the limit.
    """
    own = _own_count(name)
    whatever_else = metric(metrics, own) if own in metrics else None
    return whatever_else if whatever_else is not None else metric(metrics, name)


def checkable(ceil: Mapping[str, float], references: References) -> dict[str, float]:
    """The ceilings whose reference speed the runner has; the others cannot be judged at all."""
    return {name: ceiling for name, ceiling in ceil.items() if has_reference(name, references)}


def has_reference(name: str, references: References) -> bool:
    """Whether the speed that a metric is measured against is known (references as `effective` returns them)."""
    needed = reference(name)
    if needed is None:
        return True
    return (references.v_max_mps if needed == "v_max" else references.v_thr_mps) is not None


@cache
def _own_count(name: str) -> str:
    stem, _, kind = name.rpartition("_")
    return f"{stem}_ceil_{kind}"
