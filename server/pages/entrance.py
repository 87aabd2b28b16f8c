"""Entrance: the personal link, the way home and the way out."""

from __future__ import annotations

from datetime import datetime, timedelta

from aiohttp import web
from sqlmodel import Session

from server import access
from server.keys import CLOCK, DESK, LOGIN_COOKIE, NEW_TOKEN
from server.problem import Problem
from server.storage import people
from server.storage.people import Person

LOGIN_LASTS = {"runner": timedelta(days=90), "physio": timedelta(hours=12), "admin": timedelta(hours=12)}


async def home(request: web.Request) -> web.StreamResponse:
    """Everybody's first page; a runner whom a physio asks for access answers that first."""
    person = await who(request)
    asking = await request.app[DESK].read(people.asking_for, person.id)
    if asking:
        raise web.HTTPSeeOther("/access")
    homes = {"physio": "/caseload", "admin": "/people"}
    raise web.HTTPSeeOther(homes.get(person.role, f"/runners/{person.id}"))


async def enter(request: web.Request) -> web.StreamResponse:
    """A personal link: a new login with a name of its own, so that a login planted before is worth nothing."""
    now = request.app[CLOCK]()
    token = request.app[NEW_TOKEN]()
    person = await request.app[DESK].write(_enter, request.match_info["token"], token, now)
    if person is None:
        raise Problem(410, "This link is used up", "It let somebody in before, or its time is over. Ask for a new one.")
    answer = web.HTTPSeeOther("/")
    answer.set_cookie(
        LOGIN_COOKIE,
        token,
        max_age=int(LOGIN_LASTS[person.role].total_seconds()),
        httponly=True,
        samesite="Lax",
        secure=request.secure,
        path="/",
    )
    raise answer


async def leave(request: web.Request) -> web.StreamResponse:
    token = request.cookies.get(LOGIN_COOKIE)
    if token:
        await request.app[DESK].write(people.end_login, token)
    answer = web.HTTPSeeOther("/")
    answer.del_cookie(LOGIN_COOKIE, path="/")
    raise answer


async def who(request: web.Request) -> Person:
    """The person who asks. Raises Problem 401 where nobody is logged in."""
    login = request.cookies.get(LOGIN_COOKIE)
    return await request.app[DESK].read(access.person_of, login, request.app[CLOCK]())


def _enter(db: Session, link: str, login: str, now: datetime) -> Person | None:
    person = people.use_entry(db, link, now)
    if person is not None:
        people.add_login(db, login, person.id, now, now + LOGIN_LASTS[person.role])
    return person
