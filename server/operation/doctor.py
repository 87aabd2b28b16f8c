"""Doctor: what stands between this machine and a running server, one line for each thing looked at, with its mend."""

from __future__ import annotations

import importlib.util
import json as json_module
import os
import shutil
import socket
import sqlite3
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from server.mistake import Mistake
from server.operation import pg_tools
from server.operation.claim import claim
from server.settings import Settings
from server.storage.database import Database, known_revisions, latest_revision

SOUND_SQLITE = (3, 51, 3)  # before it, two connections that write back the journal at once may damage the file
EARLIEST = datetime(2026, 1, 1, tzinfo=UTC)  # a machine without a clock of its own starts in the past


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """`is_well` is False where somebody must do something, None where it is only worth knowing."""

    what: str
    is_well: bool | None
    words: str


def examine(chosen: Settings, now: datetime) -> Iterator[Check]:
    """Look at Python, SQLite, the folder, the disk, the clock, the port, the database and its copies."""
    yield _python()
    yield _sqlite(chosen)
    yield _folder(chosen.data)
    yield _disk(chosen)
    yield _clock(now)
    yield _port(chosen)
    yield from _database(chosen)


def line(check: Check, *, json: bool) -> str:
    if json:
        return json_module.dumps({"what": check.what, "well": check.is_well, "words": check.words})
    mark = {True: "ok  ", False: "MEND", None: "note"}[check.is_well]
    return f"{mark} {check.what:<9} {check.words}"


def _python() -> Check:
    has_all = all(importlib.util.find_spec(name) for name in ("aiohttp", "alembic", "sqlmodel", "psycopg"))
    words = f"Python {sys.version.split()[0]}"
    mend = "" if has_all else ": libraries are missing, make setup"
    return Check(what="python", is_well=has_all, words=f"{words}{mend}")


def _sqlite(chosen: Settings) -> Check:
    words = f"SQLite {sqlite3.sqlite_version}"
    if sqlite3.sqlite_version_info < SOUND_SQLITE and chosen.sqlite_file() is not None:
        words += ": older than 3.51.3, safe here because one process alone writes; open the file with nothing else"
    return Check(what="sqlite", is_well=None, words=words)


def _folder(folder: Path) -> Check:
    if not folder.exists():
        return Check(what="data", is_well=None, words=f"{folder} is not there yet: it is made at the first start")
    if not os.access(folder, os.W_OK | os.X_OK):
        return Check(
            what="data", is_well=False, words=f"{folder} cannot be written: chown it to whoever runs the server"
        )
    if stat.S_IMODE(folder.stat().st_mode) & 0o077:
        return Check(what="data", is_well=False, words=f"others can look into {folder}: chmod 700 {folder}")
    return Check(what="data", is_well=True, words=str(folder))


def _disk(chosen: Settings) -> Check:
    there = next(parent for parent in (chosen.data, *chosen.data.absolute().parents) if parent.exists())
    free = shutil.disk_usage(there).free // 2**20
    is_well = free >= chosen.free_mib
    mend = "" if is_well else f": make room, {chosen.free_mib} are wanted"
    return Check(what="disk", is_well=is_well, words=f"{free:,} MiB free for {chosen.data}{mend}")


def _clock(now: datetime) -> Check:
    if now < EARLIEST:
        return Check(what="clock", is_well=False, words=f"{now:%Y-%m-%d} cannot be: timedatectl set-ntp true")
    return Check(what="clock", is_well=True, words=f"{now:%Y-%m-%d %H:%M} UTC")


def _port(chosen: Settings) -> Check:
    try:
        with socket.create_server((chosen.host, chosen.port)):
            return Check(what="port", is_well=True, words=f"{chosen.host}:{chosen.port} is free")
    except OSError:
        pass
    words = f"{chosen.host}:{chosen.port} is taken: by this server, or choose another STRIDEGATE_PORT"
    return Check(what="port", is_well=None if _is_served(chosen) else False, words=words)


def _database(chosen: Settings) -> Iterator[Check]:
    file = chosen.sqlite_file()
    if file is not None and not file.exists():
        yield Check(what="database", is_well=None, words=f"{file} is not there yet: it is made at the first start")
        return
    database = Database(chosen.url())
    try:
        revision = database.revision()
    except SQLAlchemyError:
        yield Check(what="database", is_well=False, words=_unreachable(file))
        return
    finally:
        database.close()
    yield Check(what="database", is_well=True, words=f"{database.kind} answers")
    yield _schema(revision)
    yield _copies(chosen)


def _schema(revision: str | None) -> Check:
    latest = latest_revision()
    if revision == latest:
        return Check(what="schema", is_well=True, words=f"{revision}, this release's")
    if revision is not None and revision not in known_revisions():
        return Check(what="schema", is_well=False, words=f"{revision} is of a later release: install that one")
    return Check(what="schema", is_well=False, words=f"{revision or 'none'}, wanted is {latest}: stridegate migrate")


def _copies(chosen: Settings) -> Check:
    if chosen.sqlite_file() is None and (sentence := pg_tools.missing()):
        return Check(what="backup", is_well=False, words=sentence)
    return Check(what="backup", is_well=True, words="can be made: stridegate backup FOLDER")


def _unreachable(file: Path | None) -> str:
    if file is not None:
        return f"{file} cannot be read: stridegate restore BACKUP --replace brings a copy back"
    return "PostgreSQL cannot be reached: systemctl status postgresql, and is STRIDEGATE_DATABASE_URL right?"


def _is_served(chosen: Settings) -> bool:
    """Whether a Stridegate has this data; on PostgreSQL nobody can say who has the port."""
    file = chosen.sqlite_file()
    if file is None or not file.exists():
        return file is None
    try:
        with claim(file):
            return False
    except Mistake:
        return True
