"""Run files: each is read apart before it is taken, kept as it came, and taken once whatever its name."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web
from sqlmodel import Session

from sensors.errors import UnreadableFile
from server import access, intake, needs
from server.keys import CLOCK, DESK, QUOTA, READERS, REVIEWER
from server.people import credentials
from server.problem import Problem
from server.reading.readers import NoReader

FILE_BYTES = 32 * 1024 * 1024  # ten times the longest run of a hundred real ones
BRINGER = needs.NEEDS["POST /api/v1/runners/{runner}/files"]
BODY_S = 120.0  # a slow sender must not hold a connection for ever


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A file that is kept; not `new` where the same bytes were here before."""

    digest: str
    runs: int
    new: bool


async def receive(request: web.Request) -> web.Response:
    """POST runners/{id}/files?name=: 201 new, 200 the same bytes again, 422 with the reason where no run is in it."""
    await spend(request, request.content_length or 0)
    body = await bounded(request.content.iter_chunked(64 * 1024))
    taken = await take(request, request.query.get("name", ""), body)
    return web.json_response({"file": taken.digest, "runs": taken.runs}, status=201 if taken.new else 200)


async def spend(request: web.Request, size: int) -> None:
    """Count what a sender brings. Raises Problem 429."""
    await request.app[QUOTA].spend(credentials.shown(request) or request.remote or "", size)


async def take(request: web.Request, name: str, body: bytes) -> Taken:
    """Read a file apart and keep it for the runner of the address. Raises Problem 401, 404, 410, 422 or 503."""
    runs = await _runs_in(request, body)
    shown, now = credentials.shown(request), request.app[CLOCK]()
    runner_id = request.match_info["runner"]
    digest, new = await request.app[DESK].write(_keep, shown, runner_id, plain_name(name), body, now)
    request.app[REVIEWER].wake()
    return Taken(digest=digest, runs=runs, new=new)


def _keep(db: Session, shown: str | None, runner_id: str, name: str, body: bytes, now: datetime) -> tuple[str, bool]:
    """Keep it, if whoever brought it still may: reading took a while. Raises Problem 401 or 404."""
    access.allow(db, BRINGER, shown, runner_id, now)
    return intake.keep_file(db, runner_id, name, body, now)


async def bounded(parts: AsyncIterable[bytes]) -> bytes:
    """The body, stopped at the size that a run file may have. Raises Problem 408 or 413."""
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_S):
            async for part in parts:
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


def plain_name(text: str) -> str:
    """A file's name as a label: no path, no control characters."""
    printable = "".join(letter for letter in text.replace("\\", "/").rsplit("/", 1)[-1] if letter.isprintable())
    return printable[:120] or "a file without a name"
