"""Requirements: every line of a stage's dose with what has been earned of it, the complete ones too."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rules.dose import best_of, total_of, weigh
from rules.metric_facts import unit
from rules.numbers import reaches
from rules.view import View
from rules.vocabulary import Response
from rules.windows import whole_days


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """One line; `item` is named as in a verdict's `missing`, `measured` None means that no sensor told it."""

    item: str
    measured: float | str | None
    required: float | str
    unit: str | None
    met: bool


def requirements(view: View) -> tuple[Requirement, ...]:
    """All that the stage asks for before the next one, in the order in which `missing` is read."""
    if view.stage.terminal:
        return ()
    return (*_loading(view), *_days(view), _latest(view))


def _loading(view: View) -> Iterator[Requirement]:
    dose, stage = weigh(view), view.stage
    yield _amount("sessions", len(dose.counted), stage.n or 0, "sessions")
    for name, required in stage.total.items():
        yield _amount(f"total.{name}", total_of(dose.eligible, name), required, unit(name))
    for name, required in stage.max.items():
        yield _amount(f"max.{name}", best_of(dose.eligible, name), required, unit(name))


def _days(view: View) -> Iterator[Requirement]:
    case, stage = view.case, view.stage
    if stage.min_days is not None:
        yield _amount("min_days", whole_days(case.now, case.stage_entered_at), stage.min_days, "d")
    if stage.earliest_day is not None:
        days = None if case.onset_at is None else whole_days(case.now, case.onset_at)
        yield _amount("earliest_day", days, stage.earliest_day, "d")


def _latest(view: View) -> Requirement:
    latest = view.since_entry[-1] if view.since_entry else None
    return Requirement(
        item="latest_24h",
        measured=latest.label if latest else None,
        required=Response.GREEN.value,
        unit=None,
        met=latest is not None and latest.response is Response.GREEN,
    )


def _amount(item: str, measured: float | None, required: float, of_unit: str | None) -> Requirement:
    return Requirement(
        item=item, measured=measured, required=required, unit=of_unit, met=reaches(measured, required)
    )
