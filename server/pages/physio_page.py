"""Physio page: one runner for whoever looks after them: the verdict with every rule, and the physio's own words."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TypeVar
from urllib.parse import quote
from zoneinfo import ZoneInfo

from aiohttp import web
from pydantic import BaseModel, ValidationError
from sqlmodel import Session

from server import attestations, nerve_checks, said
from server.api import asking, forms, statements
from server.api.statements import ClearForm, HoldForm, NerveCheckForm, OverrideForm
from server.keys import NEW_TOKEN, REVIEWER
from server.pages import frame, physio_view
from server.pages.physio_view import Standing
from server.problem import Problem
from server.runs import rearranging
from server.storage.people import Person
from server.storage.preferences import USUAL, preferences_of

F = TypeVar("F", bound=BaseModel)


async def show(request: web.Request) -> web.StreamResponse:
    """GET /runners/{id}/physio."""
    found = await asking.read(request, _standing)
    reader = await frame.reader_for(request, found.person)
    return frame.page(
        request, "physio_runner.html", person=found.person, view=physio_view.build(found, reader), tab="physio"
    )


async def clear_flag(request: web.Request) -> web.StreamResponse:
    """POST /runners/{id}/flags/{flag}/clear: by the physio's own name, with a note."""
    form, new = await _form(request, ClearForm), request.app[NEW_TOKEN]()
    flag = request.match_info["flag"]
    await asking.write(
        request, lambda db, person, runner, now: said.clear_flag(db, runner.id, new, flag, person, form.note, now)
    )
    raise _back(request, "flags")


async def hold(request: web.Request) -> web.StreamResponse:
    """POST /runners/{id}/holds: to the end of a day of the physio's own calendar, or until it is lifted."""
    fields = {name: str(value) for name, value in (await request.post()).items()}
    new, last = request.app[NEW_TOKEN](), fields.get("last", "")

    def work(db: Session, person: Person, runner: Person, now: datetime) -> None:
        until = _end_of(last, (preferences_of(db, person.id) or USUAL).zone, now) if last else None
        form = _checked(HoldForm, {"reason": fields.get("reason", ""), "until": until})
        said.hold(db, runner.id, new, person, form.until, form.reason.strip(), now)

    await asking.write(request, work)
    raise _back(request, "holds")


async def lift_hold(request: web.Request) -> web.StreamResponse:
    """POST /runners/{id}/holds/{hold}/lift."""
    new, held = request.app[NEW_TOKEN](), request.match_info["hold"]
    await asking.write(request, lambda db, person, runner, now: said.lift_hold(db, runner.id, new, held, person, now))
    raise _back(request, "holds")


async def override(request: web.Request) -> web.StreamResponse:
    """POST /runners/{id}/overrides: with a reason and an end."""
    form, new = await _form(request, OverrideForm), request.app[NEW_TOKEN]()
    await asking.write(
        request, lambda db, person, runner, now: statements.make_override(db, person, runner, form, new, now)
    )
    raise _back(request, "verdict")


async def attest(request: web.Request) -> web.StreamResponse:
    """POST /runners/{id}/attestations: one metric of one session, as the physio saw it; `back` run shows that run."""
    fields = {name: str(value) for name, value in (await request.post()).items()}
    new = request.app[NEW_TOKEN]()

    def work(db: Session, person: Person, runner: Person, now: datetime) -> None:
        session = rearranging.session_of(db, runner.id, fields.get("session", ""))
        stated = (session.id, fields.get("metric", ""), _amount(fields.get("value", "")))
        attestations.attest_metric(db, runner.id, new, asking.physio(person), stated, now)

    await asking.write(request, work)
    await request.app[REVIEWER].review(request.match_info["runner"])
    if fields.get("back") == "run":
        run = quote(fields.get("session", ""), safe="")
        raise web.HTTPSeeOther(f"/runners/{request.match_info['runner']}/runs/{run}?attested=yes#attest")
    raise _back(request, "attested")


async def nerve_check(request: web.Request) -> web.StreamResponse:
    """POST /runners/{id}/nerve-checks: the nerves were examined now, with the findings."""
    form, new = await _form(request, NerveCheckForm), request.app[NEW_TOKEN]()
    await asking.write(
        request,
        lambda db, person, runner, now: nerve_checks.record(db, runner.id, new, asking.physio(person), form.note, now),
    )
    raise _back(request, "nerves")


def _standing(db: Session, person: Person, runner: Person, now: datetime) -> Standing:
    return physio_view.standing(db, asking.physio(person), runner, now)


async def _form(request: web.Request, form: type[F]) -> F:
    return _checked(form, {name: value for name, value in (await request.post()).items() if value != ""})


def _checked(form: type[F], fields: dict[str, object]) -> F:
    try:
        return form.model_validate(fields)
    except ValidationError as why:
        raise forms.as_problem(why) from why


def _end_of(day: str, zone: str, now: datetime) -> datetime:
    """Midnight after a day of somebody's calendar. Raises Problem 422 for what is none, and for the past."""
    try:
        end = datetime.combine(datetime.fromisoformat(day).date() + timedelta(days=1), time.min, ZoneInfo(zone))
    except (ValueError, OverflowError) as why:
        raise Problem(422, "Which day", "Give the last day of the hold, such as 2026-04-30.") from why
    if end <= now:
        raise Problem(422, "Which day", "The last day of the hold is over already.")
    return end.astimezone(now.tzinfo)


def _amount(text: str) -> float:
    try:
        value = float(text.strip().replace(",", "."))
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1_000_000:
        raise Problem(422, "Not a number", "How often, or for how many seconds? A number of 0 or more is needed.")
    return value


def _back(request: web.Request, place: str) -> web.HTTPSeeOther:
    return web.HTTPSeeOther(f"/runners/{request.match_info['runner']}/physio#{place}")
