"""Shelf file: where copies of run files are kept, opened with the same care as the journal."""

from __future__ import annotations

import os
import sqlite3
from hashlib import sha256
from pathlib import Path

from gateway.disk import (
    JournalError,
    NotRecording,
    check_version,
    configure,
    lock,
    problem,
    readable,
    set_aside,
    sync_folder,
    version,
)

FILE_NAME = "files.db"
SCHEMA_VERSION = 1  # as the journal's, and checked as it is
SCHEMA = """
CREATE TABLE shelf (server TEXT NOT NULL, runner TEXT NOT NULL) STRICT;
CREATE TABLE files (
    n INTEGER PRIMARY KEY AUTOINCREMENT, sha256 TEXT NOT NULL UNIQUE, name TEXT NOT NULL, size INTEGER NOT NULL,
    taken_at TEXT NOT NULL, state TEXT NOT NULL, why TEXT NOT NULL DEFAULT '', runs INTEGER, body BLOB) STRICT;
CREATE INDEX waiting ON files (n, size) WHERE state = 'waiting';
"""


def place(data: Path, server: str, runner: str) -> Path:
    """Each runner's shelf is a file of its own: SQLite before 3.51.3 may damage one that two processes write."""
    return data / "files" / sha256(f"{server} {runner}".encode()).hexdigest()[:12]


def places(data: Path) -> list[Path]:
    """The file of every shelf in the gateway's data folder."""
    return sorted((data / "files").glob(f"*/{FILE_NAME}"))


def taken_for_good(folder: Path, runner: str) -> sqlite3.Connection:
    """Keep the answer: while it lives, no other process writes here. Raises JournalError, NotRecording."""
    try:
        return lock(folder)
    except NotRecording:
        raise
    except JournalError as why:
        raise JournalError(f"another watch already takes files for runner {runner}") from why


def open_sound(folder: Path, server: str, runner: str, stamp: str) -> sqlite3.Connection:
    """The one writing connection; a broken file is set aside under `stamp` and begun anew. Raises NotRecording.

    What a broken one knew is no loss: the files still lie in their folders, and the server knows its own again.
    """
    try:
        db = _opened(folder, server, runner)
        if db is not None:
            return db
        set_aside(folder, stamp, FILE_NAME)
        db = _opened(folder, server, runner)
    except (OSError, sqlite3.Error) as why:
        raise NotRecording(f"{folder} cannot be written: {why}") from why
    if db is None:
        raise NotRecording(f"{folder} cannot be written: what was just made there is broken")
    return db


def _opened(folder: Path, server: str, runner: str) -> sqlite3.Connection | None:
    """None where what is there is no sound database."""
    path = folder / FILE_NAME
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    db = readable(sqlite3.connect(path, isolation_level=None, check_same_thread=False))
    try:
        db.execute("PRAGMA auto_vacuum = FULL")  # before anything else; what was handed over leaves this disk
        configure(db)
        if version(db) == 0:
            _create(db, server, runner)
            sync_folder(folder)
            sync_folder(folder.parent)
        broken = problem(db)
    except sqlite3.OperationalError:
        db.close()
        raise
    except sqlite3.DatabaseError as why:
        broken = str(why)
    if broken:
        db.close()
        return None
    check_version(db, path)
    return db


def _create(db: sqlite3.Connection, server: str, runner: str) -> None:
    db.execute("BEGIN IMMEDIATE")
    for statement in SCHEMA.split(";\n"):
        db.execute(statement)
    db.execute("INSERT INTO shelf VALUES (?, ?)", (server, runner))
    db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    db.execute("COMMIT")
