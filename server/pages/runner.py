"""Runner: the answer first, then what is missing, what the limits are, and what each run added."""

from __future__ import annotations

from typing import Any

from aiohttp import web
from pydantic import ValidationError

from server.api import forms
from server.api.forms import AnswerCheckIn
from server.api.runners import look_as, save_answers
from server.keys import CLOCK, DESK, LOGIN_COOKIE
from server.pages import entrance, frame, runner_view


async def today(request: web.Request) -> web.StreamResponse:
    """GET /runners/{id}: the same page for the runner and for a physio who cares for them."""
    person = await entrance.who(request)
    login = request.cookies.get(LOGIN_COOKIE)
    look = await request.app[DESK].read(look_as, login, request.match_info["runner"], request.app[CLOCK]())
    reader = await frame.reader_for(request, person)
    return frame.page(request, "runner.html", person=person, view=runner_view.build(look, person, reader))


async def answer(request: web.Request) -> web.StreamResponse:
    """POST /runners/{id}/check-ins: the form of the page; only what was answered is kept."""
    await save_answers(request, _answers(dict(await request.post())))
    raise web.HTTPSeeOther(f"/runners/{request.match_info['runner']}")


def _answers(fields: dict[str, Any]) -> AnswerCheckIn:
    answered = {name: value for name, value in fields.items() if value != ""}
    # A box that is not ticked says nothing by itself; together with the pain it says no.
    if "during" in answered:
        answered = {"stopped": False, "sharp_sudden": False} | answered
    try:
        return AnswerCheckIn.model_validate(answered)
    except ValidationError as why:
        raise forms.as_problem(why) from why
