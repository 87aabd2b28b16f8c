"""Frame: what every page has around it."""

from __future__ import annotations

from importlib import resources
from typing import Any

import aiohttp_jinja2
import jinja2
from aiohttp import web
from markupsafe import Markup

from server.keys import DESK, NOTICE, ZONE
from server.pages import languages
from server.pages.reader import Reader, context
from server.people import credentials
from server.problem import Problem
from server.storage.people import Person
from server.storage.preferences import Preferences, preferences_of

PAGES = resources.files("server.pages")
READER: web.RequestKey[Reader] = web.RequestKey("reader", Reader)


def set_up(app: web.Application) -> None:
    """Give the application its templates, with every value escaped and a missing one an error."""
    aiohttp_jinja2.setup(
        app,
        loader=jinja2.FileSystemLoader(str(PAGES / "templates")),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


async def reader_for(request: web.Request, person: Person | None) -> Reader:
    """How this person reads; whoever never chose is read to in their browser's language. The page remembers it."""
    chosen = await request.app[DESK].read(preferences_of, person.id) if person is not None else None
    reader = request[READER] = Reader(chosen or _usual(request))
    return reader


def page(
    request: web.Request, template: str, status: int = 200, *, login_token: str | None = None, **facts: Any
) -> web.Response:
    """A page; `login_token` where its answer hands out a new login. Every form of it holds `{{ csrf }}`."""
    token = login_token or credentials.login(request)
    word = credentials.form_word(token) if token else ""
    field = Markup('<input type="hidden" name="csrf" value="{}">').format(word)
    reader = request.get(READER) or Reader(_usual(request))
    around = {"person": None, "notice": request.app.get(NOTICE), "csrf": field, "csrf_word": word, "here": request.path}
    return aiohttp_jinja2.render_template(template, request, around | context(reader) | facts, status=status)


def refusal(request: web.Request, problem: Problem) -> web.Response:
    """A refusal for a person: the same sentence that a program gets."""
    if problem.status == 401:
        return page(request, "welcome.html", status=401)
    return page(request, "refusal.html", status=problem.status, problem=problem)


def _usual(request: web.Request) -> Preferences:
    wanted = [part.partition(";")[0].strip() for part in request.headers.get("Accept-Language", "").split(",")]
    return Preferences(language=languages.best([one for one in wanted if one]), zone=request.app[ZONE])
