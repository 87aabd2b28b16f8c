"""Writer: whatever waits is written in one transaction, so that a wait for the disk serves many."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import structlog
from sqlmodel import Session

from server.storage.database import Database
from server.storage.turns import Outcome, Turns, Work

log = structlog.get_logger(__name__)


def writing(database: Database) -> Turns:
    """Each work is done whole or not at all, whatever becomes of those beside it; it may be done twice."""
    return Turns("stridegate-write", _Writer(database).outcomes)


class _Writer:
    def __init__(self, database: Database) -> None:
        self._session = database.writer()

    def outcomes(self, works: Sequence[Work]) -> list[Outcome]:
        if len(works) > 1:
            try:
                with self._transaction() as db:
                    return _together(db, works)
            except Exception as why:  # noqa: BLE001  # one of them, or the disk: each is told its own
                log.info("works that failed together are tried one by one", why=type(why).__name__, count=len(works))
        return [self._alone(work) for work in works]

    def _alone(self, work: Work) -> Outcome:
        try:
            with self._transaction() as db:
                return Outcome(value=work(db))
        except BaseException as why:  # noqa: BLE001  # it belongs to whoever waits for it
            return Outcome(error=why)

    @contextmanager
    def _transaction(self) -> Iterator[Session]:
        """As `Database.write`, by one session for all of them: to make one takes as long as a question."""
        try:
            with self._session.begin():
                yield self._session
        except BaseException:
            self._session.close()  # nothing of what failed is known to the next one
            raise


def _together(db: Session, works: Sequence[Work]) -> list[Outcome]:
    """Do one work after the other. One that refuses before it changed anything stands in nobody's way."""
    file: Any = db.connection().connection.driver_connection
    told, before = [], file.total_changes
    for work in works:
        try:
            value = work(db)
            db.flush()
            told.append(Outcome(value=value))
        except Exception as why:
            if file.total_changes != before or db.new or db.dirty or db.deleted:
                raise
            told.append(Outcome(error=why))
        before = file.total_changes
    return told
