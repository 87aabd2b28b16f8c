"""Disk: how the journal's file is opened, guarded against a second gateway, and set aside when it is broken."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from shutil import disk_usage
from urllib.parse import quote

FILE_NAME = "journal.db"
SCHEMA_VERSION = 1
BALLAST_NAME = "ballast"
BALLAST_BYTES = 8 * 2**20  # given up when the disk is full: some ten hours of three sensors
BALLAST_SHARE = 20  # and only taken where the disk has this many times as much

SCHEMA = """
CREATE TABLE captures (
    id TEXT PRIMARY KEY, runner TEXT NOT NULL, started_at TEXT NOT NULL, ended_at TEXT, state TEXT NOT NULL,
    why TEXT NOT NULL DEFAULT '', received INTEGER NOT NULL DEFAULT 0, dropped INTEGER NOT NULL DEFAULT 0,
    completed_ns INTEGER) STRICT;
CREATE TABLE packets (
    capture TEXT NOT NULL REFERENCES captures(id), n INTEGER NOT NULL, boot TEXT NOT NULL, mono_ns INTEGER NOT NULL,
    wall_ns INTEGER NOT NULL, adapter TEXT NOT NULL, sensor TEXT NOT NULL, characteristic TEXT NOT NULL,
    payload BLOB NOT NULL, crc32 INTEGER NOT NULL, PRIMARY KEY (capture, n)) STRICT, WITHOUT ROWID;
CREATE TABLE chunks (
    capture TEXT NOT NULL REFERENCES captures(id), seq INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
    packets INTEGER NOT NULL, bytes INTEGER NOT NULL, sha256 TEXT NOT NULL, acknowledged INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (capture, seq)) STRICT, WITHOUT ROWID;
CREATE TABLE sensors (
    capture TEXT NOT NULL REFERENCES captures(id), address TEXT NOT NULL, facts TEXT NOT NULL,
    PRIMARY KEY (capture, address)) STRICT, WITHOUT ROWID;
CREATE TABLE boots (boot TEXT PRIMARY KEY, offset_ns INTEGER NOT NULL, trusted INTEGER NOT NULL) STRICT;
"""


# Added to a journal that lacks it: how long this gateway has been running in all. `completed_ns` is counted on it,
# because everything would be deleted at once when a wall clock is set years ahead.
RUNNING_TIME = "CREATE TABLE IF NOT EXISTS running_time (ns INTEGER NOT NULL) STRICT"
WALL_CLOCK_NS = 10**18  # a larger `completed_ns` is of an earlier release, by the wall clock


class JournalError(Exception):
    """The journal cannot be used; the sentence says why and what to do."""


class NotRecording(JournalError):
    """The disk failed: nothing that comes from now on is kept, and everybody must hear it."""


def open_to_write(folder: Path) -> sqlite3.Connection:
    """The journal's only writing connection, made new where there is none.

    Raises NotRecording where the folder cannot be written.
    """
    path = folder / FILE_NAME
    try:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        db = readable(sqlite3.connect(path, isolation_level=None, check_same_thread=False))
        configure(db)
        if version(db) == 0:
            _create(db)
            sync_folder(folder)
        _count_running_time(db)
    except (OSError, sqlite3.Error) as why:
        raise NotRecording(f"NOT RECORDING: {path} cannot be written: {why}") from why
    check_version(db, path)
    return db


def open_to_read(path: Path) -> sqlite3.Connection:
    """A connection beside the writer's, to look and not to touch."""
    db = readable(sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode=ro", uri=True, isolation_level=None))
    check_version(db, path)
    return db


def readable(db: sqlite3.Connection) -> sqlite3.Connection:
    """A letter that the disk has altered must not stop the reading of the rest; the row's checksum will tell."""
    db.text_factory = lambda text: text.decode("utf-8", "replace")
    return db


def configure(db: sqlite3.Connection) -> None:
    """FULL is not stored in the file: without it a power cut takes back what was called saved."""
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA foreign_keys = ON")
    db.execute("PRAGMA busy_timeout = 5000")


def lock(folder: Path) -> sqlite3.Connection:
    """Keep the answer: while it lives, no other gateway can record into the folder; a kill -9 lets go of it.

    Raises JournalError where another gateway is at work, NotRecording where the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        guard = sqlite3.connect(folder / "lock.db", isolation_level=None, timeout=0, check_same_thread=False)
        guard.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as why:
        if why.sqlite_errorcode == sqlite3.SQLITE_BUSY:
            raise JournalError(f"another gateway is recording into {folder}") from why
        raise NotRecording(f"NOT RECORDING: {folder} cannot be written: {why}") from why
    except OSError as why:
        raise NotRecording(f"NOT RECORDING: {folder} cannot be written: {why}") from why
    return guard


def problem(db: sqlite3.Connection) -> str:
    """SQLite's own word on the file; empty where it is sound."""
    try:
        word = str(db.execute("PRAGMA quick_check(1)").fetchone()[0])
    except sqlite3.DatabaseError as why:
        return str(why)
    return "" if word == "ok" else word


def set_aside(folder: Path, stamp: str, name: str = FILE_NAME) -> Path:
    """Rename a broken database, its log beside it, so that a new one can be begun; return its new name."""
    aside = folder / f"{Path(name).stem}.corrupt.{stamp}.db"
    for suffix in ("", "-wal", "-shm"):
        old = folder / f"{name}{suffix}"
        if old.exists():
            old.rename(f"{aside}{suffix}")
    sync_folder(folder)
    return aside


def take_ballast(folder: Path) -> None:
    """Occupy some space in good times."""
    path = folder / BALLAST_NAME
    if not path.exists() and disk_usage(folder).free > BALLAST_SHARE * BALLAST_BYTES:
        path.write_bytes(bytes(BALLAST_BYTES))


def drop_ballast(folder: Path) -> None:
    """Give it back when the disk is full."""
    (folder / BALLAST_NAME).unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """A new file is safe only when its name in the folder is on disk too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def version(db: sqlite3.Connection) -> int:
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def check_version(db: sqlite3.Connection, path: Path) -> None:
    found = version(db)
    if found != SCHEMA_VERSION:
        raise JournalError(f"{path} is of version {found}; this release reads version {SCHEMA_VERSION}")


def _create(db: sqlite3.Connection) -> None:
    db.execute("BEGIN IMMEDIATE")
    for statement in SCHEMA.split(";\n"):
        db.execute(statement)
    db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    db.execute("COMMIT")


def _count_running_time(db: sqlite3.Connection) -> None:
    db.execute("BEGIN IMMEDIATE")
    db.execute(RUNNING_TIME)
    db.execute("INSERT INTO running_time SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM running_time)")
    since_now = "UPDATE captures SET completed_ns = (SELECT ns FROM running_time) WHERE completed_ns > ?"
    db.execute(since_now, (WALL_CLOCK_NS,))
    db.execute("COMMIT")
