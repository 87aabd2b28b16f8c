"""Asking: every word of a person about a runner is checked, done and answered for in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from aiohttp import web
from sqlmodel import Session

from server import access, review
from server.keys import CLOCK, DESK
from server.people import credentials
from server.problem import Problem
from server.storage.people import Person

T = TypeVar("T")
Work = Callable[[Session, Person, Person, datetime], T]
OwnWork = Callable[[Session, Person, datetime], T]


async def read(request: web.Request, work: Work[T]) -> T:
    """Look, as the person who asks. Raises Problem 401 or 404."""
    login, runner_id, now = _asked(request)
    return await request.app[DESK].read(_allowed, login, runner_id, now, work)


async def write(request: web.Request, work: Work[T]) -> T:
    """Do the work and record what is said then, in one transaction with the check of who may."""
    login, runner_id, now = _asked(request)
    return await request.app[DESK].write(_allowed_and_said, login, runner_id, now, work)


async def read_own(request: web.Request, work: OwnWork[T]) -> T:
    """Look at what is about nobody else's runs, as the person who asks. Raises Problem 401."""
    return await request.app[DESK].read(_as_person, credentials.shown(request), request.app[CLOCK](), work)


async def write_own(request: web.Request, work: OwnWork[T]) -> T:
    """Do what is about nobody else's runs, in one transaction with the check of who asks. Raises Problem 401."""
    return await request.app[DESK].write(_as_person, credentials.shown(request), request.app[CLOCK](), work)


def _as_person(db: Session, login: str | None, now: datetime, work: OwnWork[T]) -> T:
    return work(db, access.person_of(db, login, now), now)


def _allowed(db: Session, login: str | None, runner_id: str, now: datetime, work: Work[T]) -> T:
    person = access.person_of(db, login, now)
    return work(db, person, access.may_see(db, person, runner_id, now), now)


def _allowed_and_said(db: Session, login: str | None, runner_id: str, now: datetime, work: Work[T]) -> T:
    done = _allowed(db, login, runner_id, now, work)
    db.flush()
    runner = access.may_see(db, access.person_of(db, login, now), runner_id, now)
    review.record(db, review.look(db, runner, now))
    return done


def physio(person: Person) -> Person:
    """The person, who must be a physio. Raises Problem 403."""
    if person.role != "physio":
        raise Problem(403, "Only a physio", "This is for the physio who looks after the runner.")
    return person


def _asked(request: web.Request) -> tuple[str | None, str, datetime]:
    return credentials.shown(request), request.match_info["runner"], request.app[CLOCK]()
