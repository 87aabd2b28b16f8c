"""Alerts page: what a person must hear, what is unread first, and what they did with it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from aiohttp import web
from sqlmodel import Session

from rules.signs.alert_kinds import Urgency
from server import access, alerts
from server.api import alerts as api
from server.keys import CLOCK, DESK
from server.letters import delivery
from server.pages import frame
from server.pages.reader import Reader
from server.people import credentials
from server.problem import Problem
from server.storage import alerts as kept
from server.storage import people
from server.storage.alerts import Hearing
from server.storage.people import Person

SHOWN = 100
SNOOZE = timedelta(hours=4)
Heard = tuple[Hearing, Person | None, list[str]]  # what was heard, of whom, and who else took it upon them


async def heard(request: web.Request) -> web.StreamResponse:
    """GET /alerts."""
    login, now = credentials.shown(request), request.app[CLOCK]()
    person, rows, troubles = await request.app[DESK].read(_heard, login, now)
    reader = await frame.reader_for(request, person)
    shown = [_row(one, about, others, now, reader) for one, about, others in rows]
    return frame.page(request, "alerts.html", person=person, rows=shown, troubles=troubles)


async def mark(request: web.Request) -> web.StreamResponse:
    """POST /alerts/{alert}: seen, snooze or acknowledge."""
    fields = await request.post()
    what = str(fields.get("what", ""))
    if what not in api.DONE:
        raise Problem(422, "Say which", "Choose what to do with this alert.")
    login, now = credentials.shown(request), request.app[CLOCK]()
    await request.app[DESK].write(api.mark, login, now, request.match_info["alert"], what, SNOOZE)
    raise web.HTTPSeeOther("/" if fields.get("back") == "home" else "/alerts")


def _heard(db: Session, login: str | None, now: datetime) -> tuple[Person, list[Heard], list[str]]:
    person = access.person_of(db, login, now)
    found = kept.hearings_of(db, person.id, SHOWN)
    allowed = [one for one in found if alerts.may_hear(db, one.episode.runner_id, person.id, now)]
    rows = [
        (one, _about(db, one, person), _others(db, one))
        for one in sorted(allowed, key=lambda one: not one.is_unread(now))
    ]
    return person, rows, delivery.troubles(db, person.id)


def _about(db: Session, one: Hearing, person: Person) -> Person | None:
    """Whom it is about, where it is not the reader."""
    return people.person(db, one.episode.runner_id) if one.episode.runner_id != person.id else None


def _row(one: Hearing, about: Person | None, others: list[str], now: datetime, reader: Reader) -> dict[str, Any]:
    return {
        "id": one.episode.id,
        "words": reader.gettext(one.words),
        "about": about,
        "urgent": one.episode.urgency >= Urgency.HIGH,
        "when": reader.ago(one.episode.raised_at, now),
        "over": one.episode.closed_at is not None,
        "unread": one.is_unread(now),
        "acknowledged": one.acknowledged_at is not None,
        "others": others,
    }


def _others(db: Session, one: Hearing) -> list[str]:
    """Who else took it upon them."""
    names = [
        people.person(db, other.person_id)
        for other in kept.hearers(db, one.episode)
        if other.acknowledged_at is not None and other.person_id != one.person_id
    ]
    return [person.name for person in names if person is not None]
