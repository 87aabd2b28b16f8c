"""Gateways that ask to be let in, and what those that are in say of themselves."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, func
from sqlmodel import Session, col, select

from server.storage import quick
from server.storage.tables.gateways import AssignmentRow, GatewayRow, HeartbeatRow, PairingMissRow, PairingRow

SILENT = timedelta(hours=6)  # a gateway speaks every few minutes; a night's power cut is not yet a silence


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """What a gateway said last of itself: when, and the packets that it still holds, by runner."""

    gateway_id: str
    name: str
    at: datetime
    held: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairing:
    """`approved_by` is the person who let it in; `gateway_id` is set once the token was handed over."""

    name: str
    address: str
    started_at: datetime
    expires_at: datetime
    approved_by: str | None
    runner_ids: tuple[str, ...]
    gateway_id: str | None


def start(db: Session, device_code: str, user_code: str, pairing: Pairing) -> None:
    db.add(
        PairingRow(
            device_sha256=_hash(device_code),
            code_sha256=_hash(user_code),
            name=pairing.name,
            address=pairing.address,
            started_at=pairing.started_at,
            expires_at=pairing.expires_at,
        )
    )


def pending_from(db: Session, address: str, now: datetime) -> int:
    """How many from one address still wait to be let in."""
    query = select(func.count()).where(
        PairingRow.address == address, col(PairingRow.expires_at) > now, col(PairingRow.approved_by).is_(None)
    )
    return db.exec(query).one()


def by_code(db: Session, user_code: str, now: datetime) -> Pairing | None:
    """The one that waits under this code, None where there is none or its time is over."""
    row = _by_code(db, user_code, now)
    return None if row is None else _pairing(row)


def approve(db: Session, user_code: str, by: str, runner_ids: list[str], now: datetime) -> None:
    row = _by_code(db, user_code, now)
    if row is not None:
        row.approved_by, row.runner_ids = by, runner_ids
        db.add(row)


def by_device(db: Session, device_code: str) -> Pairing | None:
    row = db.get(PairingRow, _hash(device_code))
    return None if row is None else _pairing(row)


def hand_over(db: Session, device_code: str, gateway_id: str) -> None:
    """The token of this pairing was given away; it is never given a second time."""
    row = db.get_one(PairingRow, _hash(device_code))
    row.gateway_id = gateway_id
    db.add(row)


def missed(db: Session, person_id: str, now: datetime) -> None:
    db.merge(PairingMissRow(person_id=person_id, at=now))


def misses_since(db: Session, person_id: str, since: datetime) -> int:
    query = select(func.count()).where(PairingMissRow.person_id == person_id, col(PairingMissRow.at) > since)
    return db.exec(query).one()


def beat(
    db: Session, gateway_id: str, held: Mapping[str, int] | None, body: Mapping[str, Any], now: datetime,
    address: str = "",
) -> str:  # fmt: skip
    """Keep the latest word; a heartbeat that does not speak of packets leaves the earlier word about them.

    Gives the address from which it spoke before, empty where it never did.
    """
    before = db.get(HeartbeatRow, gateway_id)
    kept, earlier = (before.held, before.address) if before else ({}, "")
    kept = dict(held) if held is not None else kept
    db.merge(HeartbeatRow(gateway_id=gateway_id, at=now, held=kept, body=dict(body), address=address))
    return earlier


def packets_held_by_gateway(db: Session, runner_id: str) -> dict[str, int]:
    """Packets of a runner that gateways still hold, by gateway; gateways that hold none are left out."""
    held = ((gateway_id, int(packets.get(runner_id, 0))) for gateway_id, packets in quick.heard(db, _held, _HELD))
    return {gateway_id: packets for gateway_id, packets in held if packets}


def beats_of(db: Session, runner_id: str) -> list[Beat]:
    """The last word of each gateway that brings this runner's runs."""
    query = _last_words().join(AssignmentRow, col(AssignmentRow.gateway_id) == col(GatewayRow.id))
    return [_beat(*row) for row in db.exec(query.where(AssignmentRow.runner_id == runner_id))]


def silent_with_packets(db: Session, now: datetime) -> list[Beat]:
    """The gateways that said they hold packets, and have said nothing since."""
    beats = [_beat(*row) for row in db.exec(_last_words().where(col(HeartbeatRow.at) <= now - SILENT))]
    return [beat for beat in beats if any(beat.held.values())]


def _last_words() -> Any:
    return (
        select(HeartbeatRow, GatewayRow)
        .join(GatewayRow, col(GatewayRow.id) == col(HeartbeatRow.gateway_id))
        .where(col(GatewayRow.revoked_at).is_(None))
    )


def _beat(row: HeartbeatRow, gateway: GatewayRow) -> Beat:
    held = {runner_id: int(count) for runner_id, count in row.held.items()}
    return Beat(gateway_id=gateway.id, name=gateway.name, at=row.at, held=held)


def _by_code(db: Session, user_code: str, now: datetime) -> PairingRow | None:
    query = select(PairingRow).where(
        PairingRow.code_sha256 == _hash(user_code),
        col(PairingRow.expires_at) > now,
        col(PairingRow.approved_by).is_(None),
    )
    return db.exec(query).first()


def _pairing(row: PairingRow) -> Pairing:
    return Pairing(
        name=row.name,
        address=row.address,
        started_at=row.started_at,
        expires_at=row.expires_at,
        approved_by=row.approved_by,
        runner_ids=tuple(row.runner_ids or ()),
        gateway_id=row.gateway_id,
    )


def _held(rows: Sequence[Row[Any]]) -> tuple[tuple[str, Mapping[str, int]], ...]:
    return tuple((row.gateway_id, row.held) for row in rows)


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()


_HELD = select(HeartbeatRow.gateway_id, HeartbeatRow.held).join(
    GatewayRow, col(GatewayRow.id) == col(HeartbeatRow.gateway_id)
)
