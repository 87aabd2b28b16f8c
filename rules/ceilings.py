"""Ceilings: what one session, or one outing, must not exceed; a limit that was not measured is noted as unchecked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from rules.metric_facts import reference
from rules.numbers import exceeds, metric, total
from rules.vocabulary import Metrics, References

MEASURING_ERROR = 1.03  # a measured amount passes a limit only beyond the ordinary error of a sensor; expert default
SLOWEST_TOP_MPS = 2.5  # no speed limit lies below an easy run, nor below 95 % of the threshold speed; expert default
SLOWEST_TOP_OF_THRESHOLD = 0.95
TOP_SPEED = "peak3_pct"


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """One ceiling that was passed, by a session or by the sum over its outing."""

    metric: str
    measured: float
    ceiling: float


def held(metrics: Metrics, ceil: Mapping[str, float]) -> dict[str, float | None]:
    """For each ceiling the value of one session that is compared with it; None if it was not measured."""
    return {name: ceiling_metric(metrics, name) for name in ceil}


def held_in_outing(values: Sequence[Mapping[str, float | None]]) -> dict[str, float | None]:
    """The values of the last of an outing's sessions, given as by `held`; amounts are summed over all of them."""
    return {
        name: _summed([one[name] for one in values]) if is_additive(name) else values[-1][name] for name in values[-1]
    }


def _summed(amounts: Sequence[float | None]) -> float | None:
    measured = [amount for amount in amounts if amount is not None]
    return total(measured) if measured else None


def is_additive(name: str) -> bool:
    """Whether two sessions of one outing add up: seconds, metres and counts do, a peak and a longest bout do not."""
    return name.endswith(("_s", "_m", "_n")) and name != "cont_run_s"


def passed(values: Metrics, ceil: Mapping[str, float]) -> tuple[Breach, ...]:
    """The ceilings that were passed by values as `held` gives them; one that was not measured passes none.

    A count passes a limit above it, a measured amount only beyond the error of a sensor.
    """
    return tuple(
        Breach(metric=name, measured=value, ceiling=ceil[name])
        for name, value in values.items()
        if value is not None and exceeds(value, most_measured(name, ceil[name]))
    )


def most_measured(name: str, ceiling: float) -> float:
    """The largest measured value that is still within a ceiling."""
    return ceiling if name.endswith("_n") else round(MEASURING_ERROR * ceiling, 6)


def ceiling_metric(metrics: Metrics, name: str) -> float | None:
    """The value that is compared with a ceiling: that of its own `_ceil_` metric if it was measured.

    `eff80_ceil_n` holds the fast efforts on any slope, `inc4_ceil_s` an incline that the runner typed in,
    `t_thr95_ceil_s` tempo without the noise of a sensor. A top speed is judged over 5 s if those were measured.
    """
    own = _own_metric(name)
    value = metric(metrics, own) if own in metrics else None
    return value if value is not None else metric(metrics, name)


def checkable(ceil: Mapping[str, float], references: References) -> dict[str, float]:
    """The limits as they apply to this runner, without those whose reference speed is not known."""
    return {name: limit for name, limit in applied(ceil, references).items() if has_reference(name, references)}


def applied(ceil: Mapping[str, float], references: References) -> dict[str, float]:
    """The limits as they apply to this runner: one of top speed leaves room for an easy run.

    `references` as `effective` returns them.
    """
    if TOP_SPEED not in ceil or references.v_max_mps is None:
        return dict(ceil)
    slowest = [SLOWEST_TOP_MPS]
    if references.v_thr_mps is not None:
        slowest.append(SLOWEST_TOP_OF_THRESHOLD * references.v_thr_mps)
    least_pct = round(100 * max(slowest) / references.v_max_mps, 6)
    return {**ceil, TOP_SPEED: max(ceil[TOP_SPEED], least_pct)}


def has_reference(name: str, references: References) -> bool:
    """Whether the speed that a metric is measured against is known (references as `effective` returns them)."""
    needed = reference(name)
    if needed is None:
        return True
    return (references.v_max_mps if needed == "v_max" else references.v_thr_mps) is not None


@cache
def _own_metric(name: str) -> str:
    if name == TOP_SPEED:
        return "peak5_pct"
    stem, _, kind = name.rpartition("_")
    return f"{stem}_ceil_{kind}"
