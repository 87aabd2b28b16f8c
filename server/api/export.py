"""Everything about a runner, to take along."""

from __future__ import annotations

import asyncio
import tempfile
from datetime import datetime
from typing import IO

from aiohttp import web
from sqlmodel import Session

from server import access
from server.archive import export
from server.keys import CLOCK, DESK
from server.people import credentials

PART = 64 * 1024
IN_MEMORY = 1024 * 1024  # a larger archive waits in a file without a name, which ends with the request


async def archive(request: web.Request) -> web.StreamResponse:
    """GET runners/{id}/export: a zip; its README says what is in it."""
    shown, runner_id, now = credentials.shown(request), request.match_info["runner"], request.app[CLOCK]()
    with tempfile.SpooledTemporaryFile(IN_MEMORY) as out:
        await request.app[DESK].read(_write, shown, runner_id, now, out)
        name = f"stridegate-{now:%Y-%m-%d}.zip"
        headers = {"Content-Type": "application/zip", "Content-Disposition": f'attachment; filename="{name}"'}
        response = web.StreamResponse(headers=headers)
        response.content_length = out.tell()
        out.seek(0)
        await response.prepare(request)
        while part := await asyncio.to_thread(out.read, PART):
            await response.write(part)
    return response


def _write(db: Session, shown: str | None, runner_id: str, now: datetime, out: IO[bytes]) -> None:
    person = access.person_of(db, shown, now)
    export.write(db, access.may_see(db, person, runner_id, now), person, now, out)
    out.seek(0, 2)
