"""Outage: while the database cannot be reached nothing is accepted, and everybody is told when to come again."""

from __future__ import annotations

import sqlite3

import structlog
from aiohttp import web
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted

from server.problem import Problem

log = structlog.get_logger(__name__)

RETRY_AFTER_S = 5
# SQLite says OperationalError of a wrong statement too, which is our mistake and no outage.
OUR_MISTAKE = sqlite3.SQLITE_ERROR


def is_outage(why: BaseException) -> bool:
    """Whether the database was away, locked or full, so that the same request may succeed later."""
    if isinstance(why, PoolExhausted):
        return True
    if not isinstance(why, DBAPIError):
        return False
    if isinstance(why.orig, sqlite3.Error):
        return isinstance(why, OperationalError) and getattr(why.orig, "sqlite_errorcode", None) != OUR_MISTAKE
    return why.connection_invalidated or isinstance(why, OperationalError | InterfaceError)


def come_again(response: web.StreamResponse) -> None:
    """Every 503 says after how long it is worth asking again."""
    if response.status == 503 and not response.prepared:
        response.headers.setdefault("Retry-After", str(RETRY_AFTER_S))


def refusal(why: BaseException) -> Problem | None:
    """What is told where the database was away: nothing that was sent counts as received. None of anything else."""
    if not is_outage(why):
        return None
    log.error("the database is away", why=type(why).__name__)
    return Problem(503, "Come again", "The database cannot be reached just now; please try again soon.")
