"""Access: who is asking, and what they may; a stranger is told that there is nothing.

Every request passes `allow` before anything of it is read, and the deed itself asks again in its own transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from server.needs import Need, Who
from server.people import erased
from server.problem import Problem, not_found
from server.storage import gateways, logins, people, programs
from server.storage.logins import Login
from server.storage.people import Person
from server.storage.programs import ProgramToken

NOTED_EVERY = timedelta(minutes=1)  # how exactly "last seen" is kept
ROLES = {Who.STAFF: ("physio", "admin"), Who.PHYSIO: ("physio",), Who.ADMIN: ("admin",), Who.RUNNER: ("runner",)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """Who came in, and by what, and to which runner; `to_be_noted` where the database should learn of it."""

    person: Person | None = None
    runner: Person | None = None
    login: Login | None = None
    program: ProgramToken | None = None
    gateway_id: str | None = None
    to_be_noted: bool = False


def allow(db: Session, need: Need, shown: str | None, runner_id: str | None, now: datetime) -> Allowed:
    """The one question: may whoever shows this do what the address is for? Raises Problem 401, 403, 404 or 410."""
    match need.who:
        case Who.ANYONE:
            return Allowed()
        case Who.GATEWAY:
            gateway_id, is_next = _gateway(db, shown)
            return Allowed(gateway_id=gateway_id, to_be_noted=is_next)
        case Who.BRINGER if shown and people.gateway_of(db, shown):
            return _bringer(db, shown, runner_id)
        case Who.ARRIVING:
            return _arriving(db, shown, now)
    allowed = _whole(_arriving(db, shown, now, programs_too=True))
    runner = _in_their_place(db, need.who, allowed, runner_id, now)
    if allowed.program is not None and need.scope not in allowed.program.scopes:
        raise Problem(403, "Not in its scope", f"This token was not made for this ({need.scope or 'no token is'}).")
    return Allowed(
        person=allowed.person,
        runner=runner,
        login=allowed.login,
        program=allowed.program,
        to_be_noted=allowed.to_be_noted,
    )


def person_of(db: Session, shown: str | None, now: datetime) -> Person:
    """The person behind a login or a program's token. Raises Problem 401, or 403 where a factor is still to come."""
    return _whole(_arriving(db, shown, now, programs_too=True)).person or _nobody()


def login_of(db: Session, shown: str | None, now: datetime) -> tuple[Person, Login]:
    """The person and their login, also while a second factor is still to come. Raises Problem 401."""
    allowed = _arriving(db, shown, now)
    if allowed.person is None or allowed.login is None:
        raise _no_login()
    return allowed.person, allowed.login


def may_see(db: Session, person: Person, runner_id: str, now: datetime) -> Person:
    """The runner whom this person may see: themselves, or one in their care. Raises Problem 404 for any other."""
    runner = person if person.id == runner_id else people.person(db, runner_id)
    if runner is None or runner.role != "runner":
        raise not_found()
    if person.id == runner_id:
        return runner
    is_colleague = person.role == "physio" and person.clinic_id == runner.clinic_id
    if is_colleague and people.cares_for(db, person.id, runner_id, now):
        return runner
    raise not_found()


def gateway_of(db: Session, bearer: str | None) -> str:
    """The gateway behind a bearer token. Raises Problem 401 where there is none, or it was revoked."""
    return _gateway(db, bearer)[0]


def note(db: Session, allowed: Allowed, shown: str, address: str, now: datetime) -> str | None:
    """Keep that somebody was here; gives the gateway that used its new token for the first time."""
    if allowed.login is not None:
        logins.touch(db, shown, address, now)
    if allowed.program is not None:
        programs.used(db, allowed.program, now)
    return gateways.take_next_token(db, shown, now) if allowed.gateway_id is not None else None


def _arriving(db: Session, shown: str | None, now: datetime, *, programs_too: bool = False) -> Allowed:
    """Who shows this, a member of their clinic now. Raises Problem 401."""
    if shown and (login := logins.find(db, shown, now)):
        return Allowed(
            person=_member(db, login.person_id, now),
            login=login,
            to_be_noted=now - login.last_seen_at >= NOTED_EVERY,
        )
    if shown and programs_too and (made := programs.find(db, shown, now)):
        is_new = made.last_used_at is None or now - made.last_used_at >= NOTED_EVERY
        return Allowed(person=_member(db, made.person_id, now), program=made, to_be_noted=is_new)
    raise _no_login()


def _member(db: Session, person_id: str, now: datetime) -> Person:
    person = people.person(db, person_id)
    if person is None or not people.is_member(db, person_id, now):
        raise _no_login()
    return person


def _whole(allowed: Allowed) -> Allowed:
    if allowed.login is not None and not allowed.login.is_whole:
        raise Problem(403, "A second factor first", "Show your second factor, or set one up, and then go on.")
    return allowed


def _in_their_place(db: Session, who: Who, allowed: Allowed, runner_id: str | None, now: datetime) -> Person | None:
    """The runner whom the address names, where it names one. Raises Problem 403 or 404."""
    person = allowed.person or _nobody()
    if who in ROLES and person.role not in ROLES[who]:
        raise not_found()
    names_one = who in (Who.SEER, Who.CARER, Who.SELF, Who.BRINGER)
    runner = may_see(db, person, runner_id or "", now) if names_one else None
    if who is Who.CARER and person.role != "physio":
        raise Problem(403, "Only a physio", "This is for the physio who looks after the runner.")
    if who is Who.SELF and person.id != runner_id:
        raise Problem(403, "Only the runner answers", "How a run felt is the runner's own word.")
    return runner


def _gateway(db: Session, shown: str | None) -> tuple[str, bool]:
    """The gateway, and whether it shows its next token for the first time. Raises Problem 401."""
    held = people.token_of_gateway(db, shown) if shown else None
    if held is None:
        raise Problem(401, "Token not known", "This gateway is not paired with this server, or its token was revoked.")
    return held


def _bringer(db: Session, shown: str, runner_id: str | None) -> Allowed:
    gateway_id, is_next = _gateway(db, shown)
    if not people.brings_runs_of(db, gateway_id, runner_id or ""):
        raise erased.gone_or_unknown(db, gateway_id, runner_id or "")
    return Allowed(gateway_id=gateway_id, to_be_noted=is_next)


def _no_login() -> Problem:
    return Problem(401, "Not logged in", "Log in, or open your personal link.")


def _nobody() -> Person:
    raise _no_login()
