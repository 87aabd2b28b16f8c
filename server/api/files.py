"""Run files: each is read apart before it is taken, kept as it came, and taken once whatever its name."""

from __future__ import annotations

import asyncio
from datetime import datetime

from aiohttp import web
from sqlmodel import Session

from sensors.errors import UnreadableFile
from server import access, credentials, intake, needs
from server.keys import CLOCK, DESK, QUOTA, READERS, REVIEWER
from server.problem import Problem
from server.reading.readers import NoReader

FILE_BYTES = 32 * 1024 * 1024  # ten times the longest run of a hundred real ones
BRINGER = needs.NEEDS["POST /api/v1/runners/{runner}/files"]
BODY_S = 120.0  # a slow sender must not hold a connection for ever


async def receive(request: web.Request) -> web.Response:
    """POST runners/{id}/files?name=: 201 new, 200 the same bytes again, 422 with the reason where no run is in it."""
    runner_id = request.match_info["runner"]
    request.app[QUOTA].spend(credentials.shown(request) or request.remote or "", request.content_length or 0)
    body = await _bounded(request)
    runs = await _runs_in(request, body)
    name = _name(request.query.get("name", ""))
    shown, now = credentials.shown(request), request.app[CLOCK]()
    digest, new = await request.app[DESK].write(_keep, shown, runner_id, name, body, now)
    request.app[REVIEWER].wake()
    return web.json_response({"file": digest, "runs": runs}, status=201 if new else 200)


def _keep(db: Session, shown: str | None, runner_id: str, name: str, body: bytes, now: datetime) -> tuple[str, bool]:
    """Keep it, if whoever brought it still may: reading took a while. Raises Problem 401 or 404."""
    access.allow(db, BRINGER, shown, runner_id, now)
    return intake.keep_file(db, runner_id, name, body, now)


async def _bounded(request: web.Request) -> bytes:
    """The body, stopped at the size that a run file may have. Raises Problem 408 or 413."""
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_S):
            async for part in request.content.iter_chunked(64 * 1024):
                body += part
                if len(body) > FILE_BYTES:
                    raise Problem(413, "Too large", f"A run file holds at most {FILE_BYTES // 2**20} MiB.")
    except TimeoutError as why:
        raise Problem(408, "Too slow", "The file did not arrive in time; send it again.") from why
    return bytes(body)


async def _runs_in(request: web.Request, body: bytes) -> int:
    try:
        return len(await asyncio.to_thread(request.app[READERS].read, body))
    except UnreadableFile as why:
        raise Problem(422, "No run in it", str(why)) from why
    except NoReader as why:
        raise Problem(503, "Busy", "Files cannot be read just now; nothing was taken, try again.") from why


def _name(text: str) -> str:
    """A file's name as a label: no path, no control characters."""
    printable = "".join(letter for letter in text.replace("\\", "/").rsplit("/", 1)[-1] if letter.isprintable())
    return printable[:120] or "a file without a name"
