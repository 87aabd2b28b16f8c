"""What was said and done before, a page at a time, the newest first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, or_, tuple_
from sqlmodel import Session, col, select

from server.storage.tables.audit import AuditRow, AuditWordsRow
from server.storage.tables.gateways import GatewayRow
from server.storage.tables.people import PersonRow
from server.storage.tables.runs import VerdictRow


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidVerdict:
    """What was said once, and when something else was said."""

    decided_at: datetime
    inputs_sha256: str
    superseded_at: datetime | None
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One link of the audit; `words` are None where they were erased, or are not for whoever asks."""

    seq: int
    at: datetime
    actor: str
    runner_id: str | None
    action: str
    words: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sieve:
    """Only what this person did or what was done to them, only this kind of deed; None for all."""

    person: str | None = None
    action: str | None = None


def verdicts(db: Session, runner_id: str, limit: int, before: tuple[datetime, str] | None) -> list[SaidVerdict]:
    key = (col(VerdictRow.decided_at), col(VerdictRow.inputs_sha256))
    query = select(VerdictRow).where(VerdictRow.runner_id == runner_id)
    if before is not None:
        query = query.where(tuple_(*key) < before)
    return [
        SaidVerdict(
            decided_at=row.decided_at,
            inputs_sha256=row.inputs_sha256,
            superseded_at=row.superseded_at,
            body=row.body,
        )
        for row in db.exec(query.order_by(*(part.desc() for part in key)).limit(limit))
    ]


def deeds(
    db: Session,
    limit: int,
    before: int | None,
    *,
    runner_ids: list[str] | None,
    actor: str | None = None,
    clinic_id: str = "",
    sieve: Sieve | None = None,
) -> list[Deed]:
    """The audit of some runners, and of what `actor` did; of a whole clinic where `runner_ids` is None.

    Whoever sees the whole audit sees what was done, and not what it said of a runner's health.
    """
    if runner_ids is None:
        seen = _of_clinic(clinic_id)
    else:
        seen = or_(col(AuditRow.runner_id).in_(runner_ids), col(AuditRow.actor) == actor)
    query = select(AuditRow, AuditWordsRow).join(AuditWordsRow, isouter=True).where(seen)
    if before is not None:
        query = query.where(AuditRow.seq < before)
    if sieve is not None and sieve.person is not None:
        query = query.where(or_(col(AuditRow.actor) == sieve.person, col(AuditRow.runner_id) == sieve.person))
    if sieve is not None and sieve.action is not None:
        query = query.where(AuditRow.action == sieve.action)
    return [
        Deed(
            seq=link.seq,
            at=link.at,
            actor=link.actor,
            runner_id=link.runner_id,
            action=link.action,
            words=words.body if words is not None and (runner_ids is not None or link.runner_id is None) else None,
        )
        for link, words in db.exec(query.order_by(col(AuditRow.seq).desc()).limit(limit))
    ]


def actions(db: Session, clinic_id: str) -> list[str]:
    """The kinds of deeds that there are in a clinic's audit."""
    return sorted(db.exec(select(AuditRow.action).where(_of_clinic(clinic_id)).distinct()))


def _of_clinic(clinic_id: str) -> ColumnElement[bool]:
    """What people and gateways of a clinic did, and what was done to its runners."""
    theirs = select(PersonRow.id).where(PersonRow.clinic_id == clinic_id)
    gateways = select(GatewayRow.id).where(GatewayRow.clinic_id == clinic_id)
    return or_(col(AuditRow.actor).in_(theirs), col(AuditRow.actor).in_(gateways), col(AuditRow.runner_id).in_(theirs))
