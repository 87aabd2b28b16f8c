"""Covers: who stands in for whom, for which runner, from when until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from server.storage.tables.people import CoverRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """`physio_id` stands in while `absent_id` is away; `seen_at` is when the runner said that they had read it."""

    runner_id: str
    id: str
    physio_id: str
    absent_id: str
    since: datetime
    until: datetime
    said_at: datetime
    seen_at: datetime | None = None
    ended_at: datetime | None = None


def add(db: Session, cover: Cover) -> None:
    db.add(
        CoverRow(
            runner_id=cover.runner_id,
            id=cover.id,
            physio_id=cover.physio_id,
            absent_id=cover.absent_id,
            since=cover.since,
            until=cover.until,
            said_at=cover.said_at,
        )
    )


def of_runner(db: Session, runner_id: str, now: datetime) -> list[Cover]:
    """The covers of a runner that hold now or later, soonest first."""
    return _standing(db, [CoverRow.runner_id == runner_id], now)


def of_absent(db: Session, absent_id: str, now: datetime) -> list[Cover]:
    return _standing(db, [CoverRow.absent_id == absent_id], now)


def of_physio(db: Session, physio_id: str, now: datetime) -> list[Cover]:
    return _standing(db, [CoverRow.physio_id == physio_id], now)


def seen(db: Session, runner_id: str, now: datetime) -> None:
    """The runner has read of every cover there is."""
    unseen = select(CoverRow).where(CoverRow.runner_id == runner_id, col(CoverRow.seen_at).is_(None))
    for row in db.exec(unseen):
        row.seen_at = now
        db.add(row)


def end(db: Session, cover: Cover, now: datetime) -> None:
    row = db.get_one(CoverRow, (cover.runner_id, cover.id))
    row.ended_at = now
    db.add(row)


def _standing(db: Session, which: list[bool], now: datetime) -> list[Cover]:
    rows = db.exec(
        select(CoverRow)
        .where(*which, col(CoverRow.until) > now, col(CoverRow.ended_at).is_(None))
        .order_by(col(CoverRow.since), CoverRow.id)
    )
    return [Cover(**row.model_dump()) for row in rows]
