"""Active captures: what each gateway's last heartbeat named as being recorded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, bindparam, or_, select
from sqlmodel import Session, col, delete

from server.storage import quick
from server.storage.tables.arrivals import CaptureRow
from server.storage.tables.gateways import ActiveCaptureRow, AssignmentRow, GatewayRow


@dataclass(frozen=True, slots=True, kw_only=True)
class ActiveCapture:
    """A capture that a gateway is recording; times in server time, `packets_held` are not uploaded yet.

    `reported_at` is when the heartbeat came that named it.
    """

    gateway_id: str
    id: str
    runner_id: str
    started_at: datetime
    last_packet_at: datetime
    packets_held: int
    reported_at: datetime


def replace_all(db: Session, gateway_id: str, active: Iterable[ActiveCapture]) -> None:
    """Keep what this gateway records now, in the place of what it recorded before.

    Captures of runners who are not assigned to the gateway are left out.
    """
    db.exec(delete(ActiveCaptureRow).where(col(ActiveCaptureRow.gateway_id) == gateway_id))
    for capture in {capture.id: capture for capture in active}.values():
        if db.get(AssignmentRow, (gateway_id, capture.runner_id)) is not None:
            db.add(
                ActiveCaptureRow(
                    gateway_id=gateway_id,
                    capture_id=capture.id,
                    runner_id=capture.runner_id,
                    started_at=capture.started_at,
                    last_packet_at=capture.last_packet_at,
                    packets_held=capture.packets_held,
                    reported_at=capture.reported_at,
                )
            )


def of_runner(db: Session, runner_id: str) -> tuple[ActiveCapture, ...]:
    """What the gateways of a runner record, without captures that have arrived or belong to another gateway."""
    return quick.heard(db, _active, _OF_RUNNER, runner=runner_id)


def _active(rows: Sequence[Row[Any]]) -> tuple[ActiveCapture, ...]:
    return tuple(ActiveCapture(**row._mapping) for row in rows)


_OF_RUNNER: Any = (
    select(
        col(ActiveCaptureRow.gateway_id),
        col(ActiveCaptureRow.capture_id).label("id"),
        col(ActiveCaptureRow.runner_id),
        col(ActiveCaptureRow.started_at),
        col(ActiveCaptureRow.last_packet_at),
        col(ActiveCaptureRow.packets_held),
        col(ActiveCaptureRow.reported_at),
    )
    .join(
        AssignmentRow,
        and_(
            col(AssignmentRow.gateway_id) == col(ActiveCaptureRow.gateway_id),
            col(AssignmentRow.runner_id) == col(ActiveCaptureRow.runner_id),
        ),
    )
    .join(
        GatewayRow,
        and_(col(GatewayRow.id) == col(ActiveCaptureRow.gateway_id), col(GatewayRow.revoked_at).is_(None)),
    )
    .outerjoin(CaptureRow, col(CaptureRow.id) == col(ActiveCaptureRow.capture_id))
    .where(
        col(ActiveCaptureRow.runner_id) == bindparam("runner"),
        or_(
            col(CaptureRow.id).is_(None),
            and_(
                col(CaptureRow.state) == "open",
                col(CaptureRow.gateway_id) == col(ActiveCaptureRow.gateway_id),
                col(CaptureRow.runner_id) == col(ActiveCaptureRow.runner_id),
            ),
        ),
    )
    .order_by(col(ActiveCaptureRow.started_at), col(ActiveCaptureRow.capture_id))
)
