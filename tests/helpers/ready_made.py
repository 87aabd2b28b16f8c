"""A database with this release's schema, copied from one brought to it once: few tests are about migrations."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from postgres import create, fresh_url

from server.app import open_desk

SQLITE = "sqlite:///"


def sqlite_url(url: str) -> str:
    """The same URL, with the schema behind it where it names a file of SQLite that is not there yet."""
    if url.startswith(SQLITE) and not (file := Path(url.removeprefix(SQLITE))).exists():
        file.write_bytes(_file())
    return url


def postgres_url(socket: str) -> str:
    return fresh_url(socket, _database(socket))


@cache
def _file() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "clinic.db"
        open_desk(f"{SQLITE}{file}").close()
        return file.read_bytes()


@cache
def _database(socket: str) -> str:
    """Its name; nobody may be connected to it while it is copied."""
    name = "ready_made"
    create(socket, name)
    open_desk(f"postgresql://stridegate@/{name}?host={socket}").close()
    return name
