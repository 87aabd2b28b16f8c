"""What people state of a runner: holds, overrides, red flags and their clearing."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from aiohttp import web
from pydantic import AwareDatetime, Field
from sqlmodel import Session

from rules.errors import OverrideRefused
from rules.override import propose
from rules.vocabulary import Decision
from server import nerve_checks, review, said
from server.api import asking, forms
from server.keys import NEW_TOKEN
from server.problem import Problem
from server.storage.people import Person

Words = Annotated[str, Field(min_length=1, max_length=2000)]
Code = Annotated[str, Field(min_length=1, max_length=60)]


class HoldForm(forms.Form):
    reason: Words
    until: AwareDatetime | None = None


class OverrideForm(forms.Form):
    decision: Code
    reason: Words
    days: Annotated[float, Field(gt=0)] = 7
    session: Code | None = None


class NerveCheckForm(forms.Form):
    """`note` says what was found, in at least 10 characters."""

    note: Words


class FlagForm(forms.Form):
    code: Code


class ClearForm(forms.Form):
    note: Words


async def hold(request: web.Request) -> web.Response:
    """POST runners/{id}/holds: 201."""
    form = await forms.body(request, HoldForm)
    new = request.app[NEW_TOKEN]()
    await asking.write(
        request,
        lambda db, person, runner, now: said.hold(db, runner.id, new, person, form.until, form.reason, now),
    )
    return web.json_response({"hold": new}, status=201)


async def lift_hold(request: web.Request) -> web.Response:
    """POST runners/{id}/holds/{hold}/lift: 200."""
    new, held = request.app[NEW_TOKEN](), request.match_info["hold"]
    await asking.write(request, lambda db, person, runner, now: said.lift_hold(db, runner.id, new, held, person, now))
    return web.json_response({"hold": held, "lifted": True})


async def override(request: web.Request) -> web.Response:
    """POST runners/{id}/overrides: 201; 409 over a red flag or while nobody can tell, 422 without a real reason."""
    form = await forms.body(request, OverrideForm)
    new = request.app[NEW_TOKEN]()
    await asking.write(request, lambda db, person, runner, now: make_override(db, person, runner, form, new, now))
    return web.json_response({"override": new}, status=201)


async def nerve_check(request: web.Request) -> web.Response:
    """POST runners/{id}/nerve-checks: 201; a physio has examined the nerves now, and says what was found."""
    form = await forms.body(request, NerveCheckForm)
    new = request.app[NEW_TOKEN]()
    await asking.write(
        request,
        lambda db, person, runner, now: nerve_checks.record(db, runner.id, new, asking.physio(person), form.note, now),
    )
    return web.json_response({"nerve_check": new}, status=201)


async def raise_flag(request: web.Request) -> web.Response:
    """POST runners/{id}/flags: 201, with the words of where it leads."""
    form = await forms.body(request, FlagForm)
    new = request.app[NEW_TOKEN]()
    route = await asking.write(
        request, lambda db, person, runner, now: said.raise_flag(db, runner.id, new, person, form.code, now)
    )
    return web.json_response({"flag": new, "route": route}, status=201)


async def clear_flag(request: web.Request) -> web.Response:
    """POST runners/{id}/flags/{flag}/clear: 200; by a named clinician, with a note."""
    form = await forms.body(request, ClearForm)
    new, flag = request.app[NEW_TOKEN](), request.match_info["flag"]
    await asking.write(
        request,
        lambda db, person, runner, now: said.clear_flag(db, runner.id, new, flag, person, form.note, now),
    )
    return web.json_response({"flag": flag, "cleared": True})


def make_override(db: Session, person: Person, runner: Person, form: OverrideForm, new: str, now: datetime) -> None:
    """What the forms of programs and of pages do. Raises Problem 403, 409 or 422."""
    physio = asking.physio(person)
    if form.decision not in Decision.__members__:
        raise Problem(422, "No such decision", f"{form.decision[:40]!r} is no decision.")
    look = review.look(db, runner, now)
    if look.verdict is None or look.case is None:
        raise Problem(409, "Nobody can tell yet", "There is no verdict now that could be overridden.")
    try:
        made = propose(
            look.verdict,
            Decision[form.decision],
            reason=form.reason,
            by=physio.name,
            at=now,
            days=form.days,
            stage=None if form.session else look.case.stage,
            session_id=form.session,
        )
    except OverrideRefused as why:
        status = 409 if look.verdict.decision is Decision.STOP_REFER else 422
        raise Problem(status, "No override", str(why)) from why
    said.keep_override(db, runner.id, new, physio, made)
