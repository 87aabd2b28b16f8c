"""The plan of a runner and its stage, as a physio sets them from afar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

from aiohttp import web
from pydantic import AwareDatetime, Field
from sqlmodel import Session

from rules.what_if import Day
from server import plans, review, trial
from server.api import asking, forms
from server.concerns import Concern
from server.keys import REVIEWER
from server.problem import Problem, not_found
from server.storage import runs
from server.storage.people import Person

Code = Annotated[str, Field(min_length=1, max_length=60)]
Reason = Annotated[str, Field(max_length=2000)]


class SecondForm(forms.Form):
    """A second programme that is held at the same time; the references are the runner's, and so the plan's."""

    programme: str | dict[str, Any]
    stage: Code
    stage_entered_at: AwareDatetime
    profile: str | dict[str, Any] | None = None
    profile_since: AwareDatetime | None = None
    profile_before: str | dict[str, Any] | None = None
    stage_override: dict[str, Any] | None = None
    baseline_morning: forms.Pain | None = None
    baseline_stiff_min: Annotated[float, Field(ge=0)] | None = None
    onset_at: AwareDatetime | None = None


class PlanForm(forms.Form):
    """The plan's part of a case; what the rules cannot read or nobody could do is refused by them.

    `reason` is needed for a step up that is not ready, and for a high or raised baseline; the changes show it.
    """

    programme: str | dict[str, Any]
    stage: Code
    stage_entered_at: AwareDatetime
    profile: str | dict[str, Any] | None = None
    profile_since: AwareDatetime | None = None
    profile_before: str | dict[str, Any] | None = None
    stage_override: dict[str, Any] | None = None
    baseline_morning: forms.Pain | None = None
    baseline_stiff_min: Annotated[float, Field(ge=0)] | None = None
    onset_at: AwareDatetime | None = None
    references: dict[str, Any] | None = None
    second: SecondForm | None = None
    reason: Reason | None = None


class PreviewForm(forms.Form):
    """A merge patch of the plan."""

    change: dict[str, Any]


class StageForm(forms.Form):
    """`second` where it is the stage of the second programme.

    `reason` is needed to move up unless the verdict is PROGRESS_READY, no stage is skipped and every entry criterion
    is attested, and for a high or raised baseline.
    """

    stage: Code
    second: bool = False
    baseline_morning: forms.Pain | None = None
    reason: Reason | None = None


async def show(request: web.Request) -> web.Response:
    """GET runners/{id}/plan, with its version as ETag."""
    plan = await asking.read(request, lambda db, _person, runner, _now: runs.plan_of(db, runner.id))
    if plan is None:
        raise not_found()
    return _plan(plan)


async def replace(request: web.Request) -> web.Response:
    """PUT runners/{id}/plan under If-Match ("0" for the first): 200, 412 where it changed meanwhile, or 422."""
    form = await forms.body(request, PlanForm)
    body = form.model_dump(mode="json", exclude={"reason"}, exclude_none=True)
    seen = _seen_version(request)
    saved = await asking.write(
        request,
        lambda db, person, runner, now: plans.change(
            db, runner.id, asking.physio(person), body, seen, now, form.reason
        ),
    )
    await _measure_again(request)
    return _plan(saved.plan, warnings=list(saved.warnings))


async def preview(request: web.Request) -> web.Response:
    """POST runners/{id}/plan/preview: what a change would have decided, day by day, and what it needs a reason for;
    nothing is saved.
    """
    form = await forms.body(request, PreviewForm)

    def read(db: Session, person: Person, runner: Person, now: datetime) -> tuple[Sequence[Day], Sequence[Concern]]:
        asking.physio(person)
        look = review.look(db, runner, now)
        body = trial.patched(look, form.change)
        days = trial.compare(db, look, body)
        return days, plans.concerns(db, runner.id, look.plan.body if look.plan else None, body, now)

    found, concerns = await asking.read(request, read)
    return web.json_response(
        {
            "needs_reason": [concern.to_json() for concern in concerns],
            "days": [
                {
                    "at": forms.utc_text(day.at),
                    "as_it_is": day.as_it_is.to_json(),
                    "as_it_would_be": day.as_it_would_be.to_json(),
                    "differs": day.differs,
                }
                for day in found
            ],
        }
    )


async def stage(request: web.Request) -> web.Response:
    """POST runners/{id}/stage: enter a stage now; says which entry criteria nobody has attested.

    A step up without the reason that it needs is refused (422) with everything that is missing.
    """
    form = await forms.body(request, StageForm)

    def enter(db: Session, person: Person, runner: Person, now: datetime) -> Any:
        step = plans.Step(
            stage=form.stage, baseline_morning=form.baseline_morning, second=form.second, reason=form.reason
        )
        criteria = plans.criteria(db, runner.id, step, now)
        saved = plans.move(db, runner.id, asking.physio(person), step, now)
        return saved, criteria

    saved, criteria = await asking.write(request, enter)
    await _measure_again(request)
    return _plan(saved.plan, warnings=list(saved.warnings), not_attested=criteria)


async def _measure_again(request: web.Request) -> None:
    """A changed reference or onset measures the earlier runs again before anything more is said."""
    await request.app[REVIEWER].review(request.match_info["runner"])


def _seen_version(request: web.Request) -> int:
    given = request.headers.get("If-Match", "").strip().removeprefix("W/").strip('"')
    if not given:
        raise Problem(428, "Say what you saw", 'Send the plan\'s ETag as If-Match ("0" where there is none yet).')
    return forms.whole_number(given, "If-Match")


def _plan(plan: runs.Plan, **more: object) -> web.Response:
    body: Mapping[str, object] = {
        "version": plan.version,
        "valid_from": forms.utc_text(plan.valid_from),
        "by": plan.by,
        "plan": dict(plan.body),
        **more,
    }
    return web.json_response(body, headers={"ETag": f'"{plan.version}"'})
