"""Start page: a programme, or a second one, is previewed by name and then started, on the page of the plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from aiohttp import web
from sqlmodel import Session

from server import plans
from server.api import asking
from server.pages import plan_facts, start_form
from server.pages.plan_view import Facts
from server.pages.reader import Reader
from server.pages.start_view import StartPreview
from server.problem import Problem
from server.storage import runs
from server.storage.people import Person


async def programme(request: web.Request) -> web.StreamResponse:
    """POST /runners/{id}/plan/programme: another ladder, from a stage of it, as of now; `do` preview saves nothing."""
    return await _start(request, second=False)


async def second(request: web.Request) -> web.StreamResponse:
    """POST /runners/{id}/plan/second: a second ladder held at the same time, or none from now on."""
    return await _start(request, second=True)


async def _start(request: web.Request, *, second: bool) -> web.StreamResponse:
    typed, reader = await plan_facts.fields(request), await plan_facts.reader_of(request)
    runner_id = request.match_info["runner"]
    if typed.get("do") == "preview":
        return await _preview(request, typed, reader, second=second)
    try:
        await plan_facts.save(
            request,
            typed,
            lambda db, physio, now: _part(db, runner_id, physio, typed, reader, now, second=second),
            begin=True,
        )
    except Problem as why:
        if why.status != 422:
            raise
        return await _preview(request, typed, reader, second=second, refused=why)
    raise plan_facts.back(request, "#second" if second else "")


async def _preview(
    request: web.Request, typed: Mapping[str, str], reader: Reader, *, second: bool, refused: Problem | None = None
) -> web.Response:
    def read(db: Session, person: Person, runner: Person, now: datetime) -> Facts:
        facts = plan_facts.read_facts(db, person, runner, now)
        preview = _read_preview(db, facts, typed, reader, now, second=second)
        return replace(facts, start=replace(preview, refused=refused or preview.refused))

    facts = await asking.read(request, read)
    is_refused = facts.start is not None and facts.start.refused is not None
    return await plan_facts.respond(request, facts, status=422 if is_refused else 200)


def _read_preview(
    db: Session, facts: Facts, typed: Mapping[str, str], reader: Reader, now: datetime, *, second: bool
) -> StartPreview:
    preview, before = StartPreview(second=second, typed=typed), facts.look.plan.body if facts.look.plan else None
    try:
        if typed.get("ladder") != start_form.NO_PROGRAMME:
            choice, stage = start_form.chosen(db, facts.person, typed)
            preview = replace(preview, programme=choice.programme, stage=stage)
        runner_id = facts.look.runner.id
        after = {**(before or {}), **_part(db, runner_id, facts.person, typed, reader, now, second=second)}
        first = plans.checked(after, now)
        concerns = plans.concerns(db, runner_id, before, after, now)
    except Problem as why:
        if why.status != 422:
            raise
        return replace(preview, refused=why)
    return replace(preview, view=first, concerns=concerns)


def _part(
    db: Session,
    runner_id: str,
    physio: Person,
    typed: Mapping[str, str],
    reader: Reader,
    now: datetime,
    *,
    second: bool,
) -> dict[str, Any]:
    if second:
        return start_form.second_part(db, physio, typed, now)
    plan = runs.plan_of(db, runner_id)
    return start_form.programme_part(db, physio, typed, plan.body if plan else {}, reader, now)
