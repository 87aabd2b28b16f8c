"""The ways to a person, with their secrets sealed, and how a person wants to be called."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func
from sqlmodel import Session, col, select

from server.pacing import Wishes
from server.storage.tables.alerts import ChannelRow, WishesRow

WORKED_TO = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One channel of a person. `sealed` holds its addresses and secrets; `shown` is what the person knows it by."""

    person_id: str
    id: str
    kind: str
    provider: str
    shown: str
    sealed: str
    place: int = 0
    worked_at: datetime | None = None
    trouble: str | None = None
    trouble_since: datetime | None = None
    is_gone: bool = False


def ways_of(db: Session, person_id: str) -> list[Way]:
    """The channels of a person, the first to be tried first."""
    rows = db.exec(
        select(ChannelRow).where(ChannelRow.person_id == person_id).order_by(col(ChannelRow.place), col(ChannelRow.id))
    )
    return [_way(row) for row in rows]


def ways_by_kind(db: Session, kind: str) -> list[Way]:
    rows = db.exec(select(ChannelRow).where(ChannelRow.kind == kind).order_by(col(ChannelRow.person_id)))
    return [_way(row) for row in rows]


def way(db: Session, person_id: str, way_id: str) -> Way | None:
    row = db.get(ChannelRow, (person_id, way_id))
    return None if row is None else _way(row)


def add(db: Session, new: Way, now: datetime) -> None:
    """Behind those that are there."""
    last = db.exec(select(func.max(ChannelRow.place)).where(ChannelRow.person_id == new.person_id)).one()
    db.add(
        ChannelRow(
            person_id=new.person_id,
            id=new.id,
            kind=new.kind,
            place=(last or 0) + 1,
            provider=new.provider,
            shown=new.shown,
            sealed=new.sealed,
            added_at=now,
        )
    )


def remove(db: Session, person_id: str, way_id: str) -> bool:
    row = db.get(ChannelRow, (person_id, way_id))
    if row is not None:
        db.delete(row)
    return row is not None


def put_first(db: Session, person_id: str, way_id: str) -> bool:
    rows = db.exec(select(ChannelRow).where(ChannelRow.person_id == person_id).order_by(col(ChannelRow.place))).all()
    for place, row in enumerate(sorted(rows, key=lambda row: row.id != way_id), start=1):
        row.place = place
        db.add(row)
    return any(row.id == way_id for row in rows)


def worked(db: Session, used: Way, now: datetime) -> None:
    """Keep that it works; to the hour, for a row that every letter wrote would be in every other letter's way."""
    row = db.get(ChannelRow, (used.person_id, used.id))
    if row is not None and (row.trouble or row.worked_at is None or now - row.worked_at >= WORKED_TO):
        row.worked_at, row.trouble, row.trouble_since, row.is_gone = now, None, None, False
        db.add(row)


def failed(db: Session, used: Way, trouble: str, now: datetime, *, for_good: bool) -> datetime:
    """Keep what went wrong; returns since when this channel has been in trouble."""
    row = db.get(ChannelRow, (used.person_id, used.id))
    if row is None:
        return now
    row.trouble, row.trouble_since = trouble[:300], row.trouble_since or now
    row.is_gone = row.is_gone or for_good
    db.add(row)
    return row.trouble_since


def wishes_of(db: Session, person_id: str) -> Wishes:
    row = db.get(WishesRow, person_id)
    if row is None:
        return Wishes()
    return Wishes(
        zone=row.zone,
        quiet_from_min=row.quiet_from_min,
        quiet_until_min=row.quiet_until_min,
        detail=row.detail,
        deputy_id=row.deputy_id,
    )


def save_wishes(db: Session, person_id: str, wishes: Wishes) -> None:
    db.merge(
        WishesRow(
            person_id=person_id,
            zone=wishes.zone,
            quiet_from_min=wishes.quiet_from_min,
            quiet_until_min=wishes.quiet_until_min,
            detail=wishes.detail,
            deputy_id=wishes.deputy_id,
        )
    )


def _way(row: ChannelRow) -> Way:
    return Way(
        person_id=row.person_id,
        id=row.id,
        kind=row.kind,
        provider=row.provider,
        shown=row.shown,
        sealed=row.sealed,
        place=row.place,
        worked_at=row.worked_at,
        trouble=row.trouble,
        trouble_since=row.trouble_since,
        is_gone=row.is_gone,
    )
