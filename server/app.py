"""App: where the real things meet; the only place of the server with a real clock and real chance."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import ssl
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, partial

from aiohttp import web
from aiohttp.typedefs import Middleware

from server import jobs
from server.api.forms import BODY_BYTES
from server.api.state import STATE, State
from server.around import line
from server.around.metrics import METRICS, Metrics
from server.around.proxy import Networks, trusting
from server.around.sound import sound
from server.around.timed import telling
from server.calling import Calling
from server.care.lately import Lately
from server.gateways.live import Live
from server.gateways.quota import Quota
from server.interface import document
from server.keys import (
    CLOCK,
    DESK,
    FACTOR_ASKED,
    JOBS,
    KEYRING,
    LATELY,
    LIVE,
    NEW_TOKEN,
    NOTICE,
    OPENAPI,
    PASSWORDS,
    QUOTA,
    READERS,
    REVIEWER,
    ZONE,
)
from server.middleware import allowed_only, refusals, same_origin, strict_headers
from server.mistake import Mistake
from server.pages import frame
from server.people.passwords import Passwords
from server.reading.readers import Readers
from server.reviewer import Reviewer
from server.routes import routes
from server.storage.database import Database
from server.storage.desk import Desk

DRAIN_S = 10.0  # what is under way may take so long once the server is told to stop


def system_clock() -> datetime:
    return datetime.now(UTC)


def system_token() -> str:
    return secrets.token_urlsafe(32)


@cache
def _openapi() -> bytes:
    return document.written(routes())


def make_app(  # noqa: PLR0913  # each real thing comes in here by its name
    desk: Desk,
    clock: Callable[[], datetime] = system_clock,
    new_token: Callable[[], str] = system_token,
    notice: str | None = None,
    readers: Readers | None = None,
    calling: Calling | None = None,
    *,
    factor_asked: bool = True,
    zone: str = "UTC",
    proxies: Networks = (),
    quota: Quota | None = None,
) -> web.Application:
    """The whole server over one database; `notice` stands on every page. It closes the readers.

    Without `calling` what is sealed is lost when the program ends, and no timer runs. A second factor is asked of
    physios and administrators where `factor_asked`; `zone` is the clinic's, for whoever chose none.
    """
    numbers = Metrics()
    app = web.Application(middlewares=_around(proxies, numbers), client_max_size=BODY_BYTES)
    app[PASSWORDS] = Passwords()
    app[FACTOR_ASKED] = factor_asked
    app[DESK] = desk
    app[CLOCK] = clock
    app[ZONE] = zone
    app[NEW_TOKEN] = new_token
    app[READERS] = readers = readers or Readers()
    app[REVIEWER] = Reviewer(desk, clock, readers, name=f"server-{new_token()[:12]}")
    app[QUOTA] = quota or Quota()
    app[LATELY] = Lately()
    app[LIVE] = live = Live()
    app[OPENAPI] = _openapi()
    calling = calling or Calling.of_this_process(clock)
    app[KEYRING] = calling.keyring
    app[JOBS] = calling.jobs(desk, clock, owner=new_token()[:16])
    if notice is not None:
        app[NOTICE] = notice
    _watch(app, numbers)
    frame.set_up(app)
    app.add_routes(routes())
    app.router.add_static("/static/", str(frame.PAGES / "static"))
    app.on_shutdown.append(partial(_close_live, live))
    app.cleanup_ctx.extend([partial(_reading, readers), _reviewing, _hashing])
    if calling.timers:
        app.cleanup_ctx.append(_waking)
    return app


def _around(proxies: Networks, numbers: Metrics) -> list[Middleware]:
    """What stands about every request, the outermost first."""
    believed = [trusting(proxies)] if proxies else []
    told = [telling(line.write, numbers.count), strict_headers, *believed]
    return [*told, refusals, sound, same_origin, allowed_only]


def _watch(app: web.Application, numbers: Metrics) -> None:
    app[METRICS] = numbers
    numbers.watch(app[DESK])
    app[REVIEWER].noted = lambda outcome: numbers.reviews.labels(outcome).inc()
    app[STATE] = State()


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """Where to listen besides, encrypted."""

    host: str
    port: int
    tls: ssl.SSLContext


@contextlib.asynccontextmanager
async def running(app: web.Application, host: str, port: int, *doors: Door) -> AsyncIterator[str]:
    """Serve until the block ends; gives the address, with the port that was free where 0 was asked for.

    Raises Mistake where the port cannot be had.
    """
    runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=DRAIN_S)
    await runner.setup()
    try:
        await _listen(web.TCPSite(runner, host, port), port)
        for door in doors:
            await _listen(web.TCPSite(runner, door.host, door.port, ssl_context=door.tls), door.port)
        yield f"http://{host}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def open_desk(url: str) -> Desk:
    """The database, brought to this release's schema."""
    database = Database(url)
    database.migrate()
    return Desk(database)


async def _listen(site: web.TCPSite, port: int) -> None:
    try:
        await site.start()
    except OSError as why:
        reason = os.strerror(why.errno or 0).lower()
        raise Mistake(f"Port {port} cannot be used ({reason}); choose another one with --port.") from why


async def _reviewing(app: web.Application) -> AsyncIterator[None]:
    """Decides on everybody under a new version of the rules before the first request, then reviews what comes."""
    await app[REVIEWER].prepare()
    task = asyncio.create_task(app[REVIEWER].run())
    yield
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def _hashing(app: web.Application) -> AsyncIterator[None]:
    yield
    app[PASSWORDS].close()


async def _waking(app: web.Application) -> AsyncIterator[None]:
    async with jobs.running(app[JOBS]):
        yield


async def _reading(readers: Readers, _: web.Application) -> AsyncIterator[None]:
    yield
    readers.close()


async def _close_live(live: Live, _: web.Application) -> None:
    live.close_all()  # who looks on for ever must not hold up a server that was told to stop
