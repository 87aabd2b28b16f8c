"""Plan page: programme, stage and every threshold of one runner, tried on their last weeks before it is saved."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from aiohttp import web
from sqlmodel import Session

from server import plans, profile_history, trial
from server.api import asking
from server.concerns import is_reason
from server.pages import concern_text, plan_facts, plan_form, stage_page
from server.pages.plan_form import Now
from server.pages.plan_view import Facts, Tried
from server.pages.reader import Reader
from server.problem import Problem
from server.storage.people import Person


async def show(request: web.Request) -> web.StreamResponse:
    """GET /runners/{id}/plan; `stage` (and `second`) previews a step to another stage."""

    def read(db: Session, person: Person, runner: Person, now: datetime) -> Facts:
        return stage_page.with_preview(db, plan_facts.read_facts(db, person, runner, now), request.query, now)

    return await plan_facts.respond(request, await asking.read(request, read))


async def thresholds(request: web.Request) -> web.StreamResponse:
    """POST /runners/{id}/plan: `do` is look (what it would have decided) or save; what cannot be is said above the
    form, and nothing that was typed is lost.
    """
    typed, reader = await plan_facts.fields(request), await plan_facts.reader_of(request)
    facts, tried = await asking.read(
        request, lambda db, person, runner, now: _try(db, person, runner, typed, reader, now)
    )
    asked = typed.get("asked") == plan_facts.digest(tried.warnings)
    if typed.get("do") != "save" or tried.trouble or (tried.warnings and not asked):
        return await plan_facts.respond(request, facts, tried, typed, status=422 if tried.trouble else 200)
    try:
        await plan_facts.save(request, typed, lambda _db, _person, _now: tried.body)
    except Problem as why:
        if why.status not in (412, 422):
            raise
        trouble = Tried(body=tried.body, trouble=concern_text.refusal(why, reader), concerns=tried.concerns)
        return await plan_facts.respond(request, facts, trouble, typed, status=why.status)
    raise plan_facts.back(request)


def _try(
    db: Session, person: Person, runner: Person, typed: Mapping[str, str], reader: Reader, now: datetime
) -> tuple[Facts, Tried]:
    """What would be saved, with what would be asked and what it would have decided; or why it cannot be."""
    facts = plan_facts.read_facts(db, person, runner, now)
    if facts.view is None or facts.look.plan is None:
        raise Problem(404, "No plan yet", "There is no plan that could be changed.")
    before = facts.look.plan
    try:
        typed_body = plan_form.changed(typed, Now(body=before.body, view=facts.view, zone_reader=reader), now)
        body = profile_history.with_history(before.body, typed_body, now)
        warnings = plans.warnings(before, body, now)
        concerns = plans.concerns(db, runner.id, before.body, body, now)
        days = trial.compare(db, facts.look, body)
    except Problem as why:
        return facts, Tried(trouble=concern_text.refusal(why, reader))
    is_short = bool(concerns) and typed.get("do") == "save" and not is_reason(typed.get("reason"))
    return facts, Tried(
        body=typed_body,
        warnings=warnings,
        asked=plan_facts.digest(warnings),
        concerns=concerns,
        trouble=concern_text.reason_needed(concerns, reader) if is_short else (),
        days=days,
    )
