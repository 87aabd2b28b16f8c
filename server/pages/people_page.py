"""People: who there is, how somebody comes in, and what a runner answers to a physio who asks for access."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from aiohttp import web
from sqlmodel import Session

from server import access, invitations
from server.invitations import MAY_INVITE, Fresh
from server.keys import CLOCK, DESK, LOGIN_COOKIE, NEW_TOKEN
from server.pages import frame
from server.problem import Problem, not_found
from server.storage import people
from server.storage.people import Person


async def show(request: web.Request) -> web.StreamResponse:
    """GET /people: for who may invite; GET /access is the runner's own page of who sees their runs."""
    person, known = await request.app[DESK].read(_known, *_asked(request))
    return _page(request, person, known)


async def invite(request: web.Request) -> web.StreamResponse:
    """POST /people: a new person; the page shows their link, this once."""
    fields = await request.post()
    fresh = Fresh(person_id=f"p-{request.app[NEW_TOKEN]()[:16]}", link=request.app[NEW_TOKEN]())

    def work(db: Session, host: Person, now: datetime) -> Person:
        return invitations.invite(db, host, str(fields.get("name", "")), str(fields.get("role", "")), fresh, now)

    return await _with_link(request, work, fresh.link)


async def new_link(request: web.Request) -> web.StreamResponse:
    """POST /people/{person}/link: a new link; the old ones and every login end."""
    link = request.app[NEW_TOKEN]()
    person_id = request.match_info["person"]
    return await _with_link(request, lambda db, host, now: invitations.new_link(db, host, person_id, link, now), link)


async def who_sees_me(request: web.Request) -> web.StreamResponse:
    """GET /access: who asked, and who sees this runner's runs."""
    person, asking, carers = await request.app[DESK].read(_doors, *_asked(request))
    return frame.page(request, "access.html", person=person, asking=asking, carers=carers)


async def answer(request: web.Request) -> web.StreamResponse:
    """POST /access: grant, decline or withdraw."""
    fields = await request.post()
    said, physio = str(fields.get("answer", "")), str(fields.get("physio", ""))
    await request.app[DESK].write(_answer, *_asked(request), physio, said)
    raise web.HTTPSeeOther("/access")


def _known(db: Session, login: str | None, now: datetime) -> tuple[Person, list[Person]]:
    host = access.person_of(db, login, now)
    if host.role not in MAY_INVITE:
        raise not_found()
    return host, people.everybody(db) if host.role == "admin" else people.runners_of(db, host.id)


async def _with_link(
    request: web.Request, work: Callable[[Session, Person, datetime], Person], link: str
) -> web.StreamResponse:
    def transaction(db: Session, login: str | None, now: datetime) -> tuple[Person, Person, list[Person]]:
        host = access.person_of(db, login, now)
        invited = work(db, host, now)
        return host, invited, _known(db, login, now)[1]

    host, invited, known = await request.app[DESK].write(transaction, *_asked(request))
    url = str(request.url.origin().with_path(f"/enter/{link}"))
    return _page(request, host, known, invited=invited, link=url)


def _page(
    request: web.Request, host: Person, known: list[Person], invited: Person | None = None, link: str = ""
) -> web.StreamResponse:
    facts: dict[str, Any] = {"known": known, "roles": MAY_INVITE[host.role], "invited": invited, "link": link}
    return frame.page(request, "people.html", person=host, **facts)


def _doors(db: Session, login: str | None, now: datetime) -> tuple[Person, list[Person], list[Person]]:
    runner = _runner(db, login, now)
    return runner, people.asking_for(db, runner.id), people.carers_of(db, runner.id)


def _answer(db: Session, login: str | None, now: datetime, physio_id: str, said: str) -> None:
    runner = _runner(db, login, now)
    if said == "withdraw":
        people.withdraw_consent(db, runner.id, physio_id, now)
    elif said not in ("grant", "decline"):
        raise Problem(422, "Say which", "Choose to allow or to refuse.")
    elif not people.answer_consent(db, runner.id, physio_id, now, granted=said == "grant"):
        raise not_found()


def _runner(db: Session, login: str | None, now: datetime) -> Person:
    person = access.person_of(db, login, now)
    if person.role != "runner":
        raise not_found()
    return person


def _asked(request: web.Request) -> tuple[str | None, datetime]:
    return request.cookies.get(LOGIN_COOKIE), request.app[CLOCK]()
