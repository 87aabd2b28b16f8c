"""Programs: the tokens that a person gave to programs of theirs; only hashes lie here."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam
from sqlmodel import Session, col, select

from server.storage import quick
from server.storage.tables.doors import ProgramTokenRow


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramToken:
    person_id: str
    id: str
    name: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None

    def is_over(self, now: datetime) -> bool:
        return self.revoked_at is not None or now >= self.expires_at


def add(db: Session, token: str, made: ProgramToken) -> None:
    db.add(
        ProgramTokenRow(
            person_id=made.person_id,
            id=made.id,
            token_sha256=_hash(token),
            name=made.name,
            scopes=list(made.scopes),
            created_at=made.created_at,
            expires_at=made.expires_at,
        )
    )


def find(db: Session, token: str, now: datetime) -> ProgramToken | None:
    found = quick.heard(db, _first, _TOKEN, token=_hash(token))
    return None if found is None or found.is_over(now) else found


def used(db: Session, made: ProgramToken, now: datetime) -> None:
    row = db.get_one(ProgramTokenRow, (made.person_id, made.id))
    row.last_used_at = now
    db.add(row)


def of(db: Session, person_id: str, now: datetime) -> list[ProgramToken]:
    rows = db.exec(
        select(ProgramTokenRow)
        .where(ProgramTokenRow.person_id == person_id)
        .order_by(col(ProgramTokenRow.created_at), ProgramTokenRow.id)
    )
    return [made for row in rows if not (made := _token(row)).is_over(now)]


def revoke(db: Session, person_id: str, token_id: str, now: datetime) -> bool:
    row = db.get(ProgramTokenRow, (person_id, token_id))
    if row is None or row.revoked_at is not None:
        return False
    row.revoked_at = now
    db.add(row)
    return True


def revoke_all(db: Session, person_id: str, now: datetime) -> None:
    for made in of(db, person_id, now):
        revoke(db, person_id, made.id, now)


def _first(rows: Sequence[Row[Any]]) -> ProgramToken | None:
    return _token(rows[0]) if rows else None


def _token(row: ProgramTokenRow | Row[Any]) -> ProgramToken:
    return ProgramToken(scopes=tuple(row.scopes), **{name: getattr(row, name) for name in _FACTS})


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


_FACTS = tuple(field.name for field in fields(ProgramToken) if field.name != "scopes")
_TOKENS = quick.table(ProgramTokenRow)
_TOKEN = quick.every(_TOKENS).where(_TOKENS.c.token_sha256 == bindparam("token"))
