"""Captures and run files as they came: bytes that are never altered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from server.storage.tables.arrivals import CaptureRow, ChunkConflictRow, ChunkRow, FileRow, ReviewRequestRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """What the server holds of one capture; `closing` is the gateway's own account of it, once it is complete."""

    runner_id: str
    id: str
    gateway_id: str
    state: str
    started_at: datetime
    root: str | None
    closing: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class ReviewRequest:
    runner_id: str
    kind: str  # capture | file
    source_id: str
    trouble: str | None = None


def find(db: Session, capture_id: str) -> Capture | None:
    row = db.exec(select(CaptureRow).where(CaptureRow.id == capture_id)).first()
    return None if row is None else _capture(row)


def begin(db: Session, capture: Capture, now: datetime) -> None:
    db.add(
        CaptureRow(
            runner_id=capture.runner_id,
            id=capture.id,
            gateway_id=capture.gateway_id,
            state=capture.state,
            started_at=capture.started_at,
            received_at=now,
        )
    )


def chunk_hashes(db: Session, capture: Capture) -> dict[int, str]:
    """The hash of each chunk that is held, by its place."""
    query = select(ChunkRow.seq, ChunkRow.sha256).where(*_of(capture)).order_by(col(ChunkRow.seq))
    return dict(db.exec(query).all())


def add_chunk(db: Session, capture: Capture, seq: int, digest: str, packets: int, body: bytes) -> None:
    db.add(
        ChunkRow(runner_id=capture.runner_id, capture_id=capture.id, seq=seq, sha256=digest, packets=packets, body=body)
    )


def set_aside(db: Session, capture: Capture, seq: int, digest: str, body: bytes, now: datetime) -> None:
    db.merge(
        ChunkConflictRow(
            runner_id=capture.runner_id, capture_id=capture.id, seq=seq, sha256=digest, received_at=now, body=body
        )
    )


def packets_held(db: Session, capture: Capture) -> int:
    return db.exec(select(func.coalesce(func.sum(ChunkRow.packets), 0)).where(*_of(capture))).one()


def body_of(db: Session, capture: Capture) -> bytes:
    """The whole capture: its chunks in order."""
    rows = db.exec(select(ChunkRow).where(*_of(capture)).order_by(col(ChunkRow.seq)))
    return b"".join(row.body for row in rows)


def complete(db: Session, capture: Capture, root: str, closing: Mapping[str, Any]) -> None:
    row = db.get_one(CaptureRow, (capture.runner_id, capture.id))
    row.state, row.root, row.closing = "complete", root, dict(closing)
    db.add(row)


def open_captures(db: Session, runner_id: str) -> list[Capture]:
    rows = db.exec(select(CaptureRow).where(CaptureRow.runner_id == runner_id, CaptureRow.state == "open"))
    return [_capture(row) for row in rows]


def add_file(db: Session, runner_id: str, digest: str, name: str, body: bytes, now: datetime) -> bool:
    """Keep a run file as it came; False where the same bytes are there already."""
    if db.get(FileRow, (runner_id, digest)) is not None:
        return False
    db.add(FileRow(runner_id=runner_id, sha256=digest, name=name, received_at=now, body=body))
    return True


def file_body(db: Session, runner_id: str, digest: str) -> bytes:
    return db.get_one(FileRow, (runner_id, digest)).body


def request_review(db: Session, request: ReviewRequest, now: datetime) -> None:
    key = (request.runner_id, request.kind, request.source_id)
    if db.get(ReviewRequestRow, key) is None:
        db.add(
            ReviewRequestRow(
                runner_id=request.runner_id, kind=request.kind, source_id=request.source_id, requested_at=now
            )
        )


def reviews_due(db: Session) -> list[ReviewRequest]:
    """What arrived and was not measured yet, oldest first; what could not be read waits for a newer decoder."""
    rows = db.exec(
        select(ReviewRequestRow)
        .where(col(ReviewRequestRow.done_at).is_(None), col(ReviewRequestRow.trouble).is_(None))
        .order_by(col(ReviewRequestRow.requested_at))
    )
    return [_request(row) for row in rows]


def unreviewed(db: Session, runner_id: str) -> list[ReviewRequest]:
    rows = db.exec(
        select(ReviewRequestRow).where(ReviewRequestRow.runner_id == runner_id, col(ReviewRequestRow.done_at).is_(None))
    )
    return [_request(row) for row in rows]


def review_done(db: Session, request: ReviewRequest, now: datetime) -> None:
    row = db.get_one(ReviewRequestRow, (request.runner_id, request.kind, request.source_id))
    row.done_at = now
    db.add(row)


def review_failed(db: Session, request: ReviewRequest, trouble: str) -> None:
    row = db.get_one(ReviewRequestRow, (request.runner_id, request.kind, request.source_id))
    row.trouble = trouble
    db.add(row)


def _of(capture: Capture) -> tuple[Any, ...]:
    return (ChunkRow.runner_id == capture.runner_id, ChunkRow.capture_id == capture.id)


def _capture(row: CaptureRow) -> Capture:
    return Capture(
        runner_id=row.runner_id,
        id=row.id,
        gateway_id=row.gateway_id,
        state=row.state,
        started_at=row.started_at,
        root=row.root,
        closing=row.closing,
    )


def _request(row: ReviewRequestRow) -> ReviewRequest:
    return ReviewRequest(runner_id=row.runner_id, kind=row.kind, source_id=row.source_id, trouble=row.trouble)
