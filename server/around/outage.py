"""Outage: while the database cannot be reached nothing is accepted, and everybody is told when to come again."""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable

import structlog
from aiohttp import web
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted

from server.problem import Problem

log = structlog.get_logger(__name__)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

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


@web.middleware
async def come_again(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Outermost: every 503 says after how long it is worth asking again."""
    response = await handler(request)
    if response.status == 503 and not response.prepared:
        response.headers.setdefault("Retry-After", str(RETRY_AFTER_S))
    return response


@web.middleware
async def away(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Innermost: an outage becomes a Problem 503, and nothing that was sent counts as received."""
    try:
        return await handler(request)
    except (DBAPIError, PoolExhausted) as why:
        if not is_outage(why):
            raise
        log.error("the database is away", why=type(why).__name__)
        raise Problem(503, "Come again", "The database cannot be reached just now; please try again soon.") from why
