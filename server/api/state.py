"""State: is it alive, can it work, and its numbers."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable
from pathlib import Path

from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, text

from server.around import metrics
from server.keys import CLOCK, DESK, OPENAPI, READERS, REVIEWER
from server.reading.readers import NoReader, Readers
from server.reviewer import Reviewer
from server.storage.database import latest_revision
from server.storage.desk import Desk

WITHIN_S = 20.0  # SQLite itself waits ten for a lock
FREE_FOLDER: web.AppKey[Path] = web.AppKey("free_folder", Path)
FREE_MIB: web.AppKey[int] = web.AppKey("free_mib", int)
STATE: web.AppKey[State] = web.AppKey("state")


class NotReady(Exception):
    """Its sentence is shown to whoever asks, and holds nothing of the clinic."""


class State:
    """One look at a time, however many ask: whoever comes while it is taken gets the same answer."""

    def __init__(self) -> None:
        self._looking: asyncio.Task[dict[str, str]] | None = None

    async def look(self, app: web.Application) -> dict[str, str]:
        """By what was looked at: "ok", or a sentence of what is wrong."""
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(_looked(app))
        return await asyncio.shield(self._looking)


async def alive(_request: web.Request) -> web.Response:
    """GET healthz: 200 while the process answers."""
    return web.json_response({"status": "alive"})


async def openapi(request: web.Request) -> web.Response:
    """GET openapi.json: what programs may ask and what they are told."""
    return web.Response(body=request.app[OPENAPI], content_type="application/json")


async def ready(request: web.Request) -> web.Response:
    """GET readyz: 200 once it can do all of its work, else 503 with what is in the way."""
    checks = await request.app[STATE].look(request.app)
    is_ready = all(said == "ok" for said in checks.values())
    body = {"status": "ready" if is_ready else "not ready", "checks": checks}
    return web.json_response(body, status=200 if is_ready else 503)


async def numbers(request: web.Request) -> web.Response:
    """GET metrics: for this machine, or with the token. Raises Problem 404."""
    metrics.refuse_strangers(request)
    body = await request.app[metrics.METRICS].told(request.app[DESK], request.app[CLOCK]())
    return metrics.text_response(body)


async def _looked(app: web.Application) -> dict[str, str]:
    checks = {
        "database": _said(app[DESK].write(_touch)),
        "schema": _said(_schema(app[DESK])),
        "disk": _said(_disk(app)),
        "reviewer": _said(_reviewer(app[REVIEWER])),
        "readers": _said(asyncio.to_thread(_readers, app[READERS])),
    }
    return dict(zip(checks, await asyncio.gather(*checks.values()), strict=True))


async def _said(check: Awaitable[None]) -> str:
    try:
        async with asyncio.timeout(WITHIN_S):
            await check
    except NotReady as why:
        return str(why)
    except TimeoutError:
        return "It did not answer in time."
    except SQLAlchemyError:
        return "It cannot be reached or written."
    return "ok"


def _touch(db: Session) -> None:
    """A real write: a disk that is full or read-only lets every transaction begin, and fails at its commit."""
    db.connection().execute(text("update alembic_version set version_num = version_num"))


async def _schema(desk: Desk) -> None:
    there, wanted = await desk.read(_revision), latest_revision()
    if there != wanted:
        raise NotReady(f"It is {there or 'none'} and should be {wanted}: `stridegate migrate` mends it.")


def _revision(db: Session) -> str | None:
    return db.connection().execute(text("select version_num from alembic_version")).scalar_one_or_none()


async def _disk(app: web.Application) -> None:
    free = shutil.disk_usage(app.get(FREE_FOLDER, Path.cwd())).free // 2**20
    if free < (wanted := app.get(FREE_MIB, 1)):
        raise NotReady(f"{free} MiB are free, and {wanted} should be.")


async def _reviewer(reviewer: Reviewer) -> None:
    """Without it everything is accepted and nothing is ever judged, and nobody would see it."""
    if not reviewer.is_at_work:
        raise NotReady("It has ended: restart the server, and look into its log.")


def _readers(readers: Readers) -> None:
    try:
        readers.prepare()
    except NoReader as why:
        raise NotReady("No reader of recordings can be started.") from why
