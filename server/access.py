"""Access: who is asking, and whose runs they may see; a stranger is told that there is nothing."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from server.problem import Problem, not_found
from server.storage import people
from server.storage.people import Person


def may_see(db: Session, person: Person, runner_id: str) -> Person:
    """The runner whom this person may see: themselves, or one in their care. Raises Problem 404 for any other."""
    runner = people.person(db, runner_id)
    if runner is None or runner.role != "runner":
        raise not_found()
    if person.id == runner_id or (person.role == "physio" and people.cares_for(db, person.id, runner_id)):
        return runner
    raise not_found()


def person_of(db: Session, login: str | None, now: datetime) -> Person:
    """The person behind a login cookie. Raises Problem 401 where there is none."""
    person = people.logged_in(db, login, now) if login else None
    if person is None:
        raise Problem(401, "Not logged in", "Open your personal link to log in.")
    return person


def gateway_of(db: Session, bearer: str | None) -> str:
    """The gateway behind a bearer token. Raises Problem 401 where there is none, or it was revoked."""
    gateway_id = people.gateway_of(db, bearer) if bearer else None
    if gateway_id is None:
        raise Problem(401, "Token not known", "This gateway is not paired with this server, or its token was revoked.")
    return gateway_id
