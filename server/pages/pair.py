"""Pair: a physio types the code that a gateway shows, sees what it is, and says whose runs it brings."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from aiohttp import web
from sqlmodel import Session

from server import access
from server.gateways import pairing
from server.keys import CLOCK, DESK
from server.pages import frame
from server.pages.reader import N_, Reader
from server.people import credentials
from server.problem import Problem
from server.storage import people
from server.storage.pairings import Pairing
from server.storage.people import Person

WRONG = N_("No gateway shows this code now. Look at it again; a code lives for ten minutes.")


async def ask(request: web.Request) -> web.StreamResponse:
    """GET /pair: first the code, then what shows it and for whom."""
    typed = request.query.get("code", "")
    now = request.app[CLOCK]()
    login = credentials.shown(request)
    person, found, runners = await request.app[DESK].write(_find, login, typed, now)
    reader = await frame.reader_for(request, person)
    return frame.page(request, "pair.html", person=person, **_facts(typed, found, runners, now, reader))


async def answer(request: web.Request) -> web.StreamResponse:
    """POST /pair: let it in."""
    fields = await request.post()
    now = request.app[CLOCK]()
    login = credentials.shown(request)
    chosen = [str(value) for value in fields.getall("runner", [])]
    person, found = await request.app[DESK].write(_approve, login, str(fields.get("code", "")), chosen, now)
    if found is None:
        raise Problem(404, "No such code", WRONG)
    await frame.reader_for(request, person)
    return frame.page(request, "paired.html", person=person, name=found.name)


def _find(db: Session, login: str | None, typed: str, now: datetime) -> tuple[Person, Pairing | None, list[Person]]:
    person = access.person_of(db, login, now)
    found = pairing.find(db, person, typed, now) if typed else None
    return person, found, people.runners_seen_by(db, person.id, now)


def _approve(
    db: Session, login: str | None, typed: str, chosen: list[str], now: datetime
) -> tuple[Person, Pairing | None]:
    person = access.person_of(db, login, now)
    return person, pairing.approve(db, person, typed, chosen, now)


def _facts(typed: str, found: Pairing | None, runners: list[Person], now: datetime, reader: Reader) -> dict[str, Any]:
    return {
        "code": pairing.tidied(typed) if typed else "",
        "trouble": reader.gettext(WRONG) if typed and found is None else None,
        "found": found,
        "since": reader.ago(found.started_at, now) if found else "",
        "runners": runners,
    }
