"""Ceilings now: how much of each limit a run in progress has used, for a page that is watched while running."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rules.ceilings import ceiling_metric, has_reference
from rules.metric_facts import label, reference, unit
from rules.references import effective
from rules.stage import Stage
from rules.vocabulary import Metrics, References

NEAR = 0.9  # from here on the page says so


@dataclass(frozen=True, slots=True, kw_only=True)
class CeilingNow:
    """One limit of the stage. `limit_mps` is there where the limit is a share of the runner's top speed."""

    metric: str
    label: str
    unit: str | None
    limit: float
    so_far: float | None
    left: float | None
    state: Literal["within", "near", "passed", "cannot tell"]
    limit_mps: float | None = None


def ceilings_now(stage: Stage, references: References, so_far: Metrics) -> tuple[CeilingNow, ...]:
    """Each ceiling of a stage against the metrics of the run so far; what was not measured reads "cannot tell"."""
    known = effective(references)
    return tuple(_now(name, limit, known, so_far) for name, limit in stage.ceil.items())


def _now(name: str, limit: float, references: References, so_far: Metrics) -> CeilingNow:
    used = ceiling_metric(so_far, name) if has_reference(name, references) else None
    return CeilingNow(
        metric=name,
        label=label(name),
        unit=unit(name),
        limit=limit,
        so_far=used,
        left=None if used is None else max(0.0, round(limit - used, 3)),
        state=_state(used, limit),
        limit_mps=_limit_mps(name, limit, references),
    )


def _state(used: float | None, limit: float) -> Literal["within", "near", "passed", "cannot tell"]:
    if used is None:
        return "cannot tell"
    if used > limit:
        return "passed"
    return "near" if used >= NEAR * limit else "within"


def _limit_mps(name: str, limit: float, references: References) -> float | None:
    share_of_top_speed = name.endswith("_pct") and reference(name) == "v_max"
    if not share_of_top_speed or references.v_max_mps is None:
        return None
    return round(references.v_max_mps * limit / 100, 3)
