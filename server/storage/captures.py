"""Captures and run files as they came: bytes that are never altered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam
from sqlmodel import Session, col, delete, select, update

from server.storage import quick
from server.storage.tables.arrivals import (
    CaptureRow,
    ChunkConflictRow,
    ChunkRow,
    FileRow,
    ReviewRequestRow,
    TombstoneRow,
)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Who is at work on what arrived, and until when nobody else may take it up."""

    by: str
    until: datetime


def find(db: Session, capture_id: str) -> Capture | None:
    row = quick.first(db, _CAPTURE, capture=capture_id)
    return None if row is None else Capture(**row._mapping)


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


def complete(db: Session, capture: Capture, root: str, closing: Mapping[str, Any]) -> None:
    row = db.get_one(CaptureRow, (capture.runner_id, capture.id))
    row.state, row.root, row.closing = "complete", root, dict(closing)
    db.add(row)


def open_captures(db: Session, runner_id: str) -> list[Capture]:
    query = _CAPTURES.where(CaptureRow.runner_id == runner_id, CaptureRow.state == "open")
    return [Capture(**row) for row in db.exec(query).mappings()]


def add_file(db: Session, runner_id: str, digest: str, name: str, body: bytes, now: datetime) -> bool:
    """Keep a run file as it came; False where the same bytes are there already."""
    if db.get(FileRow, (runner_id, digest)) is not None:
        return False
    db.add(FileRow(runner_id=runner_id, sha256=digest, name=name, received_at=now, body=body))
    return True


def file_body(db: Session, runner_id: str, digest: str) -> bytes | None:
    row = db.get(FileRow, (runner_id, digest))
    return None if row is None else row.body


def file_name(db: Session, runner_id: str, digest: str) -> str | None:
    return db.exec(select(FileRow.name).where(FileRow.runner_id == runner_id, FileRow.sha256 == digest)).first()


def request_review(db: Session, request: ReviewRequest, now: datetime) -> None:
    key = (request.runner_id, request.kind, request.source_id)
    if db.get(ReviewRequestRow, key) is None:
        db.add(
            ReviewRequestRow(
                runner_id=request.runner_id, kind=request.kind, source_id=request.source_id, requested_at=now
            )
        )


def claim_next(db: Session, claim: Claim, decoder_version: str, now: datetime) -> ReviewRequest | None:
    """Take up the oldest arrival that nobody is at work on; None where there is none.

    Due is what was never read, and what an earlier decoder read or could not read.
    """
    free = col(ReviewRequestRow.claimed_until).is_(None) | (col(ReviewRequestRow.claimed_until) <= now)
    row = db.exec(
        select(ReviewRequestRow)
        .where(_due(decoder_version), free)
        .order_by(col(ReviewRequestRow.requested_at), col(ReviewRequestRow.source_id))
        .limit(1)
        .with_for_update(skip_locked=True)  # SQLite passes over it: there one writer is alone anyway
    ).first()
    if row is None:
        return None
    row.claimed_by, row.claimed_until = claim.by, claim.until
    db.add(row)
    return _request(row)


def release(db: Session, request: ReviewRequest) -> None:
    """Let go of what was taken up."""
    row = db.get(ReviewRequestRow, (request.runner_id, request.kind, request.source_id))
    if row is not None:
        row.claimed_by = row.claimed_until = None
        db.add(row)


def read_again(db: Session, request: ReviewRequest) -> None:
    """Ask for a source to be read once more from its kept bytes."""
    row = db.get(ReviewRequestRow, (request.runner_id, request.kind, request.source_id))
    if row is not None:
        row.done_at = row.trouble = row.decoder_version = row.claimed_until = None
        db.add(row)


def unreviewed(db: Session, runner_id: str, decoder_version: str) -> list[ReviewRequest]:
    """What arrived for a runner and was not read, or not by this decoder."""
    rows = db.exec(
        select(ReviewRequestRow).where(
            ReviewRequestRow.runner_id == runner_id,
            col(ReviewRequestRow.done_at).is_(None) | (col(ReviewRequestRow.decoder_version) != decoder_version),
        )
    )
    return [_request(row) for row in rows]


def review_ended(
    db: Session, request: ReviewRequest, decoder_version: str, now: datetime, trouble: str | None = None
) -> bool:
    """Say that a source was read, or what stood in the way; False where it was taken away meanwhile."""
    row = db.get(ReviewRequestRow, (request.runner_id, request.kind, request.source_id))
    if row is None:
        return False
    row.done_at, row.trouble = (now if trouble is None else None), trouble
    row.decoder_version, row.claimed_by, row.claimed_until = decoder_version, None, None
    db.add(row)
    return True


def buried(db: Session, runner_id: str, kind: str, source_id: str) -> str | None:
    """Why a source is gone for good ("deleted", "handed"), None where it is not."""
    row = db.get(TombstoneRow, (runner_id, kind, source_id))
    return None if row is None else row.why


def deleted_from(db: Session, capture_id: str) -> list[str]:
    """The runners of whom a capture was deleted."""
    query = select(TombstoneRow.runner_id).where(
        TombstoneRow.kind == "capture", TombstoneRow.source_id == capture_id, TombstoneRow.why == "deleted"
    )
    return list(db.exec(query))


def bury(db: Session, request: ReviewRequest, by: str, why: str, now: datetime) -> None:
    """Leave a tombstone in the place of a source."""
    db.merge(
        TombstoneRow(
            runner_id=request.runner_id, kind=request.kind, source_id=request.source_id, at=now, by=by, why=why
        )
    )


def unbury(db: Session, request: ReviewRequest) -> None:
    row = db.get(TombstoneRow, (request.runner_id, request.kind, request.source_id))
    if row is not None:
        db.delete(row)
        db.flush()


def remove(db: Session, request: ReviewRequest) -> None:
    """Take the bytes of a source away, and whatever waits for them."""
    for table, place in _rows_of(request):
        db.exec(delete(table).where(*place))


def move(db: Session, request: ReviewRequest, runner_id: str) -> None:
    """Give the bytes of a source to another runner."""
    for table, place in _rows_of(request):
        db.exec(update(table).where(*place).values(runner_id=runner_id))


def _rows_of(request: ReviewRequest) -> list[tuple[Any, tuple[ColumnElement[bool], ...]]]:
    runner, source = request.runner_id, request.source_id
    found: list[tuple[Any, tuple[Any, ...]]] = [
        (
            ReviewRequestRow,
            (
                ReviewRequestRow.runner_id == runner,
                ReviewRequestRow.kind == request.kind,
                ReviewRequestRow.source_id == source,
            ),
        )
    ]
    if request.kind == "capture":
        found += [
            (ChunkRow, (ChunkRow.runner_id == runner, ChunkRow.capture_id == source)),
            (ChunkConflictRow, (ChunkConflictRow.runner_id == runner, ChunkConflictRow.capture_id == source)),
            (CaptureRow, (CaptureRow.runner_id == runner, CaptureRow.id == source)),
        ]
    elif request.kind == "file":
        found.append((FileRow, (FileRow.runner_id == runner, FileRow.sha256 == source)))
    return found


def _due(decoder_version: str) -> Any:
    read_by_another = col(ReviewRequestRow.decoder_version) != decoder_version  # not where nobody read it
    never_read = col(ReviewRequestRow.done_at).is_(None) & col(ReviewRequestRow.trouble).is_(None)
    return never_read | read_by_another


def _request(row: ReviewRequestRow) -> ReviewRequest:
    return ReviewRequest(runner_id=row.runner_id, kind=row.kind, source_id=row.source_id, trouble=row.trouble)


_FACTS = [field.name for field in fields(Capture)]
_CAPTURES = select(*(getattr(CaptureRow, name) for name in _FACTS))
_CAPTURE = _CAPTURES.where(col(CaptureRow.id) == bindparam("capture"))
