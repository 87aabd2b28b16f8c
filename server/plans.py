"""Plans: a change is a new version, made by the runner's physio from what they saw, and never an impossible one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from rules.attest import ENTRY, Attestation, Criterion, outstanding
from rules.case import Case
from rules.errors import RulesError
from rules.feasibility import profile_refusals, refusals
from rules.guard_rails import edit_warnings
from rules.view import View
from rules.view import look as look_at
from server import audit, said
from server.problem import Problem
from server.storage import runs
from server.storage.people import Person
from server.storage.runs import Plan

PLAN_FIELDS = (
    "programme", "profile", "stage", "stage_override", "stage_entered_at", "baseline_morning", "baseline_stiff_min",
    "onset_at", "references", "second",
)  # fmt: skip
OF_A_CASE = PLAN_FIELDS[:-1]
SHARED = ("onset_at", "references")  # a second programme says them only where they differ for it


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
    plan = Plan(
        runner_id=runner_id,
        version=seen_version + 1,
        valid_from=now,
        by=physio.id,
        body={name: body[name] for name in PLAN_FIELDS if name in body},
    )
    runs.save_plan(db, plan)
    words = {"version": plan.version, "before": dict(before.body) if before else None, "after": dict(plan.body)}
    audit.note(db, physio.id, "plan changed", words, now, runner_id=runner_id)
    return Saved(plan=plan, warnings=_warnings(before, after, now))


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Into which stage, with which morning baseline; `second` where it is of the second programme."""

    stage: str
    baseline_morning: float | None = None
    second: bool = False


def move(db: Session, runner_id: str, physio: Person, step: Step, now: datetime) -> Saved:
    """Enter a stage now, with the morning baseline frozen as it is now. Raises Problem 404, 409 or 422.

    A red flag that stands closes every way forward; the way back stays open.
    """
    plan = _plan(db, runner_id)
    here = look_at(_case(_held(plan.body, step), now))
    entered: dict[str, Any] = {
        "stage": step.stage,
        "stage_override": {},
        "stage_entered_at": said.utc_text(now),
        "baseline_morning": step.baseline_morning,
    }
    changed = {**plan.body["second"], **entered} if step.second else entered
    body = {**plan.body, "second": changed} if step.second else {**plan.body, **changed}
    checked(body, now)
    there = look_at(_case(_held(body, step), now))
    if there.stage_index > here.stage_index and said.flags_standing(db, runner_id):
        raise Problem(409, "A red flag stands", "A red flag must be cleared by a named clinician before any step.")
    words = {"from": here.stage.id, "to": there.stage.id, "second": step.second}
    audit.note(db, physio.id, "stage moved", words, now, runner_id=runner_id)
    return change(db, runner_id, physio, body, plan.version, now)


def criteria(db: Session, runner_id: str, step: Step, now: datetime) -> list[dict[str, str]]:
    """What must be seen before a stage is entered, and is not attested yet."""
    plan = _plan(db, runner_id)
    view = _possible({**_held(plan.body, step), "stage": step.stage, "stage_override": {}}, now)
    missing = outstanding(str(view.programme.origin), view.stage_index + 1, said.attestations(db, runner_id, now), now)
    return [{"code": one.code, "sentence": one.sentence, "evidence": one.evidence} for one in missing]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One criterion for entering a stage; `seen` is the latest word that it was met, while that counts."""

    criterion: Criterion
    seen: Attestation | None


def entry(db: Session, runner_id: str, body: Mapping[str, Any], stage: str, now: datetime) -> list[Entry]:
    """Every criterion for entering a stage of the plan's programme, attested or outstanding."""
    view = _possible({**body, "stage": stage, "stage_override": {}}, now)
    origin, number, stated = str(view.programme.origin), view.stage_index + 1, said.attestations(db, runner_id, now)
    missing = outstanding(origin, number, stated, now)
    found = []
    for criterion in ENTRY.get(origin, {}).get(number, ()):
        words = [one for one in stated if one.code == criterion.code]
        found.append(Entry(criterion=criterion, seen=words[-1] if words and criterion not in missing else None))
    return found


def begin(
    db: Session, runner_id: str, physio: Person, changed: Mapping[str, Any], seen_version: int, now: datetime
) -> Saved:
    """Set the programme and the stage anew, as of now. Raises Problem 409 where a red flag stands, 412 or 422."""
    if said.flags_standing(db, runner_id):
        raise Problem(409, "A red flag stands", "A red flag must be cleared by a named clinician before any step.")
    before = runs.plan_of(db, runner_id)
    body = {**(before.body if before else {}), **changed}
    return change(db, runner_id, physio, body, seen_version, now)


def warnings(before: Plan | None, body: Mapping[str, Any], now: datetime) -> tuple[str, ...]:
    """What the physio is asked about before this is saved. Raises Problem 422."""
    return _warnings(before, checked(body, now), now)


def checked(body: Mapping[str, Any], now: datetime) -> View:
    """The plan as the rules see it, of its first programme.

    Raises Problem 422 for what cannot be read, is unknown or could not be done, in either programme.
    """
    second(body, now)
    return _possible(body, now)


def second(body: Mapping[str, Any], now: datetime) -> Case | None:
    """The second programme of a plan as the rules see it. Raises Problem 422."""
    return None if body.get("second") is None else _possible(second_of(body), now).case


def second_of(body: Mapping[str, Any]) -> dict[str, Any]:
    """The second programme of a plan as a plan of its own."""
    return {**{name: body.get(name) for name in SHARED}, **body["second"]}


def _held(body: Mapping[str, Any], step: Step) -> Mapping[str, Any]:
    """The programme in which a step is taken. Raises Problem 404."""
    if not step.second:
        return body
    if body.get("second") is None:
        raise Problem(404, "No second programme", "This plan holds one programme.")
    return second_of(body)


def _possible(body: Mapping[str, Any], now: datetime) -> View:
    try:
        view = look_at(_case(body, now))
    except RulesError as why:
        raise Problem(422, "Not a plan", str(why)) from why
    impossible = [*refusals(view.stage), *profile_refusals(view.profile)]
    if impossible:
        reasons = [f"{one.stage or 'Profile'} {one.item}: {one.reason}" for one in impossible]
        raise Problem(422, "Impossible stage", impossible[0].reason, reasons=reasons)
    return view


def _case(body: Mapping[str, Any], now: datetime) -> Case:
    fields = {name: body.get(name) for name in OF_A_CASE}
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
