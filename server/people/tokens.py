"""Tokens: what a person gives to a program of theirs, named, for a few scopes, for a year, and to be taken back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session

from server import audit
from server.needs import SCOPES
from server.people import names
from server.problem import Problem
from server.storage import programs
from server.storage.people import Person
from server.storage.programs import ProgramToken

LASTS = timedelta(days=365)
PREFIX = "sg_pt_"  # so that a scanner of leaked secrets knows what it has found
MOST = 20


def make(
    db: Session, person: Person, token: str, token_id: str, name: str, scopes: Sequence[str], now: datetime
) -> None:
    """Keep the hash of a new token. Raises Problem 409 or 422."""
    chosen = tuple(sorted(set(scopes)))
    if not chosen or not set(chosen) <= set(SCOPES):
        raise Problem(422, "For what", "Choose at least one thing that the program may do.")
    if len(programs.of(db, person.id, now)) >= MOST:
        raise Problem(409, "Too many", f"A person has at most {MOST} tokens; revoke one that is not used.")
    made = ProgramToken(
        person_id=person.id, id=token_id, name=names.required(name, "name of the program"), scopes=chosen,
        created_at=now, expires_at=now + LASTS,
    )  # fmt: skip
    programs.add(db, token, made)
    audit.note(db, person.id, "token made", {"name": made.name, "scopes": list(chosen)}, now)


def revoke(db: Session, person: Person, token_id: str, now: datetime) -> None:
    """Raises Problem 404."""
    if not programs.revoke(db, person.id, token_id, now):
        raise Problem(404, "Not found", "There is no such token.")
    audit.note(db, person.id, "token revoked", {"token": token_id}, now)
