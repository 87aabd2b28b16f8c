"""Who there is, who cares for whom, and what lets them in."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Table, and_, bindparam, or_
from sqlmodel import Session, col, select

from server.storage import quick
from server.storage.tables.gateways import AssignmentRow, GatewayRow
from server.storage.tables.people import HOME_CLINIC, CareRequestRow, CareRow, ClinicRow, CoverRow, EntryRow, PersonRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    id: str
    name: str
    role: str  # runner | physio | admin
    clinic_id: str = HOME_CLINIC


@dataclass(frozen=True, slots=True)
class _Member:
    """A person, and when they belong to their clinic."""

    person: Person
    since: datetime | None
    until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A link that was used: `kind` is link (to be used again), invitation or reset."""

    person: Person
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Clinic:
    id: str
    name: str


def add_clinic(db: Session, clinic: Clinic, now: datetime) -> None:
    db.add(ClinicRow(id=clinic.id, name=clinic.name, created_at=now))
    db.flush()


def clinics(db: Session) -> list[Clinic]:
    rows = db.exec(select(ClinicRow).order_by(ClinicRow.name, ClinicRow.id))
    return [Clinic(id=row.id, name=row.name) for row in rows]


def add_person(db: Session, person: Person, now: datetime) -> None:
    if person.clinic_id == HOME_CLINIC and db.get(ClinicRow, HOME_CLINIC) is None:
        add_clinic(db, Clinic(id=HOME_CLINIC, name="Clinic"), now)
    row = PersonRow(id=person.id, name=person.name, role=person.role, created_at=now, clinic_id=person.clinic_id)
    db.add(row)
    db.flush()


def is_member(db: Session, person_id: str, now: datetime) -> bool:
    """Whether the person belongs to their clinic now."""
    member = quick.heard(db, _member, _PERSON, person=person_id)
    if member is None or (member.since is not None and now < member.since):
        return False
    return member.until is None or now < member.until


def member_until(db: Session, person_id: str, until: datetime | None) -> None:
    row = db.get_one(PersonRow, person_id)
    row.member_until = until
    db.add(row)


def change_role(db: Session, person_id: str, role: str) -> None:
    row = db.get_one(PersonRow, person_id)
    row.role = role
    db.add(row)


def person(db: Session, person_id: str) -> Person | None:
    member = quick.heard(db, _member, _PERSON, person=person_id)
    return None if member is None else member.person


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


def end_care_by(db: Session, physio_id: str, now: datetime) -> list[str]:
    """A physio goes: every consent to them ends, and every question; gives the runners whose consent it was."""
    for asked in db.exec(select(CareRequestRow).where(CareRequestRow.physio_id == physio_id)):
        db.delete(asked)
    left = list(db.exec(select(CareRow).where(CareRow.physio_id == physio_id, col(CareRow.withdrawn_at).is_(None))))
    for care in left:
        care.withdrawn_at = now
        db.add(care)
    return [care.runner_id for care in left]


def everybody(db: Session, clinic_id: str | None = None) -> list[Person]:
    """Everybody, or everybody of one clinic."""
    query = select(PersonRow).order_by(PersonRow.role, PersonRow.name, PersonRow.id)
    rows = db.exec(query if clinic_id is None else query.where(PersonRow.clinic_id == clinic_id))
    return [_person(row) for row in rows]


def admin_ids(db: Session) -> list[str]:
    """The ids of every administrator of every clinic, former ones too."""
    return list(db.exec(select(PersonRow.id).where(PersonRow.role == "admin").order_by(PersonRow.id)))


def has_used_entry(db: Session, person_id: str) -> bool:
    """Whether a link of this person was ever used."""
    used = select(EntryRow).where(EntryRow.person_id == person_id, col(EntryRow.used_at).is_not(None))
    return db.exec(used.limit(1)).first() is not None


def cares_for(db: Session, physio_id: str, runner_id: str, now: datetime | None = None) -> bool:
    """Whether the runner said yes to this physio, or the physio stands in now for one to whom they did.

    Without `now` nobody stands in.
    """
    if _consented(db, physio_id, runner_id):
        return True
    if now is None:
        return False
    covers = quick.heard(db, tuple, _COVERS, runner=runner_id, physio=physio_id)
    return any(_consented(db, cover.absent_id, runner_id) for cover in covers if _holds(cover, now))


def runners_seen_by(db: Session, physio_id: str, now: datetime) -> list[Person]:
    """The runners in this physio's care, and those for whose physio they stand in now; by name."""
    covered = db.exec(select(CoverRow.runner_id).where(*_stands_in(physio_id, now)).distinct()).all()
    seen = [found for one in covered if cares_for(db, physio_id, one, now) and (found := person(db, one))]
    physio = person(db, physio_id)
    every = {one.id: one for one in [*runners_of(db, physio_id), *seen] if physio and one.clinic_id == physio.clinic_id}
    return sorted(every.values(), key=lambda one: (one.name, one.id))


def seers_of(db: Session, runner_id: str, now: datetime) -> list[Person]:
    """Every physio who sees this runner now: those they said yes to, and whoever stands in for one of them."""
    query = select(CoverRow.physio_id).where(CoverRow.runner_id == runner_id, *_stands_in(None, now))
    covering = [found for one in db.exec(query) if cares_for(db, one, runner_id, now) and (found := person(db, one))]
    every = {one.id: one for one in [*carers_of(db, runner_id), *covering] if is_member(db, one.id, now)}
    return sorted(every.values(), key=lambda one: (one.name, one.id))


def _consented(db: Session, physio_id: str, runner_id: str) -> bool:
    care = quick.heard(db, _first, _CARE, runner=runner_id, physio=physio_id)
    return care is not None and care.withdrawn_at is None


def _holds(cover: Row[Any], now: datetime) -> bool:
    """As `_stands_in`, of one that was read."""
    return bool(cover.since <= now < cover.until and (cover.ended_at is None or cover.ended_at > now))


def _stands_in(physio_id: str | None, now: datetime | None) -> list[Any]:
    """The covers that hold now, of one physio or of any."""
    whose = [] if physio_id is None else [CoverRow.physio_id == physio_id]
    is_ended = or_(col(CoverRow.ended_at).is_(None), col(CoverRow.ended_at) > now)
    return [*whose, col(CoverRow.since) <= now, col(CoverRow.until) > now, is_ended]


def runners_of(db: Session, physio_id: str) -> list[Person]:
    """The runners who consented to this physio, by name."""
    rows = db.exec(
        select(PersonRow)
        .join(CareRow, col(CareRow.runner_id) == col(PersonRow.id))
        .where(CareRow.physio_id == physio_id, col(CareRow.withdrawn_at).is_(None))
        .order_by(PersonRow.name, PersonRow.id)
    )
    return [_person(row) for row in rows]


def add_entry(
    db: Session, token: str, person_id: str, expires_at: datetime, *, reusable: bool = False, kind: str = "invitation"
) -> None:
    db.add(
        EntryRow(token_sha256=hashed(token), person_id=person_id, expires_at=expires_at, reusable=reusable, kind=kind)
    )


def entry_of(db: Session, token: str, now: datetime) -> Entry | None:
    """Whom the link would let in and how; None where it lets nobody in."""
    row = db.get(EntryRow, hashed(token))
    if row is None or now >= row.expires_at or (row.used_at is not None and not row.reusable):
        return None
    found = person(db, row.person_id)
    return None if found is None else Entry(person=found, kind="link" if row.reusable else row.kind)


def use_entry(db: Session, token: str, now: datetime) -> Entry | None:
    """The same, and it is used: once, or, where it says so, until it expires."""
    entry = entry_of(db, token, now)
    if entry is not None:
        row = db.get_one(EntryRow, hashed(token))
        row.used_at = now
        db.add(row)
    return entry


def end_entries(db: Session, person_id: str) -> None:
    """Every link of a person ends, used or not."""
    for link in db.exec(select(EntryRow).where(EntryRow.person_id == person_id)):
        db.delete(link)


def add_gateway(
    db: Session, gateway_id: str, name: str, token: str, runner_ids: list[str], now: datetime,
    *, clinic_id: str = HOME_CLINIC, by: str | None = None,
) -> None:  # fmt: skip
    row = GatewayRow(
        id=gateway_id, name=name, token_sha256=hashed(token), created_at=now, clinic_id=clinic_id, let_in_by=by
    )
    db.add(row)
    db.flush()
    for runner_id in runner_ids:
        db.add(AssignmentRow(gateway_id=gateway_id, runner_id=runner_id))


def remove_gateway(db: Session, gateway_id: str) -> None:
    """One that brought no capture goes without a trace."""
    for row in db.exec(select(AssignmentRow).where(AssignmentRow.gateway_id == gateway_id)):
        db.delete(row)
    db.flush()
    if (gateway := db.get(GatewayRow, gateway_id)) is not None:
        db.delete(gateway)


def gateway_of(db: Session, token: str) -> str | None:
    """The id of the gateway that holds this token, or the one that follows it, unless it was revoked."""
    held = token_of_gateway(db, token)
    return None if held is None else held[0]


def token_of_gateway(db: Session, token: str) -> tuple[str, bool] | None:
    """As `gateway_of`, with whether this is the token that follows the one in use."""
    shown = hashed(token)
    row = quick.heard(db, _first, _GATEWAY, token=shown)
    return None if row is None else (row.id, row.next_sha256 == shown)


def with_token(gateways: Table) -> ColumnElement[bool]:
    """That a gateway holds the token whose hash is `token`, or that follows, and was not revoked."""
    holds = or_(gateways.c.token_sha256 == bindparam("token"), gateways.c.next_sha256 == bindparam("token"))
    return and_(holds, gateways.c.revoked_at.is_(None))


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


def _first(rows: Sequence[Row[Any]]) -> Row[Any] | None:
    return rows[0] if rows else None


def _member(rows: Sequence[Row[Any]]) -> _Member | None:
    return _Member(_person(rows[0]), rows[0].member_from, rows[0].member_until) if rows else None


def _person(row: PersonRow | Row[Any]) -> Person:
    return Person(id=row.id, name=row.name, role=row.role, clinic_id=row.clinic_id)


def hashed(token: str) -> str:
    """What is kept of a token."""
    # Tokens are 256 random bits, so one plain hash keeps them secret.
    return hashlib.sha256(token.encode()).hexdigest()


_PEOPLE, _GATEWAYS = quick.table(PersonRow), quick.table(GatewayRow)
_CARES, _ALL_COVERS = quick.table(CareRow), quick.table(CoverRow)
_CARE = quick.every(_CARES).where(_CARES.c.runner_id == bindparam("runner"), _CARES.c.physio_id == bindparam("physio"))
_COVERS = quick.every(_ALL_COVERS).where(
    _ALL_COVERS.c.runner_id == bindparam("runner"), _ALL_COVERS.c.physio_id == bindparam("physio")
)
_PERSON = quick.every(_PEOPLE).where(_PEOPLE.c.id == bindparam("person"))
_GATEWAY = quick.every(_GATEWAYS).where(with_token(_GATEWAYS))
