"""Alerts page: what a person must hear, what is unread first, and what they did with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web
from sqlmodel import Session

from rules.signs.alert_kinds import Urgency
from server import access, alerts, rules_update
from server.api import alerts as api
from server.care.lately import Lately
from server.keys import CLOCK, DESK, LATELY
from server.letters import delivery
from server.pages import alert_words, frame, rules_update_view
from server.pages.reader import Reader
from server.people import credentials
from server.problem import Problem
from server.review import Look
from server.rules_update_text import Summary
from server.storage import alerts as kept
from server.storage import people
from server.storage.alerts import Hearing
from server.storage.people import Person

SHOWN = 100
SNOOZE = timedelta(hours=4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What was heard and of whom, who else took it upon them, and what holds of that runner now.

    `summary` is there if it is the summary of a rules update, with what holds now of each of its runners.
    """

    hearing: Hearing
    about: Person | None
    others: list[str]
    look: Look | None
    summary: Summary | None = None
    summary_looks: Mapping[str, Look] = field(default_factory=dict)


async def heard(request: web.Request) -> web.StreamResponse:
    """GET /alerts."""
    login, now = credentials.shown(request), request.app[CLOCK]()
    person, rows, troubles = await request.app[DESK].read(_heard, request.app[LATELY], login, now)
    reader = await frame.reader_for(request, person)
    shown = [_row(row, now, reader) for row in rows]
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


def _heard(db: Session, lately: Lately, login: str | None, now: datetime) -> tuple[Person, list[Heard], list[str]]:
    person = access.person_of(db, login, now)
    found = kept.hearings_of(db, person.id, SHOWN)
    allowed = [one for one in found if alerts.may_hear(db, one.episode.runner_id, person.id, now)]
    looks = _looks(db, lately, allowed, now)
    rows = [
        Heard(
            hearing=one, about=_about(db, one, person), others=_others(db, one), look=looks.get(one.episode.runner_id)
        )
        for one in sorted(allowed, key=lambda one: not one.is_unread(now))
    ]
    rows = [_with_summary(db, lately, row, now) if _is_summary(row) else row for row in rows]
    return person, rows, delivery.troubles(db, person.id)


def _is_summary(row: Heard) -> bool:
    """Whether it announces a summary of a rules update that is still shown."""
    return rules_update.is_summary(row.hearing.episode) and row.hearing.episode.closed_at is None


def _with_summary(db: Session, lately: Lately, row: Heard, now: datetime) -> Heard:
    person = people.person(db, row.hearing.person_id)
    if person is None:
        return row
    summary = rules_update.summary(db, person, now)
    looks = {line.runner.id: lately.look(db, line.runner, now) for line in summary.lines}
    return replace(row, summary=summary, summary_looks=looks)


def _looks(db: Session, lately: Lately, heard: list[Hearing], now: datetime) -> dict[str, Look]:
    """What holds now of each runner of whom an alert still stands."""
    standing = {one.episode.runner_id for one in heard if one.episode.closed_at is None}
    runners = [people.person(db, runner_id) for runner_id in standing]
    return {runner.id: lately.look(db, runner, now) for runner in runners if runner is not None}


def _about(db: Session, one: Hearing, person: Person) -> Person | None:
    """Whom it is about, where it is not the reader."""
    return people.person(db, one.episode.runner_id) if one.episode.runner_id != person.id else None


def _row(row: Heard, now: datetime, reader: Reader) -> dict[str, Any]:
    one = row.hearing
    is_over = one.episode.closed_at is not None
    return {
        "id": one.episode.id,
        "words": alert_words.words(one, None if is_over else row.look, reader),
        "summary": rules_update_view.build(row.summary, row.summary_looks, reader) if row.summary else None,
        "baseline": one.episode.baseline_at is not None,
        "about": row.about,
        "urgent": one.episode.urgency >= Urgency.HIGH,
        "when": reader.ago(one.episode.raised_at, now),
        "over": is_over,
        "unread": one.is_unread(now),
        "acknowledged": one.acknowledged_at is not None,
        "others": row.others,
    }


def _others(db: Session, one: Hearing) -> list[str]:
    """Who else took it upon them."""
    names = [
        people.person(db, other.person_id)
        for other in kept.hearers(db, one.episode)
        if other.acknowledged_at is not None and other.person_id != one.person_id
    ]
    return [person.name for person in names if person is not None]
