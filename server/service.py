"""Service: the server as an operator runs it, over a database of its own, until it is told to stop."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from server import invitations
from server.app import make_app, open_desk, running, system_clock, system_token
from server.invitations import Fresh
from server.mistake import Mistake
from server.settings import Settings
from server.storage.database import Database


def settings(**given: Any) -> Settings:
    """What the environment says, with what was given on the command line over it. Raises Mistake."""
    try:
        read = Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as why:
        first = why.errors(include_url=False, include_input=False)[0]
        raise Mistake(f"STRIDEGATE_{'.'.join(map(str, first['loc'])).upper()}: {first['msg']}.") from why
    if problems := read.problems():
        raise Mistake(" ".join(problems))
    return read


async def serve(chosen: Settings) -> None:
    """Serve until SIGTERM or SIGINT; requests that are under way are finished first."""
    _make_folder(chosen.data)
    desk = open_desk(chosen.url())
    try:
        async with running(make_app(desk), chosen.host, chosen.port) as address:
            print(f"Stridegate is at {address}, its data in {chosen.data}.", flush=True)  # noqa: T201  # the operator waits
            await told_to_stop()
    finally:
        desk.close()


def migrate(chosen: Settings) -> str:
    _make_folder(chosen.data)
    database = Database(chosen.url())
    database.migrate()
    database.close()
    return "The database has this release's schema."


def init_admin(chosen: Settings, name: str) -> str:
    """Raises Mistake where there is an administrator already."""
    _make_folder(chosen.data)
    database = Database(chosen.url())
    database.migrate()
    fresh = Fresh(person_id=f"p-{system_token()[:16]}", link=system_token())
    made = database.transact(lambda db: invitations.first_admin(db, name, fresh, system_clock()))
    database.close()
    if not made:
        raise Mistake("There is an administrator already; they invite the others on the page /people.")
    return f"Within 15 minutes, on the machine where the server runs: http://{chosen.host}:{chosen.port}/enter/{fresh.link}"


async def told_to_stop() -> None:
    """Return when somebody ends the program: SIGTERM, or Ctrl-C."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await stop.wait()


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as why:
        raise Mistake(f"The data folder {folder} cannot be made: {why.strerror}.") from why
