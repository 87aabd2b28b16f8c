"""Runner: the answer first, then what is missing, what the limits are, and what each run added."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from aiohttp import web
from pydantic import ValidationError
from sqlmodel import Session

from server.api import forms
from server.api.forms import AnswerCheckIn
from server.api.runners import look_as, save_answers
from server.care import screening
from server.keys import CLOCK, DESK
from server.pages import entrance, frame, runner_view, telling
from server.pages.runner_view import Known
from server.pages.seen import view_of
from server.people import credentials
from server.storage import alerts, runs

HEARD = 10  # of alerts
SEVERAL = "character"  # the one question with several answers


async def today(request: web.Request) -> web.StreamResponse:
    """GET /runners/{id}: the same page for the runner and for a physio who cares for them."""
    person = await entrance.who(request)
    login = credentials.shown(request)
    known = await request.app[DESK].read(_known, login, request.match_info["runner"], request.app[CLOCK]())
    reader = await frame.reader_for(request, person)
    view = runner_view.build(known, person, reader)
    return frame.page(request, "runner.html", person=person, view=view, thanks=telling.thanks(request, reader))


async def answer(request: web.Request) -> web.StreamResponse:
    """POST /runners/{id}/check-ins: the form of the page; only what was answered is kept."""
    fields = await request.post()
    told: dict[str, Any] = {name: str(value) for name, value in fields.items() if name != SEVERAL}
    if SEVERAL in fields:
        told[SEVERAL] = [str(value) for value in fields.getall(SEVERAL) if value != ""]
    form = _answers(told)
    await save_answers(request, form)
    page = f"/runners/{request.match_info['runner']}"
    raise web.HTTPSeeOther(f"{page}/runs/{form.session}" if told.get("back") == "run" else f"{page}?said=check-in")


def _known(db: Session, login: str | None, runner_id: str, now: datetime) -> Known:
    look = look_as(db, login, runner_id, now)
    own = alerts.hearings_of(db, runner_id, HEARD, only_open=True)
    return Known(
        look=look,
        screened=screening.screening(db, runner_id, view_of(look), now),
        heard=tuple(one for one in own if one.acknowledged_at is None and one.episode.runner_id == runner_id),
        plans=tuple(runs.plans_of(db, runner_id)),
    )


def _answers(fields: Mapping[str, Any]) -> AnswerCheckIn:
    answered = {name: value for name, value in fields.items() if value != ""}
    # A box that is not ticked says nothing by itself; with the pain, or where it was ticked before, it says no.
    if "during" in answered or "boxes" in answered:
        answered = {"stopped": False, "sharp_sudden": False} | answered
    try:
        return AnswerCheckIn.model_validate(answered)
    except ValidationError as why:
        raise forms.as_problem(why) from why
