"""Aging: what is taken away after as many days as the operator chose; raw bytes and verdicts stay by themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import CursorResult, delete, exists, or_, update
from sqlmodel import Session, col

from server.storage import outbox
from server.storage.tables.alerts import (
    AlertRow,
    ChannelRow,
    HearingRow,
    JobRunRow,
    OutboxRow,
    WatchRow,
    WishesRow,
)
from server.storage.tables.arrivals import CaptureRow, ChunkRow, FileRow, ReviewRequestRow
from server.storage.tables.runs import VerdictRow

PERIODS_DAYS = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Keep:
    """For how many days; None is for ever."""

    alerts_days: int | None = 400
    verdicts_days: int | None = None
    raw_days: int | None = None


def age(db: Session, keep: Keep, now: datetime) -> dict[str, int]:
    """Take away what is older than it is kept; returns how many rows of each kind."""
    gone = {"letters": 0, "alerts": 0, "verdicts": 0, "raw": 0}
    if keep.alerts_days is not None:
        before = now - timedelta(days=keep.alerts_days)
        gone["letters"], gone["alerts"] = outbox.forget(db, before), _forget_alerts(db, before)
    if keep.verdicts_days is not None:
        gone["verdicts"] = _count(
            db, delete(VerdictRow).where(col(VerdictRow.superseded_at) < now - timedelta(days=keep.verdicts_days))
        )
    if keep.raw_days is not None:
        gone["raw"] = _empty_raw(db, now - timedelta(days=keep.raw_days))
    _count(db, delete(JobRunRow).where(col(JobRunRow.done_at) < now - timedelta(days=PERIODS_DAYS)))
    return gone


def erase_person(db: Session, person_id: str) -> None:
    """Take out everything that alerts know of a person: what was heard of them and by them, letters, channels."""
    _count(db, delete(AlertRow).where(col(AlertRow.runner_id) == person_id))
    _count(db, delete(WatchRow).where(col(WatchRow.runner_id) == person_id))
    _count(db, delete(ChannelRow).where(col(ChannelRow.person_id) == person_id))
    _count(db, delete(WishesRow).where(col(WishesRow.person_id) == person_id))
    heard = or_(col(HearingRow.runner_id) == person_id, col(HearingRow.person_id) == person_id)
    written = or_(col(OutboxRow.runner_id) == person_id, col(OutboxRow.person_id) == person_id)
    _count(db, delete(HearingRow).where(heard))
    _count(db, delete(OutboxRow).where(written))


def _forget_alerts(db: Session, before: datetime) -> int:
    """The closed ones; a standing one is never forgotten."""
    of_closed = exists().where(
        col(AlertRow.runner_id) == col(HearingRow.runner_id),
        col(AlertRow.episode) == col(HearingRow.episode),
        col(AlertRow.closed_at) < before,
    )
    _count(db, delete(HearingRow).where(of_closed))
    return _count(db, delete(AlertRow).where(col(AlertRow.closed_at) < before))


def _empty_raw(db: Session, before: datetime) -> int:
    """The bytes of what was measured long ago go; their hashes stay, so that nothing old is taken for new."""
    old_capture = exists().where(
        col(CaptureRow.runner_id) == col(ChunkRow.runner_id),
        col(CaptureRow.id) == col(ChunkRow.capture_id),
        col(CaptureRow.state) == "complete",
        col(CaptureRow.received_at) < before,
        _measured("capture", ChunkRow.runner_id, ChunkRow.capture_id),
    )
    old_file = _measured("file", FileRow.runner_id, FileRow.sha256)
    emptied = _count(db, update(ChunkRow).where(old_capture, col(ChunkRow.body) != b"").values(body=b""))
    return emptied + _count(
        db,
        update(FileRow).where(col(FileRow.received_at) < before, old_file, col(FileRow.body) != b"").values(body=b""),
    )


def _measured(kind: str, runner_id: object, source_id: object):  # type: ignore[no-untyped-def]  # an SQL expression
    return exists().where(
        col(ReviewRequestRow.runner_id) == runner_id,
        col(ReviewRequestRow.kind) == kind,
        col(ReviewRequestRow.source_id) == source_id,
        col(ReviewRequestRow.done_at).is_not(None),
    )


def _count(db: Session, statement: object) -> int:
    done = db.connection().execute(statement)  # type: ignore[call-overload]
    return done.rowcount if isinstance(done, CursorResult) else 0
