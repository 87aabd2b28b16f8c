"""Plan facts: what every form of the plan page is about, read once, and the page that shows it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from aiohttp import web
from sqlmodel import Session

from rules.view import View
from server import plans, review, said
from server.api import asking
from server.care import programmes
from server.keys import REVIEWER
from server.pages import frame, plan_view
from server.pages.plan_view import Facts, Tried
from server.pages.reader import Reader
from server.pages.seen import second_view_of, view_of
from server.problem import Problem
from server.storage import runs
from server.storage.people import Person

Body = Callable[[Session, Person, datetime], Mapping[str, Any]]


def read_facts(db: Session, person: Person, runner: Person, now: datetime) -> Facts:
    """Raises Problem 403 for anybody but a physio."""
    physio = asking.physio(person)
    assessment = review.look(db, runner, now)
    return Facts(
        person=physio,
        look=assessment,
        view=view_of(assessment),
        second_view=second_view_of(assessment),
        ladders=programmes.choices(db, physio),
        plans=runs.plans_of(db, runner.id),
        flags=len(said.flags_standing(db, runner.id)),
    )


def view_for(facts: Facts, *, second: bool) -> View | None:
    """The current place in the first or the second programme."""
    return facts.second_view if second else facts.view


async def respond(
    request: web.Request,
    facts: Facts,
    tried: Tried | None = None,
    typed: Mapping[str, str] | None = None,
    status: int = 200,
) -> web.Response:
    reader = await frame.reader_for(request, facts.person)
    view = plan_view.build(facts, tried, typed or {}, reader)
    return frame.page(request, "plan.html", status=status, person=facts.person, view=view, tab="plan")


async def save(request: web.Request, typed: Mapping[str, str], body: Body, *, begin: bool = False) -> None:
    """Save a new version of the plan and review the runner. Raises Problem."""
    seen, reason = seen_version(typed.get("version", "")), typed.get("reason")

    def work(db: Session, person: Person, runner: Person, now: datetime) -> None:
        physio = asking.physio(person)
        wanted = body(db, physio, now)
        (plans.begin if begin else plans.change)(db, runner.id, physio, wanted, seen, now, reason)

    await asking.write(request, work)
    await request.app[REVIEWER].review(request.match_info["runner"])


async def fields(request: web.Request) -> dict[str, str]:
    return {name: str(value) for name, value in (await request.post()).items()}


async def reader_of(request: web.Request) -> Reader:
    """Raises Problem 403 for anybody but a physio."""
    person = await asking.read(request, lambda _db, person, _runner, _now: asking.physio(person))
    return await frame.reader_for(request, person)


def digest(warnings: tuple[str, ...]) -> str:
    return hashlib.sha256("\n".join(warnings).encode()).hexdigest()[:16] if warnings else ""


def back(request: web.Request, more: str = "") -> web.HTTPSeeOther:
    return web.HTTPSeeOther(f"/runners/{request.match_info['runner']}/plan{more}")


def seen_version(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise Problem(422, "Which version", "Open the page again; the form must say which version it changes.")
    return int(text)
