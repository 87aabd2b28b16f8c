"""Plans: a change is a new version, made by the runner's physio from what they saw, and never an impossible one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from rules.attest import ENTRY, Attestation, Criterion, outstanding
from rules.case import Case
from rules.guard_rails import edit_warnings
from rules.view import View
from server import audit, plan_steps, profile_history, programme_versions, said, stage_entry
from server.concerns import Concern, require_reason
from server.plan_steps import place_before
from server.plan_views import possible, readable, saveable, second_of
from server.problem import Problem
from server.storage import runs
from server.storage.people import Person
from server.storage.runs import Plan

PLAN_FIELDS = (
    "programme", "profile", "profile_since", "profile_before", "stage", "stage_override", "stage_entered_at",
    "baseline_morning", "baseline_stiff_min", "onset_at", "references", "second",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """The new version, and what the physio is asked about once."""

    plan: Plan
    warnings: tuple[str, ...]


def change(
    db: Session,
    runner_id: str,
    physio: Person,
    body: Mapping[str, Any],
    seen_version: int,
    now: datetime,
    reason: str | None = None,
) -> Saved:
    """Save a new version over the one that the physio saw. Raises Problem 412 where it is not the latest, or 422.

    A step up, and a high or raised baseline, may need a reason; a red flag closes every step up (409).
    """
    before = runs.plan_of(db, runner_id)
    if (before.version if before else 0) != seen_version:
        raise Problem(412, "Changed meanwhile", "Somebody changed this plan since you looked; look again, then change.")
    body = profile_history.with_history(before.body if before else None, body, now)
    after = checked(body, now)
    steps = plan_steps.compare(before.body if before else None, body, now)
    plan_steps.refuse_under_red_flag(db, runner_id, steps)
    despite = plan_steps.concerns(db, runner_id, steps, now)
    require_reason(despite, reason)
    plan = Plan(
        runner_id=runner_id,
        version=seen_version + 1,
        valid_from=now,
        by=physio.id,
        body={name: body[name] for name in PLAN_FIELDS if name in body},
    )
    given = reason.strip() if reason and reason.strip() else None
    plan_steps.record(db, runner_id, physio, steps, despite, given, now)
    runs.save_plan(db, plan)
    words = {"version": plan.version, "before": dict(before.body) if before else None, "after": dict(plan.body)}
    audit.note(db, physio.id, "plan changed", {**words, "reason": given}, now, runner_id=runner_id)
    return Saved(plan=plan, warnings=_warnings(before, after, now))


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Into which stage, with which morning baseline; `second` where it is of the second programme."""

    stage: str
    baseline_morning: float | None = None
    second: bool = False
    reason: str | None = None


def move(db: Session, runner_id: str, physio: Person, step: Step, now: datetime) -> Saved:
    """Enter a stage now, with the morning baseline frozen as it is now. Raises Problem 404, 409 or 422.

    A red flag that stands closes every way forward; the way back stays open.
    """
    plan = _plan(db, runner_id)
    body = entered(plan.body, step, now)
    return change(db, runner_id, physio, body, plan.version, now, step.reason)


def entered(body: Mapping[str, Any], step: Step, now: datetime) -> dict[str, Any]:
    """The plan after a step, not saved. Raises Problem 404 if a second programme is meant and there is none."""
    _held(body, step)
    stage: dict[str, Any] = {
        "stage": step.stage,
        "stage_override": {},
        "stage_entered_at": said.utc_text(now),
        "baseline_morning": step.baseline_morning,
    }
    return {**body, "second": {**body["second"], **stage}} if step.second else {**body, **stage}


def concerns(
    db: Session, runner_id: str, before: Mapping[str, Any] | None, after: Mapping[str, Any], now: datetime
) -> tuple[Concern, ...]:
    """What a change would need a reason for. Raises Problem 422 for a plan that cannot be saved at all."""
    return plan_steps.concerns(db, runner_id, plan_steps.compare(before, after, now), now)


def criteria(db: Session, runner_id: str, step: Step, now: datetime) -> list[dict[str, str]]:
    """What must be seen before a stage is entered, and is not attested yet; of skipped stages too."""
    plan = _plan(db, runner_id)
    held = _held(plan.body, step)
    here, view = readable(held, now), possible({**held, "stage": step.stage, "stage_override": {}}, now)
    attestations = said.attestations(db, runner_id, now)
    missing = stage_entry.outstanding_up_to(place_before(here, view), view, attestations, now)
    return [{"code": one.code, "sentence": one.sentence, "evidence": one.evidence} for one in missing]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One criterion for entering a stage; `seen` is the latest word that it was met, while that counts."""

    criterion: Criterion
    seen: Attestation | None


def entry(db: Session, runner_id: str, body: Mapping[str, Any], stage: str, now: datetime) -> list[Entry]:
    """Every criterion on the way to a stage of the plan's programme, attested or outstanding."""
    here, view = readable(body, now), possible({**body, "stage": stage, "stage_override": {}}, now)
    stated = said.attestations(db, runner_id, now)
    first, origin = place_before(here, view) + 2, str(view.programme.origin)
    found: dict[str, Entry] = {}
    for number in range(first, view.stage_index + 2):
        missing = outstanding(origin, number, stated, now)
        for criterion in ENTRY.get(origin, {}).get(number, ()):
            words = [one for one in stated if one.code == criterion.code]
            seen = words[-1] if words and criterion not in missing else None
            found[criterion.code] = Entry(criterion=criterion, seen=seen)
    return list(found.values())


def begin(
    db: Session,
    runner_id: str,
    physio: Person,
    changed: Mapping[str, Any],
    seen_version: int,
    now: datetime,
    reason: str | None = None,
) -> Saved:
    """Set the programme and the stage anew, as of now. Raises Problem 409 where a red flag stands, 412 or 422."""
    if said.flags_standing(db, runner_id):
        raise Problem(409, "A red flag stands", "A red flag must be cleared by a named clinician before any step.")
    before = runs.plan_of(db, runner_id)
    body = {**(before.body if before else {}), **changed}
    return change(db, runner_id, physio, body, seen_version, now, reason)


def take_newest_version(db: Session, runner_id: str, physio: Person, seen_version: int, now: datetime) -> Saved:
    """The plan with each programme in its current version, at the same stage since the same day.

    Raises Problem 404, 409 if it has the current version already, 412 or 422.
    """
    before = _plan(db, runner_id)
    newer = programme_versions.newer_versions(before.body)
    if not newer:
        raise Problem(409, "Current version", "This plan already uses the current version of its programme.")
    for version in newer:
        details = {"programme": version.name, "from": version.version_before, "to": version.version_after}
        audit.note(db, physio.id, "programme version changed", details, now, runner_id=runner_id)
    return change(db, runner_id, physio, programme_versions.with_newest(before.body), seen_version, now)


def warnings(before: Plan | None, body: Mapping[str, Any], now: datetime) -> tuple[str, ...]:
    """What the physio is asked about before this is saved. Raises Problem 422."""
    return _warnings(before, checked(body, now), now)


def checked(body: Mapping[str, Any], now: datetime) -> View:
    """The plan as the rules see it, of its first programme.

    Raises Problem 422 for what cannot be read, is unknown or could not be done, in either programme.
    """
    second(body, now)
    return saveable(body, now)


def second(body: Mapping[str, Any], now: datetime) -> Case | None:
    """The second programme of a plan as the rules see it. Raises Problem 422."""
    return None if body.get("second") is None else saveable(second_of(body), now).case


def _held(body: Mapping[str, Any], step: Step) -> Mapping[str, Any]:
    """The programme in which a step is taken. Raises Problem 404."""
    if not step.second:
        return body
    if body.get("second") is None:
        raise Problem(404, "No second programme", "This plan holds one programme.")
    return second_of(body)


def _plan(db: Session, runner_id: str) -> Plan:
    plan = runs.plan_of(db, runner_id)
    if plan is None:
        raise Problem(404, "No plan yet", "There is no plan for this runner yet; save one first.")
    return plan


def _warnings(before: Plan | None, after: View, now: datetime) -> tuple[str, ...]:
    if before is None:
        return ()
    earlier = readable(before.body, now)
    if earlier is None or earlier.stage.id != after.stage.id:
        return ()
    default = after.programme.stages[after.stage_index]
    return edit_warnings(earlier.stage, after.stage, default=default, profile=after.profile)
