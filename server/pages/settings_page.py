"""Settings: everybody's own choice of language, zone, units and first day of the week."""

from __future__ import annotations

from typing import Literal
from zoneinfo import available_timezones

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from server.keys import DESK
from server.pages import entrance, frame, languages
from server.problem import Problem
from server.storage.preferences import Preferences, save_preferences


class Choice(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    language: str
    zone: str
    distance: Literal["km", "mi"]
    speed: Literal["pace", "speed"]
    week_starts: int = Field(ge=0, le=6)


async def show(request: web.Request) -> web.StreamResponse:
    """GET /settings."""
    person = await entrance.who(request)
    await frame.reader_for(request, person)
    return frame.page(request, "settings.html", person=person, languages=_languages(), zones=sorted(_zones()))


async def save(request: web.Request) -> web.StreamResponse:
    """POST /settings: back to the page, which then reads as chosen."""
    person = await entrance.who(request)
    chosen = _chosen(dict(await request.post()))
    await request.app[DESK].write(save_preferences, person.id, chosen)
    raise web.HTTPSeeOther("/settings")


def _chosen(fields: dict[str, object]) -> Preferences:
    try:
        choice = Choice.model_validate(fields)
    except ValidationError as why:
        raise Problem(422, "Not a choice", "One of the choices cannot be read; look at the form again.") from why
    if choice.zone not in _zones() or choice.language not in languages.known():
        raise Problem(422, "Not a choice", "That time zone or language is not known here.")
    return Preferences(**choice.model_dump())


def _languages() -> list[tuple[str, str]]:
    return [(code, languages.name(code)) for code in languages.known()]


def _zones() -> set[str]:
    return available_timezones()
