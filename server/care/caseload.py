"""Caseload: everybody in a physio's care, those who need somebody first."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from server import access
from server.care.lately import Lately
from server.care.need import need_of
from server.problem import not_found
from server.review import Look
from server.storage import people
from server.storage.people import Person


def looks(db: Session, lately: Lately, login: str | None, now: datetime) -> tuple[Person, list[Look]]:
    """The physio who asks, and what is said of each runner in their care. Raises Problem 401, or 404 for others."""
    person = access.person_of(db, login, now)
    if person.role != "physio":
        raise not_found()
    found = [lately.look(db, runner, now) for runner in people.runners_seen_by(db, person.id, now)]
    return person, sorted(found, key=place)


def place(look: Look) -> tuple[int, str, str]:
    return int(need_of(look)), look.runner.name.casefold(), look.runner.id
