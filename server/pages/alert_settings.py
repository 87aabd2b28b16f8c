"""Alert settings: by which ways a person is called, when not, and how much the messages say."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import datetime
from typing import Any

from aiohttp import web
from sqlmodel import Session

from server import access
from server.keys import CLOCK, DESK, JOBS, NEW_TOKEN
from server.letters import delivery, ways
from server.letters.channels import CHANNELS
from server.pacing import TRY_S, Wishes
from server.pages import frame
from server.pages.entrance import who
from server.people import credentials
from server.problem import Problem
from server.storage import channels
from server.storage.channels import Way
from server.storage.people import Person

SHOWN_ONCE = {"webhook": "secret"}


async def show(request: web.Request) -> web.StreamResponse:
    """GET /settings/alerts."""
    return await _page(request)


async def save(request: web.Request) -> web.StreamResponse:
    """POST /settings/alerts: zone, quiet hours, detail, second person."""
    fields = await request.post()
    wishes = Wishes(
        zone=str(fields.get("zone", "")),
        quiet_from_min=_minutes(str(fields.get("quiet_from", ""))),
        quiet_until_min=_minutes(str(fields.get("quiet_until", ""))),
        detail=fields.get("detail") == "yes",
        deputy_id=str(fields.get("deputy", "")) or None,
    )
    await request.app[DESK].write(_save, *_asked(request), wishes)
    raise web.HTTPSeeOther("/settings/alerts")


async def add(request: web.Request) -> web.StreamResponse:
    """POST /settings/alerts/channels: a new channel; a secret that was made for it is shown this once."""
    person = await who(request)
    fields = {name: str(value) for name, value in (await request.post()).items()}
    kind, new = fields.get("kind", ""), request.app[NEW_TOKEN]()[:16]
    way, config = ways.made(request.app[JOBS].postman, person.id, new, kind, fields)
    await request.app[DESK].write(_add, *_asked(request), way)
    return await _page(request, secret=config.get(SHOWN_ONCE.get(kind, "")))


async def change(request: web.Request) -> web.StreamResponse:
    """POST /settings/alerts/channels/{channel}: test, first or remove."""
    what, way_id = str((await request.post()).get("what", "")), request.match_info["channel"]
    desk, asked = request.app[DESK], _asked(request)
    if what == "test":
        await desk.write(_test, *asked, way_id, request.app[NEW_TOKEN]())
        postman = request.app[JOBS].postman
        await postman.drain(request.app[CLOCK]())
        with contextlib.suppress(TimeoutError):  # the page says what is known by then
            await asyncio.wait_for(postman.settle(), TRY_S + 1)
    elif what in ("first", "remove"):
        await desk.write(_change, *asked, way_id, what)
    else:
        raise Problem(422, "Say which", "Choose to test, to prefer or to remove this channel.")
    raise web.HTTPSeeOther("/settings/alerts")


async def _page(request: web.Request, secret: str | None = None) -> web.StreamResponse:
    facts = await request.app[DESK].read(_facts, *_asked(request))
    await frame.reader_for(request, facts["person"])
    offered = [channel for kind, channel in CHANNELS.items() if kind != "web_push"]
    return frame.page(request, "alert_settings.html", offered=offered, secret=secret, **facts)


def _facts(db: Session, login: str | None, now: datetime) -> dict[str, Any]:
    person = access.person_of(db, login, now)
    wishes = channels.wishes_of(db, person.id)
    return {
        "person": person,
        "wishes": wishes,
        "quiet_from": _clock(wishes.quiet_from_min),
        "quiet_until": _clock(wishes.quiet_until_min),
        "ways": [(way, CHANNELS[way.kind].LABEL) for way in channels.ways_of(db, person.id) if way.kind in CHANNELS],
        "deputies": ways.deputies(db, person),
        "troubles": delivery.troubles(db, person.id),
    }


def _save(db: Session, login: str | None, now: datetime, wishes: Wishes) -> None:
    ways.save_wishes(db, access.person_of(db, login, now), wishes, now)


def _add(db: Session, login: str | None, now: datetime, way: Way) -> None:
    ways.add(db, _same(access.person_of(db, login, now), way), way, now)


def _test(db: Session, login: str | None, now: datetime, way_id: str, new: str) -> None:
    ways.test(db, access.person_of(db, login, now), way_id, new, now)


def _change(db: Session, login: str | None, now: datetime, way_id: str, what: str) -> None:
    person = access.person_of(db, login, now)
    if what == "remove":
        ways.remove(db, person, way_id, now)
    else:
        ways.put_first(db, person, way_id)


def _same(person: Person, way: Way) -> Person:
    if person.id != way.person_id:
        raise Problem(401, "Not logged in", "Open your personal link to log in.")
    return person


def _minutes(text: str) -> int:
    """Minutes from midnight of "21:30". Raises Problem 422."""
    hour, _, minute = text.partition(":")
    if not (hour.isdecimal() and minute.isdecimal() and len(text) <= 5 and int(hour) < 24 and int(minute) < 60):
        raise Problem(422, "Not a time", "A time of day is written like 21:30.")
    return int(hour) * 60 + int(minute)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _asked(request: web.Request) -> tuple[str | None, datetime]:
    return credentials.shown(request), request.app[CLOCK]()
