"""Gateways that are in: their tokens, whose sensors they hear, when they spoke last, and who follows a dead one."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col, select

from server.storage.tables.arrivals import CaptureRow
from server.storage.tables.gateways import AssignmentRow, GatewayRow, HeartbeatRow, SensorAssignmentRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """What the clinic knows of a gateway; `said` is its last heartbeat, empty before the first."""

    id: str
    name: str
    clinic_id: str
    let_in_by: str | None
    created_at: datetime
    rotated_at: datetime | None
    revoked_at: datetime | None
    replaced_by: str | None
    last_at: datetime | None
    address: str
    said: Mapping[str, Any]
    held: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorAssignment:
    sensor: str
    runner_id: str
    nickname: str


def find(db: Session, gateway_id: str) -> Gateway | None:
    row = db.get(GatewayRow, gateway_id)
    return None if row is None else _gateway(row, db.get(HeartbeatRow, gateway_id))


def of_clinic(db: Session, clinic_id: str) -> list[Gateway]:
    """Every gateway of a clinic, those that were revoked as well, by name."""
    rows = db.exec(
        select(GatewayRow, HeartbeatRow)
        .outerjoin(HeartbeatRow, col(HeartbeatRow.gateway_id) == col(GatewayRow.id))
        .where(GatewayRow.clinic_id == clinic_id)
        .order_by(GatewayRow.name, GatewayRow.id)
    )
    return [_gateway(row, beat) for row, beat in rows]


def revoke(db: Session, gateway_id: str, now: datetime) -> None:
    row = db.get_one(GatewayRow, gateway_id)
    row.revoked_at, row.next_sha256 = now, None
    db.add(row)


def offer_token(db: Session, gateway_id: str, token: str) -> None:
    """A new token beside the old one; both are taken until the new one is used."""
    row = db.get_one(GatewayRow, gateway_id)
    row.next_sha256 = _hash(token)
    db.add(row)


def take_next_token(db: Session, token: str, now: datetime) -> str | None:
    """The new token was used: the old one is worth nothing from now on. Gives the gateway's id."""
    row = db.exec(select(GatewayRow).where(GatewayRow.next_sha256 == _hash(token))).first()
    if row is None:
        return None
    row.token_sha256, row.next_sha256, row.rotated_at = _hash(token), None, now
    db.add(row)
    return row.id


def sensors_of(db: Session, gateway_id: str) -> list[SensorAssignment]:
    rows = db.exec(
        select(SensorAssignmentRow)
        .where(SensorAssignmentRow.gateway_id == gateway_id)
        .order_by(SensorAssignmentRow.nickname, SensorAssignmentRow.sensor)
    )
    return [SensorAssignment(sensor=row.sensor, runner_id=row.runner_id, nickname=row.nickname) for row in rows]


def assign_sensor(db: Session, gateway_id: str, assignment: SensorAssignment) -> None:
    """From now on the sensor tells this runner's runs, and the gateway may bring them."""
    db.merge(AssignmentRow(gateway_id=gateway_id, runner_id=assignment.runner_id))
    db.merge(
        SensorAssignmentRow(
            gateway_id=gateway_id,
            sensor=assignment.sensor,
            runner_id=assignment.runner_id,
            nickname=assignment.nickname,
        )
    )


def free_sensor(db: Session, gateway_id: str, sensor: str) -> bool:
    row = db.get(SensorAssignmentRow, (gateway_id, sensor))
    if row is not None:
        db.delete(row)
    return row is not None


def sensor_assignment(db: Session, gateway_id: str, sensor: str) -> SensorAssignment | None:
    return next((one for one in sensors_of(db, gateway_id) if one.sensor == sensor), None)


def sensors_heard(db: Session, gateway_id: str) -> list[str]:
    """The addresses of the sensors whose packets this gateway brought."""
    closings = db.exec(
        select(CaptureRow.closing).where(CaptureRow.gateway_id == gateway_id, col(CaptureRow.closing).is_not(None))
    )
    told = {str(sensor.get("address", "")) for closing in closings if closing for sensor in closing.get("sensors", [])}
    return sorted(told - {""})


def replace(db: Session, old_id: str, new_id: str, now: datetime) -> int:
    """The successor takes over runners, sensors and captures of a dead one, which is revoked; how many captures."""
    for runner in db.exec(select(AssignmentRow).where(AssignmentRow.gateway_id == old_id)):
        db.merge(AssignmentRow(gateway_id=new_id, runner_id=runner.runner_id))
    for one in sensors_of(db, old_id):
        if sensor_assignment(db, new_id, one.sensor) is None:
            assign_sensor(db, new_id, one)
    revoke(db, old_id, now)
    row = db.get_one(GatewayRow, old_id)
    row.replaced_by = new_id
    db.add(row)
    moved = db.execute(update(CaptureRow).where(col(CaptureRow.gateway_id) == old_id).values(gateway_id=new_id))
    return int(getattr(moved, "rowcount", 0))


def give_up(db: Session, gateway_id: str) -> dict[str, int]:
    """What a gateway said that it holds will not come any more; gives what that was, packets by runner."""
    row = db.get(HeartbeatRow, gateway_id)
    if row is None:
        return {}
    lost = {runner: int(packets) for runner, packets in row.held.items() if packets}
    row.held = {}
    db.add(row)
    return lost


def _gateway(row: GatewayRow, beat: HeartbeatRow | None) -> Gateway:
    return Gateway(
        id=row.id,
        name=row.name,
        clinic_id=row.clinic_id,
        let_in_by=row.let_in_by,
        created_at=row.created_at,
        rotated_at=row.rotated_at,
        revoked_at=row.revoked_at,
        replaced_by=row.replaced_by,
        last_at=beat.at if beat else None,
        address=beat.address if beat else "",
        said=beat.body if beat else {},
        held=beat.held if beat else {},
    )


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
