"""App: where the real things meet; the only place of the server with a real clock and real chance."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from functools import partial

from aiohttp import web

from server.api.forms import BODY_BYTES
from server.keys import CLOCK, DESK, NEW_TOKEN, NOTICE, READERS, REVIEWER, ZONE
from server.middleware import refusals, same_origin, strict_headers
from server.mistake import Mistake
from server.pages import frame
from server.reading.readers import Readers
from server.reviewer import Reviewer
from server.routes import routes
from server.storage.database import Database
from server.storage.desk import Desk


def system_clock() -> datetime:
    return datetime.now(UTC)


def system_token() -> str:
    return secrets.token_urlsafe(32)


def make_app(
    desk: Desk,
    clock: Callable[[], datetime] = system_clock,
    new_token: Callable[[], str] = system_token,
    notice: str | None = None,
    readers: Readers | None = None,
    zone: str = "UTC",
) -> web.Application:
    """The whole server over one database; `notice` stands on every page, `zone` is the clinic's.

    It closes the readers.
    """
    app = web.Application(middlewares=[strict_headers, refusals, same_origin], client_max_size=BODY_BYTES)
    app[DESK] = desk
    app[CLOCK] = clock
    app[ZONE] = zone
    app[NEW_TOKEN] = new_token
    app[READERS] = readers = readers or Readers()
    app[REVIEWER] = Reviewer(desk, clock, readers)
    if notice is not None:
        app[NOTICE] = notice
    frame.set_up(app)
    app.add_routes(routes())
    app.router.add_static("/static/", str(frame.PAGES / "static"))
    app.cleanup_ctx.append(partial(_reading, readers))
    app.cleanup_ctx.append(_reviewing)
    return app


@contextlib.asynccontextmanager
async def running(app: web.Application, host: str, port: int) -> AsyncIterator[str]:
    """Serve until the block ends; gives the address, with the port that was free where 0 was asked for.

    Raises Mistake where the port cannot be had.
    """
    runner = web.AppRunner(app, access_log=None, handle_signals=False)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        try:
            await site.start()
        except OSError as why:
            reason = os.strerror(why.errno or 0).lower()
            raise Mistake(f"Port {port} cannot be used ({reason}); choose another one with --port.") from why
        yield f"http://{host}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def open_desk(url: str) -> Desk:
    """The database, brought to this release's schema."""
    database = Database(url)
    database.migrate()
    return Desk(database)


async def _reviewing(app: web.Application) -> AsyncIterator[None]:
    task = asyncio.create_task(app[REVIEWER].run())
    yield
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def _reading(readers: Readers, _: web.Application) -> AsyncIterator[None]:
    yield
    readers.close()
