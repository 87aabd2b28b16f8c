"""Logins: how one begins, how long it lasts, how it becomes whole, and how guesses at the door are counted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from server import audit
from server.problem import Problem
from server.storage import doors, logins, programs
from server.storage.logins import Login
from server.storage.people import Person

# (without a request, in all); NIST's second level asks for less of a phone at home than of a desk in a practice
LASTS = {
    "runner": (timedelta(days=14), timedelta(days=90)),
    "physio": (timedelta(minutes=30), timedelta(hours=12)),
    "admin": (timedelta(minutes=30), timedelta(hours=12)),
}
STAFF = ("physio", "admin")
TRIES_OF_AN_ACCOUNT, TRIES_OF_AN_ADDRESS, WITHIN = 5, 20, timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Browser:
    """Where a login begins: the token that it will show, what it calls itself, and from where it came."""

    token: str
    device: str
    address: str


def begin(db: Session, person: Person, browser: Browser, came_by: str, now: datetime, *, factor_asked: bool) -> Login:
    """A new login, under a name that nobody can have planted; whole where no second factor is asked for."""
    idle, lasts = LASTS[person.role]
    asked = (factor_asked and person.role in STAFF) or has_factor(db, person.id)
    login = Login(
        id="", person_id=person.id, created_at=now, expires_at=now + lasts, idle_s=int(idle.total_seconds()),
        last_seen_at=now, device=browser.device, address=browser.address, came_by=came_by, is_whole=not asked,
    )  # fmt: skip
    logins.add(db, browser.token, login)
    audit.note(db, person.id, "logged in", {"by": came_by, "address": browser.address}, now)
    return login


def has_factor(db: Session, person_id: str) -> bool:
    """Whether a second factor was set up; recovery codes alone are none."""
    return any(factor.confirmed_at for factor in doors.factors_of(db, person_id, "app", "passkey"))


def complete(db: Session, token: str, new_token: str, login: Login, how: str, now: datetime) -> None:
    """The second factor was given: the login goes on as a whole one, under a new name."""
    logins.rename(db, token, new_token, is_whole=True)
    doors.forget_tries(db, _second_door(login.person_id))
    audit.note(db, login.person_id, "second factor given", {"by": how, "address": login.address}, now)


def knock(db: Session, login_name: str, address: str, try_id: str, now: datetime) -> None:
    """Count a try before it is looked at, so that no race lets one more through. Raises Problem 429."""
    _count(db, {f"account {login_name}": TRIES_OF_AN_ACCOUNT, f"address {address}": TRIES_OF_AN_ADDRESS}, try_id, now)


def knock_again(db: Session, person_id: str, address: str, try_id: str, now: datetime) -> None:
    """The same for a second factor or a repeated password, whose account is known. Raises Problem 429."""
    limits = {_second_door(person_id): TRIES_OF_AN_ACCOUNT, f"address {address}": TRIES_OF_AN_ADDRESS}
    _count(db, limits, try_id, now)


def opened(db: Session, login_name: str) -> None:
    """The right password forgets the wrong ones before it; what was tried from the address stays counted."""
    doors.forget_tries(db, f"account {login_name}")


def refused(db: Session, person_id: str | None, what: str, address: str, now: datetime) -> None:
    """A wrong password or code, in the audit; of a name that nobody has, nothing but where it came from."""
    audit.note(db, person_id or "somebody", what, {"address": address}, now)


def end_everything(db: Session, person_id: str, now: datetime, but: str | None = None) -> int:
    """Every login and every program's token of a person ends, but the login of this token; how many logins."""
    programs.revoke_all(db, person_id, now)
    return logins.end_all(db, person_id, but=but)


def _count(db: Session, limits: dict[str, int], try_id: str, now: datetime) -> None:
    doors.forget_tries_before(db, now - WITHIN)
    for door, most in limits.items():
        if doors.tries_since(db, door, now - WITHIN) >= most:
            raise Problem(
                429, "Too many tries", "Too many tries failed; wait a quarter of an hour before the next one."
            )
    for door in limits:
        doors.add_try(db, door, try_id, now)


def _second_door(person_id: str) -> str:
    return f"second factor of {person_id}"
