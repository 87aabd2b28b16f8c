"""Telling: what a runner says besides a recording: a run without a sensor, a day without a run, a morning."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from aiohttp import web
from pydantic import BaseModel, ValidationError

from server.api import by_hand, forms
from server.keys import CLOCK
from server.pages import entrance, frame
from server.pages.reader import MILE_M, N_, Reader
from server.problem import Problem

Model = TypeVar("Model", bound=BaseModel)
DAYS = 7  # so far back a day without a run may be told from the page
SAID = {
    "run": N_(
        "Your run is kept. It counts toward your load and your limits; toward the dose only when your physiotherapist "
        "stands for it."
    ),
    "no-run": N_("Kept: no run on that day. Now it is known as a day of rest."),
    "morning": N_("Your morning is kept. Telling it again today corrects it."),
    "check-in": N_("Your answers are kept. You can correct them on the page of the run."),
}


async def run(request: web.Request) -> web.StreamResponse:
    """POST /runners/{id}/runs."""
    reader, fields = await _asked(request)
    typed = {
        "start": _moment(fields.get("start", ""), reader),
        "duration_s": _scaled(fields.get("minutes", ""), 60),
        "distance_m": _scaled(fields.get("distance", ""), _unit_m(reader)),
        "rpe": _scaled(fields.get("rpe", ""), 1),
        "incline_pct": _scaled(fields.get("incline", ""), 1),
    }
    await by_hand.keep_run(request, _form(by_hand.RunForm, typed))
    raise _back(request, "run")


async def no_run(request: web.Request) -> web.StreamResponse:
    """POST /runners/{id}/no-run."""
    _reader, fields = await _asked(request)
    await by_hand.keep_no_run(request, _form(by_hand.NoRunForm, {"day": fields.get("day")}))
    raise _back(request, "no-run")


async def morning(request: web.Request) -> web.StreamResponse:
    """POST /runners/{id}/mornings."""
    reader, fields = await _asked(request)
    if not fields.get("morning"):
        raise Problem(422, "Nothing answered", "Choose a number from 0 to 10.")
    day, woke_at = fields.get("day") or reader.local(request.app[CLOCK]()).date().isoformat(), fields.get("woke_at")
    waking = _moment(f"{day}T{woke_at}", reader) if woke_at else None
    answer = {"morning": fields["morning"], "day": day, "at": waking}
    await by_hand.keep_morning(request, _form(by_hand.MorningForm, answer))
    raise _back(request, "morning")


def thanks(request: web.Request, reader: Reader) -> str | None:
    """The sentence after a form was sent."""
    told = SAID.get(request.query.get("said", ""))
    return reader.gettext(told) if told else None


def offered(now: datetime, reader: Reader) -> dict[str, Any]:
    """What the forms of the page start with."""
    days = [reader.local(now - timedelta(days=back)) for back in range(DAYS)]
    return {
        "latest": reader.local(now).strftime("%Y-%m-%dT%H:%M"),
        "days": [{"date": day.date().isoformat(), "words": reader.day(day)} for day in days],
        "unit": "mi" if reader.preferences.distance == "mi" else "km",
        "morning": {
            "name": "morning",
            "legend": reader.gettext("Pain this morning, in the first half hour"),
            "answer": None,
        },
    }


async def _asked(request: web.Request) -> tuple[Reader, dict[str, str]]:
    reader = await frame.reader_for(request, await entrance.who(request))
    return reader, {name: str(value).strip() for name, value in (await request.post()).items()}


def _form(model: type[Model], fields: Mapping[str, Any]) -> Model:
    try:
        return model.model_validate({name: value for name, value in fields.items() if value is not None})
    except ValidationError as why:
        raise forms.as_problem(why) from why


def _moment(text: str, reader: Reader) -> datetime:
    """A moment on the runner's own clock. Raises Problem 422."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(reader.preferences.zone))
    except ValueError as why:
        raise Problem(422, "When was it?", "Say the day and the time at which the run began.") from why


def _scaled(text: str, factor: float) -> float | None:
    """A typed number in the unit of the rules; None where nothing was typed. Raises Problem 422."""
    if not text:
        return None
    try:
        return round(float(text.replace(",", ".")) * factor, 3)
    except ValueError as why:
        raise Problem(422, "Not a number", f"{text[:20]!r} is no number.") from why


def _unit_m(reader: Reader) -> float:
    return MILE_M if reader.preferences.distance == "mi" else 1000.0


def _back(request: web.Request, told: str) -> web.HTTPSeeOther:
    return web.HTTPSeeOther(f"/runners/{request.match_info['runner']}?said={told}")
