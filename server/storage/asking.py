"""Asking: the short questions of every request, those that come together answered from one state of the clinic."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from server.storage.database import Database
from server.storage.turns import Outcome, Turns, Work


def asking(database: Database) -> Turns:
    """Each work reads a few rows and no more: whoever asks beside it waits for it."""
    return Turns("stridegate-ask", lambda works: _outcomes(database, works))


def _outcomes(database: Database, works: Sequence[Work]) -> list[Outcome]:
    reached = False
    try:
        with database.read() as db:
            db.connection()
            reached = True
            return [_outcome(db, work) for work in works]
    except DBAPIError as why:
        # A database that is away is away for all of them: waiting for it once for each would hold up everybody.
        if len(works) == 1 or not reached:
            return [Outcome(error=why) for _ in works]
        # PostgreSQL answers nothing more in a transaction in which one statement failed.
        return [_outcomes(database, [work])[0] for work in works]


def _outcome(db: Session, work: Work) -> Outcome:
    try:
        return Outcome(value=work(db))
    except DBAPIError:
        raise
    except Exception as why:  # noqa: BLE001  # it belongs to whoever asked
        return Outcome(error=why)
