"""Plan steps: what a change of a plan does to each of its stages, what it needs a reason for, and its record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from rules.view import View
from server import audit, baseline, override_ends, review, said, stage_entry
from server.concerns import Concern
from server.plan_views import possible, readable, second_of
from server.problem import Problem
from server.storage import people
from server.storage.people import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanStep:
    """One programme of a plan before and after a change; `here` is None if there was none that can be read."""

    second: bool
    here: View | None
    there: View
    is_entry: bool

    @property
    def is_up(self) -> bool:
        return self.here is not None and self.there.stage_index > self.here.stage_index


def compare(before: Mapping[str, Any] | None, after: Mapping[str, Any], now: datetime) -> list[PlanStep]:
    """Each programme of the plan `after`, compared with its place in the plan before. Raises Problem 422."""
    steps = [_step(before, after, now, second=False)]
    if after.get("second") is not None:
        held = second_of(before) if before and before.get("second") else None
        steps.append(_step(held, second_of(after), now, second=True))
    return steps


def concerns(db: Session, runner_id: str, steps: Sequence[PlanStep], now: datetime) -> tuple[Concern, ...]:
    """What the steps need a reason for."""
    return tuple(dict.fromkeys([*_of_entries(db, runner_id, steps, now), *_of_baselines(steps)]))


def refuse_under_red_flag(db: Session, runner_id: str, steps: Sequence[PlanStep]) -> None:
    """Raise Problem 409 for a step up while a red flag is not cleared."""
    if any(step.is_up for step in steps) and said.flags_standing(db, runner_id):
        raise Problem(409, "A red flag stands", "A red flag must be cleared by a named clinician before any step.")


def record(
    db: Session,
    runner_id: str,
    physio: Person,
    steps: Sequence[PlanStep],
    despite: Sequence[Concern],
    reason: str | None,
    now: datetime,
) -> None:
    """Keep each stage that is entered over another one, with what spoke against it; overrides end with it."""
    for step in [step for step in steps if step.is_entry]:
        if step.here is not None:
            stages = {"from": step.here.case.stage, "to": step.there.case.stage, "second": step.second}
            details = {**stages, **_despite(despite), "reason": reason}
            audit.note(db, physio.id, "stage moved", details, now, runner_id=runner_id)
        override_ends.end_all(db, runner_id, physio, step.there.case.stage, now)


def place_before(here: View | None, there: View) -> int:
    """The place (from 0) after which criteria apply: every stage passed on the way up, else the entered one."""
    if here is not None and there.stage_index > here.stage_index:
        return here.stage_index
    return there.stage_index - 1


def _step(before: Mapping[str, Any] | None, after: Mapping[str, Any], now: datetime, *, second: bool) -> PlanStep:
    here, there = readable(before, now), possible(after, now)
    is_entry = here is None or _entry(here) != _entry(there)
    return PlanStep(second=second, here=here, there=there, is_entry=is_entry)


def _entry(view: View) -> tuple[str, datetime]:
    return view.case.stage, view.case.stage_entered_at


def _of_entries(db: Session, runner_id: str, steps: Sequence[PlanStep], now: datetime) -> list[Concern]:
    ups = [(step.here, step.there) for step in steps if step.here is not None and step.is_up]
    runner = people.person(db, runner_id) if ups else None
    if runner is None:
        return []
    assessment = review.look(db, runner, now)
    return [concern for here, there in ups for concern in stage_entry.concerns(assessment, here, there, now)]


def _of_baselines(steps: Sequence[PlanStep]) -> list[Concern]:
    return [
        concern
        for step in steps
        for concern in baseline.concerns(
            step.there.case.baseline_morning,
            step.here.case.baseline_morning if step.here else None,
            entered=step.is_entry,
        )
    ]


def _despite(concerns_: Sequence[Concern]) -> dict[str, Any]:
    """By code in lower case, what each concern is about; the codes of criteria in one list."""
    by_code: dict[str, list[str]] = {}
    for concern in concerns_:
        by_code.setdefault(concern.code.lower(), []).extend(concern.items)
    return by_code
