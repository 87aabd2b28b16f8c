"""Frame: what every page has around it."""

from __future__ import annotations

from importlib import resources
from typing import Any

import aiohttp_jinja2
import jinja2
from aiohttp import web
from markupsafe import Markup

from server import credentials
from server.keys import NOTICE
from server.pages import numbers
from server.problem import Problem

PAGES = resources.files("server.pages")


def set_up(app: web.Application) -> None:
    """Give the application its templates, with every value escaped and a missing one an error."""
    environment = aiohttp_jinja2.setup(
        app,
        loader=jinja2.FileSystemLoader(str(PAGES / "templates")),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(numbers.FILTERS)


def page(
    request: web.Request, template: str, status: int = 200, *, login_token: str | None = None, **facts: Any
) -> web.Response:
    """A page; `login_token` where its answer hands out a new login. Every form of it holds `{{ csrf }}`."""
    token = login_token or credentials.login(request)
    word = credentials.form_word(token) if token else ""
    field = Markup('<input type="hidden" name="csrf" value="{}">').format(word)
    context = {"person": None, "notice": request.app.get(NOTICE), "csrf": field, "csrf_word": word, **facts}
    return aiohttp_jinja2.render_template(template, request, context, status=status)


def refusal(request: web.Request, problem: Problem) -> web.Response:
    """A refusal for a person: the same sentence that a program gets."""
    if problem.status == 401:
        return page(request, "welcome.html", status=401)
    return page(request, "refusal.html", status=problem.status, problem=problem)
