"""Plans: a change is a new version, made by the runner's physio from what they saw, and never an impossible one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from rules.attest import outstanding
from rules.case import Case
from rules.combine import beside
from rules.errors import RulesError
from rules.feasibility import profile_refusals, refusals
from rules.forms.merge_patch import merge_patch
from rules.guard_rails import edit_warnings
from rules.view import View
from rules.view import look as look_at
from rules.what_if import Day, what_if
from server import review, said
from server.problem import Problem
from server.storage import runs
from server.storage.people import Person
from server.storage.runs import Plan

PLAN_FIELDS = (
    "programme", "profile", "stage", "stage_override", "stage_entered_at", "baseline_morning", "baseline_stiff_min",
    "onset_at", "references",
)  # fmt: skip
BESIDE = "beside"  # the second programme of a runner who holds two, with its own stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """The new version, and what the physio is asked about once."""

    plan: Plan
    warnings: tuple[str, ...]


def change(
    db: Session, runner_id: str, physio: Person, body: Mapping[str, Any], seen_version: int, now: datetime
) -> Saved:
    """Save a new version over the one that the physio saw. Raises Problem 412 where it is not the latest, or 422."""
    before = runs.plan_of(db, runner_id)
    if (before.version if before else 0) != seen_version:
        raise Problem(412, "Changed meanwhile", "Somebody changed this plan since you looked; look again, then change.")
    after = checked(body, now)
    _check_beside(body, now)
    plan = Plan(
        runner_id=runner_id,
        version=seen_version + 1,
        valid_from=now,
        by=physio.id,
        body={name: body[name] for name in (*PLAN_FIELDS, BESIDE) if name in body},
    )
    runs.save_plan(db, plan)
    return Saved(plan=plan, warnings=_warnings(before, after, now))


def move(
    db: Session, runner_id: str, physio: Person, stage: str, baseline_morning: float | None, now: datetime
) -> Saved:
    """Enter a stage now, with the morning baseline frozen as it is now. Raises Problem 404, 409 or 422.

    A red flag that stands closes every way forward; the way back stays open.
    """
    plan = _plan(db, runner_id)
    here = look_at(_case(plan.body, now))
    body = {
        **plan.body,
        "stage": stage,
        "stage_override": {},
        "stage_entered_at": said.utc_text(now),
        "baseline_morning": baseline_morning,
    }
    there = checked(body, now)
    if there.stage_index > here.stage_index and said.flags_standing(db, runner_id):
        raise Problem(409, "A red flag stands", "A red flag must be cleared by a named clinician before any step.")
    return change(db, runner_id, physio, body, plan.version, now)


def criteria(db: Session, runner_id: str, stage: str, now: datetime) -> list[dict[str, str]]:
    """What must be seen before a stage is entered, and is not attested yet."""
    plan = _plan(db, runner_id)
    view = checked({**plan.body, "stage": stage, "stage_override": {}}, now)
    missing = outstanding(str(view.programme.origin), view.stage_index + 1, said.attestations(db, runner_id), now)
    return [{"code": one.code, "sentence": one.sentence, "evidence": one.evidence} for one in missing]


def preview(look: review.Look, patch: Mapping[str, Any], now: datetime) -> tuple[Day, ...]:
    """The same history under a changed plan, day by day; nothing is saved. Raises Problem 404 or 422."""
    if look.plan is None or look.case is None:
        raise Problem(404, "No plan yet", "There is no plan that could be changed.")
    body = merge_patch(dict(look.plan.body), dict(patch))
    changed = checked(body if isinstance(body, Mapping) else {}, now).case
    fields = {name: getattr(changed, name) for name in PLAN_FIELDS}
    return what_if(look.case, **fields)


def checked(body: Mapping[str, Any], now: datetime) -> View:
    """The plan as the rules see it. Raises Problem 422 for what cannot be read, is unknown or could not be done."""
    try:
        view = look_at(_case(body, now))
    except RulesError as why:
        raise Problem(422, "Not a plan", str(why)) from why
    impossible = [*refusals(view.stage), *profile_refusals(view.profile)]
    if impossible:
        reasons = [f"{one.stage or 'Profile'} {one.item}: {one.reason}" for one in impossible]
        raise Problem(422, "Impossible stage", reasons[0], reasons=reasons)
    return view


def _check_beside(body: Mapping[str, Any], now: datetime) -> None:
    """The second programme is held to the same: no plan is saved that could not be judged. Raises Problem 422."""
    second = body.get(BESIDE)
    if second is None:
        return
    if not isinstance(second, Mapping):
        raise Problem(
            422, "Not a plan", "What stands beside the plan should be an object with a programme and a stage."
        )
    checked(beside(body, second), now)


def _case(body: Mapping[str, Any], now: datetime) -> Case:
    fields = {name: body.get(name) for name in PLAN_FIELDS}
    return Case.from_json({**fields, "now": said.utc_text(now)})


def _plan(db: Session, runner_id: str) -> Plan:
    plan = runs.plan_of(db, runner_id)
    if plan is None:
        raise Problem(404, "No plan yet", "There is no plan for this runner yet; save one first.")
    return plan


def _warnings(before: Plan | None, after: View, now: datetime) -> tuple[str, ...]:
    if before is None:
        return ()
    try:
        earlier = look_at(_case(before.body, now))
    except RulesError:
        return ()
    if earlier.stage.id != after.stage.id:
        return ()
    default = after.programme.stages[after.stage_index]
    return edit_warnings(earlier.stage, after.stage, default=default, profile=after.profile)
