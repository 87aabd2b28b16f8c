"""Watches: when to look at a runner again by itself, and which periods of a job were done."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import or_
from sqlmodel import Session, col, select

from server.storage.tables.alerts import JobRunRow, WatchRow
from server.storage.tables.people import PersonRow

LEASE = timedelta(minutes=5)  # a process that died gives its runners back after this long


def look_at(db: Session, runner_id: str, due_at: datetime) -> None:
    """The next look at this runner is then; whoever worked on it is done."""
    row = db.get(WatchRow, runner_id) or WatchRow(runner_id=runner_id, due_at=due_at)
    row.due_at, row.lease_until, row.owner = due_at, None, None
    db.add(row)


def look_soon(db: Session, runner_id: str, now: datetime) -> None:
    """Something of this runner changed; if nobody says what follows, the next look does."""
    row = db.get(WatchRow, runner_id)
    if row is None or row.due_at > now:
        look_at(db, runner_id, now)


def claim(db: Session, owner: str, now: datetime, most: int) -> list[str]:
    """Runners who are due and whom nobody looks at; a runner who was never looked at is due."""
    never = select(PersonRow.id).where(PersonRow.role == "runner", col(PersonRow.id).not_in(select(WatchRow.runner_id)))
    for runner_id in db.exec(never.limit(most)).all():
        db.add(WatchRow(runner_id=runner_id, due_at=now))
    db.flush()
    rows = db.exec(
        select(WatchRow)
        .where(col(WatchRow.due_at) <= now, or_(col(WatchRow.lease_until).is_(None), col(WatchRow.lease_until) <= now))
        .order_by(col(WatchRow.due_at), col(WatchRow.runner_id))
        .limit(most)
        .with_for_update(skip_locked=True)
    ).all()
    for row in rows:
        row.owner, row.lease_until = owner, now + LEASE
        db.add(row)
    return [row.runner_id for row in rows]


def begin_period(db: Session, job: str, period: str, owner: str, now: datetime) -> bool:
    """Whether this process does this period of a job: nobody did, and nobody is at it."""
    row = db.get(JobRunRow, (job, period), with_for_update=True)
    if row is not None and (row.done_at is not None or row.lease_until > now):
        return False
    row = row or JobRunRow(job=job, period=period, owner=owner, lease_until=now)
    row.owner, row.lease_until = owner, now + LEASE
    db.add(row)
    return True


def end_period(db: Session, job: str, period: str, now: datetime) -> None:
    row = db.get_one(JobRunRow, (job, period))
    row.done_at = now
    db.add(row)
