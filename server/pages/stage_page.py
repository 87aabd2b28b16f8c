"""Stage page: the preview of a step to another stage, and the step itself, on the page of the plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from aiohttp import web
from sqlmodel import Session

from server import plans, said
from server.api import asking
from server.keys import NEW_TOKEN, REVIEWER
from server.pages import plan_facts, plan_form
from server.pages.plan_view import Facts
from server.pages.stage_view import StagePreview
from server.plan_views import second_of
from server.problem import Problem
from server.storage.people import Person


async def move(request: web.Request) -> web.StreamResponse:
    """POST /runners/{id}/plan/stage: enter a stage now; each ticked criterion is attested by the physio's name.

    If the step needs a reason and has none, the page shows what is missing (422) and keeps what was typed.
    """
    posted = await request.post()
    typed = {name: str(value) for name, value in posted.items()}
    criteria = [str(code) for code in posted.getall("seen", [])]
    attested = {request.app[NEW_TOKEN](): code for code in criteria}
    only_attest = typed.get("do") == "attest"

    def work(db: Session, person: Person, runner: Person, now: datetime) -> None:
        physio, note = asking.physio(person), typed.get("note", "").strip()[:2000] or None
        for statement_id, code in attested.items():
            said.attest_criterion(db, runner.id, statement_id, physio, code, note, now)
        if not only_attest:
            plans.move(db, runner.id, physio, _step(typed), now)

    try:
        await asking.write(request, work)
    except Problem as why:
        if why.status != 422 or only_attest:
            raise
        return await _refused(request, typed, frozenset(criteria), why)
    await request.app[REVIEWER].review(request.match_info["runner"])
    raise plan_facts.back(request, _query(typed) if only_attest else "")


def with_preview(db: Session, facts: Facts, query: Mapping[str, str], now: datetime) -> Facts:
    """The facts with the step that the query names; as they are if it names none that there is."""
    second = query.get("second") == "yes"
    view, stage = plan_facts.view_for(facts, second=second), query.get("stage", "")
    if view is None or facts.look.plan is None or stage not in [item.id for item in view.programme.stages]:
        return facts
    body = facts.look.plan.body
    baseline = view.case.baseline_morning if "baseline_morning" not in query else _typed_baseline(query)
    after = plans.entered(body, plans.Step(stage=stage, baseline_morning=baseline, second=second), now)
    preview = StagePreview(
        stage=stage,
        second=second,
        entry=plans.entry(db, facts.look.runner.id, second_of(body) if second else body, stage, now),
        concerns=plans.concerns(db, facts.look.runner.id, body, after, now),
        typed=query,
    )
    return replace(facts, step=preview)


async def _refused(
    request: web.Request, typed: Mapping[str, str], attested: frozenset[str], why: Problem
) -> web.Response:
    def read(db: Session, person: Person, runner: Person, now: datetime) -> Facts:
        facts = with_preview(db, plan_facts.read_facts(db, person, runner, now), typed, now)
        if facts.step is None:
            raise why
        return replace(facts, step=replace(facts.step, attested=attested, refused=why))

    return await plan_facts.respond(request, await asking.read(request, read), status=why.status)


def _step(typed: Mapping[str, str]) -> plans.Step:
    return plans.Step(
        stage=typed.get("stage", ""),
        baseline_morning=plan_form.pain(typed.get("baseline_morning", "")),
        second=typed.get("second") == "yes",
        reason=typed.get("reason"),
    )


def _typed_baseline(query: Mapping[str, str]) -> float | None:
    """None also for what is no pain: the refusal beside it says so."""
    try:
        return plan_form.pain(query["baseline_morning"])
    except Problem:
        return None


def _query(typed: Mapping[str, str]) -> str:
    second = "&second=yes" if typed.get("second") == "yes" else ""
    return f"?stage={typed.get('stage', '')}{second}#stage"
