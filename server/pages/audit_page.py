"""Audit page: what was done in the clinic, the latest first; what was said of anybody's health stays unsaid here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from aiohttp import web
from sqlmodel import Session

from server.api import asking
from server.pages import deeds, frame
from server.problem import Problem, not_found
from server.storage import history, people
from server.storage.history import Deed, Sieve
from server.storage.people import Person

MANY = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    person: Person
    people: list[Person]
    actions: list[str]
    deeds: list[Deed]


async def show(request: web.Request) -> web.StreamResponse:
    """GET /audit: `who` and `what` sieve it, `before` is the number of the last deed of the page before."""
    who, what = request.query.get("who", "")[:64], request.query.get("what", "")[:64]
    before = before_of(request)
    sieve = Sieve(person=who or None, action=what or None)
    found = await asking.read_own(request, lambda db, person, now: _audit(db, person, before, sieve, now))
    reader = await frame.reader_for(request, found.person)
    names = {one.id: one.name for one in found.people}
    shown = found.deeds[:MANY]
    return frame.page(
        request,
        "audit.html",
        person=found.person,
        rows=[deeds.line(one, names, reader) for one in shown],
        older=shown[-1].seq if len(found.deeds) > MANY else None,
        people=sorted(names.items(), key=lambda one: one[1].casefold()),
        actions=[(one, deeds.action(one, reader)) for one in found.actions],
        who=who,
        what=what,
        is_later=before is not None,
    )


def before_of(request: web.Request) -> int | None:
    """Raises Problem 422 for what is no number."""
    text = request.query.get("before", "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise Problem(422, "Not a page", "before must be the number of a deed.")
    return int(text)


def _audit(db: Session, person: Person, before: int | None, sieve: Sieve, _now: datetime) -> Audit:
    if person.role != "admin":
        raise not_found()
    return Audit(
        person=person,
        people=people.everybody(db, person.clinic_id),
        actions=history.actions(db, person.clinic_id),
        deeds=history.deeds(db, MANY + 1, before, runner_ids=None, clinic_id=person.clinic_id, sieve=sieve),
    )
