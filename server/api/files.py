"""Run files: each is read apart before it is taken, kept as it came, and taken once whatever its name."""

from __future__ import annotations

import asyncio
from datetime import datetime

from aiohttp import web
from sqlmodel import Session

from sensors.errors import UnreadableFile
from server import access, intake
from server.api.captures import bearer_of
from server.keys import CLOCK, DESK, LOGIN_COOKIE, READERS, REVIEWER
from server.problem import Problem, not_found
from server.reading.readers import NoReader
from server.storage import people

FILE_BYTES = 32 * 1024 * 1024  # ten times the longest run of a hundred real ones
BODY_S = 120.0  # a slow sender must not hold a connection for ever


async def receive(request: web.Request) -> web.Response:
    """POST runners/{id}/files?name=: 201 new, 200 the same bytes again, 422 with the reason where no run is in it."""
    runner_id = request.match_info["runner"]
    await request.app[DESK].read(_may_bring, bearer_of(request), _login(request), runner_id, request.app[CLOCK]())
    body = await _bounded(request)
    runs = await _runs_in(request, body)
    name = _name(request.query.get("name", ""))
    digest, new = await request.app[DESK].write(intake.keep_file, runner_id, name, body, request.app[CLOCK]())
    request.app[REVIEWER].wake()
    return web.json_response({"file": digest, "runs": runs}, status=201 if new else 200)


def _may_bring(db: Session, bearer: str | None, login: str | None, runner_id: str, now: datetime) -> None:
    """A paired gateway for its runners, or a person who may see the runner. Raises Problem 401 or 404."""
    if bearer is None:
        access.may_see(db, access.person_of(db, login, now), runner_id)
    elif not people.brings_runs_of(db, access.gateway_of(db, bearer), runner_id):
        raise not_found()


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


def _login(request: web.Request) -> str | None:
    return request.cookies.get(LOGIN_COOKIE)


def _name(text: str) -> str:
    """A file's name as a label: no path, no control characters."""
    printable = "".join(letter for letter in text.replace("\\", "/").rsplit("/", 1)[-1] if letter.isprintable())
    return printable[:120] or "a file without a name"
