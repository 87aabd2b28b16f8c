"""Service: the server as an operator runs it, over a database of its own, until it is told to stop."""

from __future__ import annotations

import asyncio
import io
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import segno
import structlog
from aiohttp import web
from pydantic import ValidationError
from sqlalchemy.exc import OperationalError

from server import lan
from server import settings as settings_module
from server.api import state
from server.app import Door, make_app, running, system_clock, system_token
from server.around import logs
from server.around.metrics import METRICS_TOKEN
from server.calling import Calling
from server.mistake import Mistake
from server.operation import backup
from server.operation.claim import claim
from server.people import invitations
from server.people.invitations import Fresh
from server.settings import Settings
from server.storage.database import Database
from server.storage.desk import Desk

log = structlog.get_logger(__name__)
LOOK_AT_THE_CERTIFICATE_S = 6 * 3600


def settings(**given: Any) -> Settings:
    """What the environment and its files say, with what was given on the command line over it. Raises Mistake."""
    if strange := settings_module.unknown(os.environ):
        raise Mistake(" ".join(strange))
    try:
        secrets = settings_module.secrets_of(os.environ)
        read = Settings(**{**secrets, **{name: value for name, value in given.items() if value is not None}})
    except ValidationError as why:
        first = why.errors(include_url=False, include_input=False)[0]
        words = first["msg"].removeprefix("Value error, ")
        raise Mistake(f"STRIDEGATE_{'.'.join(map(str, first['loc'])).upper()}: {words}.") from why
    except ValueError as why:
        raise Mistake(str(why)) from why
    if problems := read.problems():
        raise Mistake(" ".join(problems))
    return read


async def serve(chosen: Settings, *, to_lan: bool = False) -> None:
    """Serve until SIGTERM or SIGINT; requests that have arrived are finished first, within ten seconds."""
    stop = stop_signal()
    make_folder(chosen.data)
    logs.set_up(chosen.log_level, chosen.log_format)
    with claim(chosen.sqlite_file()):
        desk = Desk(open_database(chosen))
        try:
            await _serve(chosen, desk, stop, to_lan=to_lan)
        finally:
            desk.close()
    log.info("stopped")


def open_database(chosen: Settings, tell: Callable[[str], None] = log.info) -> Database:
    """The database at this release's schema; a copy of what was there is kept where that changes. Raises Mistake."""
    database = Database(chosen.url())
    try:
        if copied := backup.before_migration(database, chosen, system_clock()):
            tell(copied)
        database.migrate()
    except OperationalError as why:
        database.close()
        raise Mistake("The database cannot be reached or written; `stridegate doctor` says more.") from why
    return database


def migrate(chosen: Settings) -> list[str]:
    make_folder(chosen.data)
    said: list[str] = []
    with claim(chosen.sqlite_file()):
        open_database(chosen, said.append).close()
    return [*said, "The database has this release's schema."]


def init_admin(chosen: Settings, name: str) -> str:
    """A link for the first administrator, with a code to scan. Raises Mistake if one has come in already.

    The link begins with the public address of the settings, else with the address on this machine.
    """
    make_folder(chosen.data)
    database = open_database(chosen)
    fresh = Fresh(person_id=f"p-{system_token()[:16]}", link=system_token())
    made = database.transact(lambda db: invitations.first_admin(db, name, fresh, system_clock()))
    database.close()
    if not made:
        raise Mistake("There is an administrator already; they invite the others on the page /people.")
    public = (chosen.public_url or "").rstrip("/")
    link = f"{public or f'http://{chosen.host}:{chosen.port}'}/enter/{fresh.link}"
    where = "on any device" if public else "on the machine where the server runs"
    return f"{_code(link) if public else ''}Within 15 minutes, {where}: {link}"


def _code(link: str) -> str:
    """A code to scan, for the terminal."""
    code = io.StringIO()
    segno.make(link).terminal(out=code, compact=True)
    return f"{code.getvalue()}\n"


async def told_to_stop() -> None:
    """Return when somebody ends the program: SIGTERM, or Ctrl-C."""
    await stop_signal().wait()


def stop_signal() -> asyncio.Event:
    """Set when somebody ends the program; from now on that does not end it by force."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop


def make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as why:
        raise Mistake(f"The data folder {folder} cannot be made: {why.strerror}.") from why


async def _serve(chosen: Settings, desk: Desk, stop: asyncio.Event, *, to_lan: bool) -> None:
    app = _made(chosen, desk)
    doors = []
    if to_lan:
        phones = lan.open_lan(chosen.data, chosen.lan_port, system_clock(), lan.own_addresses(), lan.own_name())
        app[lan.LAN] = phones
        doors.append(Door(host="0.0.0.0", port=chosen.lan_port, tls=phones.tls))  # noqa: S104  # encrypted  # nosec B104
        app.cleanup_ctx.append(lambda _app: _renewing(chosen.data, phones))
    async with running(app, chosen.host, chosen.port, *doors) as address:
        _say(f"Stridegate is at {address}, its data in {chosen.data}.")
        if to_lan:
            _say(lan.invitation(app[lan.LAN]))
        log.info("started", database=desk.database.kind)
        await stop.wait()
        log.info("stopping")


def _made(chosen: Settings, desk: Desk) -> web.Application:
    app = make_app(
        desk,
        calling=Calling.of(chosen, system_clock),
        factor_asked=chosen.second_factor == "required",
        zone=chosen.zone,
        proxies=chosen.proxies(),
    )
    app[state.FREE_FOLDER], app[state.FREE_MIB] = chosen.data, chosen.free_mib
    if chosen.metrics_token is not None:
        app[METRICS_TOKEN] = chosen.metrics_token
    return app


async def _renewing(folder: Path, phones: lan.Lan) -> Any:
    async def look() -> None:
        while True:
            await asyncio.sleep(LOOK_AT_THE_CERTIFICATE_S)
            if lan.renew(folder, phones, system_clock()):
                log.info("the certificate for the local network was renewed")

    task = asyncio.create_task(look())
    yield
    task.cancel()


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201  # the operator waits
