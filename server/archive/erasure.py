"""Erasure: a runner is taken out of every table for good; what was done stays in the audit, without its words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Column, Table, delete, or_
from sqlmodel import Session, col, select

from server import audit
from server.storage import schema
from server.storage.tables.arrivals import CaptureRow, TombstoneRow
from server.storage.tables.erased import ErasedRow
from server.storage.tables.gateways import AssignmentRow, GatewayRow, HeartbeatRow, PairingRow

CHAIN = frozenset({"audit", "audit_words"})  # the chain stays, its words are erased by the audit itself
OF_A_PERSON = ("runner_id", "person_id", "physio_id")
NAMELESS = "a gateway"


def erase(db: Session, runner_id: str, by: str, now: datetime) -> None:
    """Every row about the runner goes, in this transaction; gateways that knew them are told 410 from now on.

    The id stays in the audit and in the list of what was erased: it means nothing any more.
    """
    _leave_tombstones(db, runner_id, now)
    _forget_at_gateways(db, runner_id)
    audit.erase_words(db, runner_id)
    db.flush()
    for table, columns in _about_people():
        db.execute(delete(table).where(or_(*(column == runner_id for column in columns))))
    audit.note(db, by, "erased", {}, now, runner_id=runner_id)


def _about_people() -> Iterator[tuple[Table, list[Column[str]]]]:
    """Every table with a column that names a person, those first that refer to others."""
    for table in reversed(schema.metadata.sorted_tables):
        columns = [column for column in table.columns if _names_a_person(column)]
        if columns and table.name not in CHAIN:
            yield table, columns


def _names_a_person(column: Column[str]) -> bool:
    refers = any(key.target_fullname == "people.id" for key in column.foreign_keys)
    return refers or column.name in OF_A_PERSON or (column.table.name, column.name) == ("people", "id")


def _leave_tombstones(db: Session, runner_id: str, now: datetime) -> None:
    captured = list(db.exec(select(CaptureRow.id, CaptureRow.gateway_id).where(CaptureRow.runner_id == runner_id)))
    captured += db.exec(
        select(TombstoneRow.source_id, AssignmentRow.gateway_id)
        .join(AssignmentRow, col(AssignmentRow.runner_id) == col(TombstoneRow.runner_id))
        .where(TombstoneRow.runner_id == runner_id, TombstoneRow.kind == "capture")
    ).all()
    brought = db.exec(select(AssignmentRow.gateway_id).where(AssignmentRow.runner_id == runner_id)).all()
    known = {*captured, *((runner_id, gateway) for gateway in {*brought, *(gateway for _, gateway in captured)})}
    for what, gateway_id in sorted(known):
        db.merge(ErasedRow(id=what, gateway_id=gateway_id, at=now))


def _forget_at_gateways(db: Session, runner_id: str) -> None:
    """Out of what gateways said and were asked; one that was the runner's alone loses the name they gave it."""
    for beat in db.exec(select(HeartbeatRow)):
        if runner_id in beat.held:
            beat.held = {runner: packets for runner, packets in beat.held.items() if runner != runner_id}
            db.add(beat)
    for pairing in db.exec(select(PairingRow)):
        if runner_id in (pairing.runner_ids or ()):
            db.delete(pairing)
    for gateway in db.exec(select(GatewayRow).where(col(GatewayRow.id).in_(_theirs_alone(db, runner_id)))):
        gateway.name = NAMELESS
        db.add(gateway)
        if (last := db.get(HeartbeatRow, gateway.id)) is not None:
            last.body = {}
            db.add(last)


def _theirs_alone(db: Session, runner_id: str) -> list[str]:
    rows = db.exec(select(AssignmentRow)).all()
    others = {row.gateway_id for row in rows if row.runner_id != runner_id}
    return [row.gateway_id for row in rows if row.runner_id == runner_id and row.gateway_id not in others]
