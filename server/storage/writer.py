"""Writer: whatever waits is written in one transaction, so that a wait for the disk serves many."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session

from server.storage.database import Database
from server.storage.turns import Outcome, Turns, Work


def writing(database: Database) -> Turns:
    """Each work is done whole or not at all, whatever becomes of those beside it; it may be done twice."""
    return Turns("stridegate-write", lambda works: _outcomes(database, works))


def _outcomes(database: Database, works: Sequence[Work]) -> list[Outcome]:
    if len(works) > 1:
        try:
            with database.write() as db:
                return [_outcome(db, work) for work in works]
        except Exception:  # noqa: BLE001, S110  # one of them, or the disk: each is tried alone, and told its own  # nosec B110
            pass
    return [_alone(database, work) for work in works]


def _alone(database: Database, work: Work) -> Outcome:
    try:
        return Outcome(value=database.transact(work))
    except BaseException as why:  # noqa: BLE001  # it belongs to whoever waits for it
        return Outcome(error=why)


def _outcome(db: Session, work: Work) -> Outcome:
    """Do one work among others. One that refuses before it changed anything stands in nobody's way."""
    before = _changes(db)
    try:
        value = work(db)
        db.flush()
        return Outcome(value=value)
    except Exception as why:
        if _changes(db) != before or db.new or db.dirty or db.deleted:
            raise
        return Outcome(error=why)


def _changes(db: Session) -> int:
    """How many rows this connection of SQLite has ever changed."""
    changes: int = db.connection().connection.driver_connection.total_changes  # type: ignore[union-attr]
    return changes
