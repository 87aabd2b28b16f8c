"""Who there is, who cares for whom, and what lets them in."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from server.storage.tables.gateways import AssignmentRow, GatewayRow
from server.storage.tables.people import CareRequestRow, CareRow, EntryRow, LoginRow, PersonRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    id: str
    name: str
    role: str  # runner | physio | admin


def add_person(db: Session, person: Person, now: datetime) -> None:
    db.add(PersonRow(id=person.id, name=person.name, role=person.role, created_at=now))
    db.flush()


def person(db: Session, person_id: str) -> Person | None:
    row = db.get(PersonRow, person_id)
    return None if row is None else _person(row)


def give_consent(db: Session, runner_id: str, physio_id: str, now: datetime) -> None:
    db.merge(CareRow(runner_id=runner_id, physio_id=physio_id, consented_at=now))


def ask_consent(db: Session, runner_id: str, physio_id: str, now: datetime) -> None:
    db.merge(CareRequestRow(runner_id=runner_id, physio_id=physio_id, asked_at=now))


def asking_for(db: Session, runner_id: str) -> list[Person]:
    """The physios who asked this runner for access and have no answer yet."""
    rows = db.exec(
        select(PersonRow)
        .join(CareRequestRow, col(CareRequestRow.physio_id) == col(PersonRow.id))
        .where(CareRequestRow.runner_id == runner_id)
        .order_by(PersonRow.name, PersonRow.id)
    )
    return [_person(row) for row in rows]


def answer_consent(db: Session, runner_id: str, physio_id: str, now: datetime, *, granted: bool) -> bool:
    """The runner's answer to a physio who asked; False where nobody asked."""
    asked = db.get(CareRequestRow, (runner_id, physio_id))
    if asked is None:
        return False
    db.delete(asked)
    if granted:
        give_consent(db, runner_id, physio_id, now)
    return True


def withdraw_consent(db: Session, runner_id: str, physio_id: str, now: datetime) -> None:
    """The runner closes the door again; from the next request on the physio sees nothing."""
    care = db.get(CareRow, (runner_id, physio_id))
    if care is not None:
        care.withdrawn_at = now
        db.add(care)


def carers_of(db: Session, runner_id: str) -> list[Person]:
    """The physios who see this runner."""
    rows = db.exec(
        select(PersonRow)
        .join(CareRow, col(CareRow.physio_id) == col(PersonRow.id))
        .where(CareRow.runner_id == runner_id, col(CareRow.withdrawn_at).is_(None))
        .order_by(PersonRow.name, PersonRow.id)
    )
    return [_person(row) for row in rows]


def everybody(db: Session) -> list[Person]:
    return [_person(row) for row in db.exec(select(PersonRow).order_by(PersonRow.role, PersonRow.name, PersonRow.id))]


def has_admin(db: Session) -> bool:
    return db.exec(select(PersonRow).where(PersonRow.role == "admin").limit(1)).first() is not None


def end_logins(db: Session, person_id: str) -> None:
    """Every login and every unused link of a person ends."""
    for row in db.exec(select(LoginRow).where(LoginRow.person_id == person_id)):
        db.delete(row)
    for link in db.exec(select(EntryRow).where(EntryRow.person_id == person_id)):
        db.delete(link)


def cares_for(db: Session, physio_id: str, runner_id: str) -> bool:
    care = db.get(CareRow, (runner_id, physio_id))
    return care is not None and care.withdrawn_at is None


def runners_of(db: Session, physio_id: str) -> list[Person]:
    """The runners who consented to this physio, by name."""
    rows = db.exec(
        select(PersonRow)
        .join(CareRow, col(CareRow.runner_id) == col(PersonRow.id))
        .where(CareRow.physio_id == physio_id, col(CareRow.withdrawn_at).is_(None))
        .order_by(PersonRow.name, PersonRow.id)
    )
    return [_person(row) for row in rows]


def add_entry(db: Session, token: str, person_id: str, expires_at: datetime, *, reusable: bool = False) -> None:
    db.add(EntryRow(token_sha256=_hash(token), person_id=person_id, expires_at=expires_at, reusable=reusable))


def use_entry(db: Session, token: str, now: datetime) -> Person | None:
    """The person whom the link lets in, once (or, where it says so, until it expires); None for any other."""
    entry = db.get(EntryRow, _hash(token))
    if entry is None or now >= entry.expires_at or (entry.used_at is not None and not entry.reusable):
        return None
    entry.used_at = now
    db.add(entry)
    return person(db, entry.person_id)


def add_login(db: Session, token: str, person_id: str, now: datetime, expires_at: datetime) -> None:
    db.add(LoginRow(token_sha256=_hash(token), person_id=person_id, created_at=now, expires_at=expires_at))


def logged_in(db: Session, token: str, now: datetime) -> Person | None:
    login = db.get(LoginRow, _hash(token))
    if login is None or now >= login.expires_at:
        return None
    return person(db, login.person_id)


def end_login(db: Session, token: str) -> None:
    login = db.get(LoginRow, _hash(token))
    if login is not None:
        db.delete(login)


def add_gateway(db: Session, gateway_id: str, name: str, token: str, runner_ids: list[str], now: datetime) -> None:
    db.add(GatewayRow(id=gateway_id, name=name, token_sha256=_hash(token), created_at=now))
    db.flush()
    for runner_id in runner_ids:
        db.add(AssignmentRow(gateway_id=gateway_id, runner_id=runner_id))


def gateway_of(db: Session, token: str) -> str | None:
    """The id of the gateway that holds this token, unless it was revoked."""
    row = db.exec(select(GatewayRow).where(GatewayRow.token_sha256 == _hash(token))).first()
    return row.id if row is not None and row.revoked_at is None else None


def runners_brought_by(db: Session, gateway_id: str) -> list[Person]:
    """Whose runs a gateway brings."""
    rows = db.exec(
        select(PersonRow)
        .join(AssignmentRow, col(AssignmentRow.runner_id) == col(PersonRow.id))
        .where(AssignmentRow.gateway_id == gateway_id)
        .order_by(PersonRow.id)
    )
    return [_person(row) for row in rows]


def brings_runs_of(db: Session, gateway_id: str, runner_id: str) -> bool:
    return db.get(AssignmentRow, (gateway_id, runner_id)) is not None


def _person(row: PersonRow) -> Person:
    return Person(id=row.id, name=row.name, role=row.role)


def _hash(token: str) -> str:
    # Tokens are 256 random bits, so one plain hash keeps them secret.
    return hashlib.sha256(token.encode()).hexdigest()
