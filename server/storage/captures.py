"""Captures and run files as they came: bytes that are never altered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam
from sqlmodel import Session, col, delete, func, select, update

from server.storage import quick
from server.storage.tables.arrivals import (
    CaptureRow,
    ChunkConflictRow,
    ChunkRow,
    FileRow,
    ReviewRequestRow,
    TombstoneRow,
)
from server.storage.tables.runs import RunRow


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
    is_reread: bool = field(default=False, compare=False)  # it was read before, by an earlier decoder


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


def claim_next(
    db: Session, claim: Claim, decoder_version: str, now: datetime, served: Sequence[str] = ()
) -> ReviewRequest | None:
    """Take up the oldest new arrival that nobody is at work on, of the runner whose turn it is; None if there is none.

    New is what was never read, and what an earlier decoder could not read. `served` are runners whose arrivals were
    taken up before, the latest last: the others come first.
    """
    where = _is_new(decoder_version), _is_free(now)
    oldest = func.min(ReviewRequestRow.requested_at)
    runner = col(ReviewRequestRow.runner_id)
    waiting = db.exec(select(ReviewRequestRow.runner_id).where(*where).group_by(runner).order_by(oldest, runner)).all()
    turns = {runner_id: place for place, runner_id in enumerate(served)}
    in_turn = sorted(waiting, key=lambda runner_id: turns.get(runner_id, -1))
    claimed = (_claim_first(db, claim, *where, ReviewRequestRow.runner_id == runner_id) for runner_id in in_turn)
    return next((request for request in claimed if request is not None), None)


def claim_reread(
    db: Session, claim: Claim, decoder_version: str, now: datetime, since: datetime
) -> ReviewRequest | None:
    """Take up a source that an earlier decoder read, with a run since then: the latest run first; None if none is."""
    started = (
        select(func.max(RunRow.start))
        .where(
            RunRow.runner_id == ReviewRequestRow.runner_id,
            RunRow.kind == ReviewRequestRow.kind,
            RunRow.source_id == ReviewRequestRow.source_id,
        )
        .scalar_subquery()
    )
    return _claim_first(db, claim, _is_reread(decoder_version), _is_free(now), started >= since, first=started.desc())


def _claim_first(db: Session, claim: Claim, *where: Any, first: Any = None) -> ReviewRequest | None:
    order = (col(ReviewRequestRow.requested_at), col(ReviewRequestRow.source_id))
    row = db.exec(
        select(ReviewRequestRow)
        .where(*where)
        .order_by(*order if first is None else (first, *order))
        .limit(1)
        .with_for_update(skip_locked=True, of=ReviewRequestRow)  # SQLite ignores it: there one writer is alone anyway
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


def has_new(db: Session, runner_id: str, decoder_version: str) -> bool:
    """Whether anything of a runner still waits to be read for the first time."""
    query = select(ReviewRequestRow.source_id).where(ReviewRequestRow.runner_id == runner_id, _is_new(decoder_version))
    return db.exec(query.limit(1)).first() is not None


def has_reread(db: Session, decoder_version: str) -> bool:
    """Whether anything is as an earlier decoder read it, and nobody is at work on it."""
    return db.exec(select(ReviewRequestRow.source_id).where(_is_reread(decoder_version)).limit(1)).first() is not None


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


def _is_new(decoder_version: str) -> Any:
    """Never read; or it could not be read, by another decoder."""
    another = col(ReviewRequestRow.trouble).is_(None) | (col(ReviewRequestRow.decoder_version) != decoder_version)
    return col(ReviewRequestRow.done_at).is_(None) & another


def _is_reread(decoder_version: str) -> Any:
    return col(ReviewRequestRow.done_at).is_not(None) & (col(ReviewRequestRow.decoder_version) != decoder_version)


def _is_free(now: datetime) -> Any:
    return col(ReviewRequestRow.claimed_until).is_(None) | (col(ReviewRequestRow.claimed_until) <= now)


def _request(row: ReviewRequestRow) -> ReviewRequest:
    return ReviewRequest(row.runner_id, row.kind, row.source_id, row.trouble, is_reread=row.done_at is not None)


_FACTS = [field.name for field in fields(Capture)]
_CAPTURES = select(*(getattr(CaptureRow, name) for name in _FACTS))
_CAPTURE = _CAPTURES.where(col(CaptureRow.id) == bindparam("capture"))
