"""Pairing: a gateway shows a short code, a person who is logged in types it, and the gateway gets its token once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from server import access, audit
from server.people import names
from server.problem import Problem
from server.storage import pairings, people
from server.storage.pairings import Pairing
from server.storage.people import Person

LIFE = timedelta(minutes=10)
ASK_EVERY_S = 5
PENDING_OF_AN_ADDRESS = 20  # a clinic does not set up more at once; a flood is somebody else
MISSES, MISSES_WITHIN = 5, timedelta(minutes=10)
CONSONANTS = "BCDFGHJKLMNPQRSTVWXZ"  # no vowels, so that no code is a word: RFC 8628, 6.1
CODE_LETTERS = 8  # 34 bits, for ten minutes


@dataclass(frozen=True, slots=True, kw_only=True)
class Secrets:
    """What is random, as arguments."""

    device_code: str
    user_code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    gateway_id: str
    token: str


def new_code(choose: Callable[[str], str]) -> str:
    """Eight consonants in two halves, such as BCDF-GHJK."""
    letters = "".join(choose(CONSONANTS) for _ in range(CODE_LETTERS))
    return f"{letters[:4]}-{letters[4:]}"


def tidied(typed: str) -> str:
    """What a person typed, as it was shown: capital letters, one hyphen in the middle."""
    letters = "".join(letter for letter in typed.upper() if letter.isalnum())
    return f"{letters[:4]}-{letters[4:]}"


def start(db: Session, secrets: Secrets, name: str, address: str, now: datetime) -> None:
    """A gateway asks to be let in. Raises Problem 429 where too many ask from one address."""
    if pairings.pending_from(db, address, now) >= PENDING_OF_AN_ADDRESS:
        raise Problem(429, "Too many at once", "Too many gateways are waiting to be paired; try again in ten minutes.")
    waiting = Pairing(
        name=names.required(name), address=address, started_at=now, expires_at=now + LIFE, approved_by=None,
        runner_ids=(), gateway_id=None,
    )  # fmt: skip
    pairings.start(db, secrets.device_code, secrets.user_code, waiting)


def find(db: Session, person: Person, typed: str, now: datetime) -> Pairing | None:
    """The gateway that shows this code; None, and one miss more, where there is none. Raises Problem 403 or 429."""
    if person.role != "physio":
        raise Problem(403, "Not for runners", "A gateway is let in by a physio.")
    if pairings.misses_since(db, person.id, now - MISSES_WITHIN) >= MISSES:
        raise Problem(429, "Too many tries", "Five codes were wrong; wait ten minutes before the next one.")
    found = pairings.by_code(db, tidied(typed), now)
    if found is None:
        pairings.missed(db, person.id, now)
    return found


def approve(db: Session, person: Person, typed: str, runner_ids: list[str], now: datetime) -> Pairing | None:
    """Let the gateway in for these runners, who must be in the person's care. None where the code is none."""
    found = find(db, person, typed, now)
    if found is None:
        return None
    for runner_id in runner_ids:
        access.may_see(db, person, runner_id, now)
    if not runner_ids:
        raise Problem(422, "For nobody", "Choose at least one runner whose runs this gateway brings.")
    pairings.approve(db, tidied(typed), person.id, runner_ids, now)
    for runner_id in runner_ids:
        words = {"name": found.name, "address": found.address}
        audit.note(db, person.id, "gateway let in", words, now, runner_id=runner_id)
    return found


def token(db: Session, device_code: str, fresh: Token, now: datetime) -> Token | None:
    """The token, once, after somebody let the gateway in; None while it waits. Raises Problem 404 or 410."""
    pairing = pairings.by_device(db, device_code)
    if pairing is None:
        raise Problem(404, "Not found", "No gateway asked with this device code.")
    if pairing.gateway_id is not None or (now >= pairing.expires_at and pairing.approved_by is None):
        raise Problem(410, "Over", "This pairing is over; begin a new one.")
    if pairing.approved_by is None:
        return None
    host = people.person(db, pairing.approved_by)
    if host is None or not people.is_member(db, host.id, now):
        raise Problem(410, "Over", "Whoever let this gateway in has left; begin a new pairing.")
    people.add_gateway(
        db, fresh.gateway_id, pairing.name, fresh.token, list(pairing.runner_ids), now,
        clinic_id=host.clinic_id, by=host.id,
    )  # fmt: skip
    pairings.hand_over(db, device_code, fresh.gateway_id)
    audit.note(db, host.id, "gateway paired", {"gateway": fresh.gateway_id}, now)
    return fresh
