"""Logins: the browsers in which somebody is logged in, each listed and each to be ended by itself."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam
from sqlmodel import Session, col, select

from server.storage import quick
from server.storage.tables.people import LoginRow

ID_LETTERS = 16  # of the hash; the token itself is nowhere


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """`is_whole` once every factor that is asked for was given; until then it opens the way to giving it alone."""

    id: str
    person_id: str
    created_at: datetime
    expires_at: datetime
    idle_s: int
    last_seen_at: datetime
    device: str
    address: str
    came_by: str  # link | invitation | reset | password
    is_whole: bool
    challenge: str | None = None

    def is_over(self, now: datetime) -> bool:
        return now >= self.expires_at or now >= self.last_seen_at + timedelta(seconds=self.idle_s)


def add(db: Session, token: str, login: Login) -> None:
    db.add(
        LoginRow(
            token_sha256=_hash(token),
            person_id=login.person_id,
            created_at=login.created_at,
            expires_at=login.expires_at,
            idle_s=login.idle_s,
            last_seen_at=login.last_seen_at,
            device=login.device,
            address=login.address,
            came_by=login.came_by,
            is_whole=login.is_whole,
        )
    )


def find(db: Session, token: str, now: datetime) -> Login | None:
    """The login of this token; None where there is none, or its time is over."""
    login = quick.heard(db, _first, _LOGIN, token=_hash(token))
    return None if login is None or login.is_over(now) else login


def touch(db: Session, token: str, address: str, now: datetime) -> None:
    row = db.get(LoginRow, _hash(token))
    if row is not None:
        row.last_seen_at, row.address = now, address
        db.add(row)


def rename(db: Session, token: str, new_token: str, *, is_whole: bool) -> None:
    """The login goes on under a new name; the old one is worth nothing from now on."""
    row = db.get_one(LoginRow, _hash(token))
    kept = row.model_dump(exclude={"token_sha256", "is_whole", "challenge"})
    db.delete(row)
    db.flush()
    db.add(LoginRow(token_sha256=_hash(new_token), is_whole=is_whole, **kept))


def challenge(db: Session, token: str, words: str | None) -> None:
    row = db.get_one(LoginRow, _hash(token))
    row.challenge = words
    db.add(row)


def of(db: Session, person_id: str, now: datetime) -> list[Login]:
    """Where a person is logged in, latest first."""
    rows = db.exec(select(LoginRow).where(LoginRow.person_id == person_id).order_by(col(LoginRow.last_seen_at).desc()))
    return [login for row in rows if not (login := _login(row)).is_over(now)]


def end(db: Session, token: str) -> Login | None:
    row = db.get(LoginRow, _hash(token))
    if row is not None:
        db.delete(row)
    return None if row is None else _login(row)


def end_one(db: Session, person_id: str, login_id: str) -> bool:
    """End one login of a person by its id; False where there is none."""
    found = [row for row in db.exec(select(LoginRow).where(LoginRow.person_id == person_id)) if _id(row) == login_id]
    for row in found:
        db.delete(row)
    return bool(found)


def end_all(db: Session, person_id: str, but: str | None = None) -> int:
    """End every login of a person, but the one of this token; how many there were."""
    kept = but and _hash(but)
    rows = [row for row in db.exec(select(LoginRow).where(LoginRow.person_id == person_id)) if row.token_sha256 != kept]
    for row in rows:
        db.delete(row)
    return len(rows)


def _first(rows: Sequence[Row[Any]]) -> Login | None:
    return _login(rows[0]) if rows else None


def _login(row: LoginRow | Row[Any]) -> Login:
    return Login(id=_id(row), **{name: getattr(row, name) for name in _FACTS})


def _id(row: LoginRow | Row[Any]) -> str:
    return row.token_sha256[:ID_LETTERS]


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


_FACTS = tuple(field.name for field in fields(Login) if field.name != "id")
_LOGINS = quick.table(LoginRow)
_LOGIN = quick.every(_LOGINS).where(_LOGINS.c.token_sha256 == bindparam("token"))
