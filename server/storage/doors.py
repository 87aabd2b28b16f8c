"""Doors: passwords, second factors, and the tries at them, as they lie in the database."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func
from sqlmodel import Session, col, select

from server.storage.tables.doors import FactorRow, TryRow
from server.storage.tables.people import PasswordRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Password:
    person_id: str
    login_name: str
    argon2id: str
    set_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """A second factor; one that was never confirmed asks nobody for anything."""

    person_id: str
    id: str
    kind: str  # app | passkey | recovery
    name: str
    body: Mapping[str, Any]
    added_at: datetime
    confirmed_at: datetime | None
    used_at: datetime | None = None


def password_of(db: Session, person_id: str) -> Password | None:
    row = db.get(PasswordRow, person_id)
    return None if row is None else Password(**row.model_dump())


def password_named(db: Session, login_name: str) -> Password | None:
    row = db.exec(select(PasswordRow).where(PasswordRow.login_name == login_name)).first()
    return None if row is None else Password(**row.model_dump())


def set_password(db: Session, password: Password) -> None:
    db.merge(
        PasswordRow(
            person_id=password.person_id,
            login_name=password.login_name,
            argon2id=password.argon2id,
            set_at=password.set_at,
        )
    )


def add_factor(db: Session, factor: Factor) -> None:
    db.add(
        FactorRow(
            person_id=factor.person_id,
            id=factor.id,
            kind=factor.kind,
            name=factor.name,
            body=dict(factor.body),
            added_at=factor.added_at,
            confirmed_at=factor.confirmed_at,
        )
    )


def factors_of(db: Session, person_id: str, *kinds: str) -> list[Factor]:
    """The second factors of a person, of these kinds or of every one, oldest first."""
    query = select(FactorRow).where(FactorRow.person_id == person_id).order_by(col(FactorRow.added_at), FactorRow.id)
    return [Factor(**row.model_dump()) for row in db.exec(query) if not kinds or row.kind in kinds]


def change_factor(db: Session, factor: Factor, **changed: Any) -> None:
    row = db.get_one(FactorRow, (factor.person_id, factor.id))
    for name, value in changed.items():
        setattr(row, name, value)
    db.add(row)


def remove_factor(db: Session, person_id: str, factor_id: str) -> bool:
    row = db.get(FactorRow, (person_id, factor_id))
    if row is not None:
        db.delete(row)
    return row is not None


def remove_factors(db: Session, person_id: str, *kinds: str) -> None:
    db.execute(delete(FactorRow).where(col(FactorRow.person_id) == person_id, col(FactorRow.kind).in_(kinds)))


def tries_since(db: Session, door: str, since: datetime) -> int:
    return db.exec(select(func.count()).where(TryRow.door == _hash(door), col(TryRow.at) > since)).one()


def add_try(db: Session, door: str, try_id: str, now: datetime) -> None:
    db.add(TryRow(door=_hash(door), id=try_id, at=now))


def forget_tries(db: Session, door: str) -> None:
    db.execute(delete(TryRow).where(col(TryRow.door) == _hash(door)))


def forget_tries_before(db: Session, moment: datetime) -> None:
    db.execute(delete(TryRow).where(col(TryRow.at) < moment))


def _hash(door: str) -> str:
    return hashlib.sha256(door.encode()).hexdigest()
