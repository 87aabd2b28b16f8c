"""Account: what became of the files that were taken out of watched folders, read beside whoever takes them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from gateway.disk import JournalError, open_to_read
from gateway.shelf_file import places


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAside:
    """A file that the server would not have, and why; it lies where it was found. `taken_at` is ISO 8601 UTC."""

    name: str
    why: str
    taken_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What became of one runner's files: how many still wait here, and how many the server has."""

    server: str
    runner: str
    waiting: int
    delivered: int
    set_aside: tuple[SetAside, ...]


def accounts(data: Path) -> list[Account]:
    """Of every runner whose folder was watched with this data folder. Raises JournalError."""
    return [_account(path) for path in places(data)]


def _account(path: Path) -> Account:
    try:
        with closing(open_to_read(path)) as db:
            server, runner = db.execute("SELECT server, runner FROM shelf").fetchone()
            counts = dict(db.execute("SELECT state, count(*) FROM files GROUP BY state"))
            aside = db.execute("SELECT name, why, taken_at FROM files WHERE state = 'aside' ORDER BY n")
            return Account(
                server=server,
                runner=runner,
                waiting=counts.get("waiting", 0),
                delivered=counts.get("delivered", 0),
                set_aside=tuple(SetAside(name=name, why=why, taken_at=at) for name, why, at in aside),
            )
    except (sqlite3.Error, TypeError) as why:
        raise JournalError(f"{path} cannot be read: {why}") from why
