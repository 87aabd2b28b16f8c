"""Plan page: programme, stage and every threshold of one runner, tried on their last weeks before it is saved."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from aiohttp import web
from sqlmodel import Session

from rules.errors import RulesError
from rules.view import View
from rules.view import look as look_at
from server import plans, review, said, trial
from server.api import asking
from server.care import programmes
from server.keys import NEW_TOKEN, REVIEWER
from server.pages import frame, plan_form, plan_view
from server.pages.plan_form import Now
from server.pages.plan_view import Facts, Tried
from server.pages.reader import Reader
from server.problem import Problem
from server.review import Look
from server.storage.people import Person

SAYS_NOTHING = "-"


async def show(request: web.Request) -> web.StreamResponse:
    """GET /runners/{id}/plan; `stage` asks what stands before another stage."""
    step = request.query.get("stage", "")
    facts = await asking.read(request, lambda db, person, runner, now: _facts(db, person, runner, step, now))
    return await _page(request, facts)


async def thresholds(request: web.Request) -> web.StreamResponse:
    """POST /runners/{id}/plan: `do` is look (what it would have decided) or save; what cannot be is said above the
    form, and nothing that was typed is lost.
    """
    typed = {name: str(value) for name, value in (await request.post()).items()}
    reader = await _reader(request)
    tried = await asking.read(request, lambda db, person, runner, now: _try(db, person, runner, typed, reader, now))
    asked = typed.get("asked") == _hash(tried[1].warnings)
    if typed.get("do") != "save" or tried[1].trouble or (tried[1].warnings and not asked):
        status = 422 if tried[1].trouble else 200
        return await _page(request, tried[0], tried[1], typed, status=status)
    try:
        await _save(request, typed, lambda _db, _person, _now: tried[1].body)
    except Problem as why:
        if why.status not in (412, 422):
            raise
        return await _page(request, tried[0], Tried(body=tried[1].body, trouble=why.detail), typed, status=why.status)
    raise _back(request)


async def move(request: web.Request) -> web.StreamResponse:
    """POST /runners/{id}/plan/stage: enter a stage now; each ticked criterion is attested by the physio's name."""
    fields = await request.post()
    seen = [str(code) for code in fields.getall("seen", [])]
    note, stage = str(fields.get("note", "")).strip()[:2000] or None, str(fields.get("stage", ""))
    baseline = str(fields.get("baseline_morning", ""))
    ids = [request.app[NEW_TOKEN]() for _ in seen]
    second = fields.get("second") == "yes"

    def work(db: Session, person: Person, runner: Person, now: datetime) -> None:
        physio = asking.physio(person)
        for said_id, code in zip(ids, seen, strict=True):
            said.attest_criterion(db, runner.id, said_id, physio, code, note, now)
        if fields.get("do") == "attest":
            return
        step = plans.Step(stage=stage, baseline_morning=plan_form.pain(baseline), second=second)
        plans.move(db, runner.id, physio, step, now)

    await asking.write(request, work)
    await request.app[REVIEWER].review(request.match_info["runner"])
    raise _back(request, f"?stage={stage}#stage" if fields.get("do") == "attest" else "")


async def programme(request: web.Request) -> web.StreamResponse:
    """POST /runners/{id}/plan/programme: another ladder, from a stage of it, as of now."""
    typed = {name: str(value) for name, value in (await request.post()).items()}
    key, _, stage = typed.get("ladder", "").partition(":")

    def body(db: Session, person: Person, now: datetime) -> dict[str, Any]:
        return {
            "programme": programmes.chosen(db, person, key).body,
            "stage": stage,
            "stage_override": {},
            "stage_entered_at": said.utc_text(now),
            "profile": typed.get("profile") or None,
            "baseline_morning": plan_form.pain(typed.get("baseline_morning", "")),
        }

    await _save(request, typed, body, begin=True)
    raise _back(request)


async def second(request: web.Request) -> web.StreamResponse:
    """POST /runners/{id}/plan/second: a second ladder held at the same time, or none from now on."""
    typed = {name: str(value) for name, value in (await request.post()).items()}
    key, _, stage = typed.get("ladder", "").partition(":")

    def body(db: Session, person: Person, now: datetime) -> dict[str, Any]:
        if key == SAYS_NOTHING:
            return {"second": None}
        entered = {"stage": stage, "stage_override": {}, "stage_entered_at": said.utc_text(now)}
        profile = {"profile": typed["profile"]} if typed.get("profile") else {}
        return {"second": {"programme": programmes.chosen(db, person, key).body, **entered, **profile}}

    await _save(request, typed, body, begin=True)
    raise _back(request, "#second")


def _facts(db: Session, person: Person, runner: Person, step: str, now: datetime) -> Facts:
    physio = asking.physio(person)
    look = review.look(db, runner, now)
    view = _view(look)
    ladders = programmes.choices(db, physio)
    if look.plan is None or view is None:
        return Facts(person=person, look=look, view=None, ladders=ladders, step="", entry=[], flags=0)
    ids = [stage.id for stage in view.programme.stages]
    ahead = ids[min(view.stage_index + 1, len(ids) - 1)]
    step = step if step in ids else ahead
    return Facts(
        person=person,
        look=look,
        view=view,
        ladders=ladders,
        step=step,
        entry=plans.entry(db, runner.id, look.plan.body, step, now),
        flags=len(said.flags_standing(db, runner.id)),
    )


def _try(
    db: Session, person: Person, runner: Person, typed: Mapping[str, str], reader: Reader, now: datetime
) -> tuple[Facts, Tried]:
    """What would be saved, with what would be asked and what it would have decided; or why it cannot be."""
    facts = _facts(db, person, runner, "", now)
    if facts.view is None or facts.look.plan is None:
        raise Problem(404, "No plan yet", "There is no plan that could be changed.")
    try:
        body = plan_form.changed(typed, Now(body=facts.look.plan.body, view=facts.view, zone_reader=reader), now)
        asked = plans.warnings(facts.look.plan, body, now)
        return facts, Tried(body=body, warnings=asked, asked=_hash(asked), days=trial.compare(db, facts.look, body))
    except Problem as why:
        return facts, Tried(trouble=why.detail)


async def _save(
    request: web.Request,
    typed: Mapping[str, str],
    body: Callable[[Session, Person, datetime], Mapping[str, Any]],
    *,
    begin: bool = False,
) -> None:
    seen = seen_version(typed.get("version", ""))

    def work(db: Session, person: Person, runner: Person, now: datetime) -> None:
        physio = asking.physio(person)
        wanted = body(db, physio, now)
        (plans.begin if begin else plans.change)(db, runner.id, physio, wanted, seen, now)

    await asking.write(request, work)
    await request.app[REVIEWER].review(request.match_info["runner"])


async def _page(
    request: web.Request,
    facts: Facts,
    tried: Tried | None = None,
    typed: Mapping[str, str] | None = None,
    status: int = 200,
) -> web.Response:
    reader = await frame.reader_for(request, facts.person)
    view = plan_view.build(facts, tried, typed or {}, reader)
    return frame.page(request, "plan.html", status=status, person=facts.person, view=view, tab="plan")


async def _reader(request: web.Request) -> Reader:
    person = await asking.read(request, lambda _db, person, _runner, _now: asking.physio(person))
    return await frame.reader_for(request, person)


def _view(look: Look) -> View | None:
    try:
        return look_at(look.case) if look.case is not None else None
    except RulesError:
        return None


def seen_version(text: str) -> int:
    """The version that a form changes. Raises Problem 422 if it is not a number."""
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise Problem(422, "Which version", "Open the page again; the form must say which version it changes.")
    return int(text)


def _hash(warnings: tuple[str, ...]) -> str:
    return hashlib.sha256("\n".join(warnings).encode()).hexdigest()[:16] if warnings else ""


def _back(request: web.Request, more: str = "") -> web.HTTPSeeOther:
    return web.HTTPSeeOther(f"/runners/{request.match_info['runner']}/plan{more}")
