"""Salvage: a broken journal is set aside, and what can still be read of it goes into a new one."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from gateway.disk import NotRecording, problem, readable, set_aside
from gateway.journal import Journal
from gateway.ledger import is_sound

_NEEDED = ("open", "interrupted", "closed", "parked")  # of the others the server has everything


def open_sound(folder: Path, stamp: str) -> tuple[Journal, str]:
    """The journal in `folder`, sound; and a sentence on what was broken, empty where nothing was.

    `stamp` becomes part of a broken file's new name. Raises what Journal.open raises.
    """
    try:
        journal = Journal.open(folder)
        broken = problem(journal.db)
    except NotRecording as why:
        if not isinstance(why.__cause__, sqlite3.DatabaseError) or isinstance(why.__cause__, sqlite3.OperationalError):
            raise
        broken = str(why.__cause__)
    else:
        if not broken:
            return journal, ""
        journal.close()
    aside = set_aside(folder, stamp)
    journal = Journal.open(folder)
    saved = salvage(aside, journal)
    return journal, f"the journal was broken ({broken}) and is kept as {aside.name}; {saved:,} packets were saved"


def salvage(aside: Path, journal: Journal) -> int:
    """Copy the captures that the server does not have whole; return how many packets could be saved."""
    saved = 0
    try:
        old = readable(sqlite3.connect(aside, isolation_level=None))
    except sqlite3.Error:
        return 0
    with journal.transaction():
        for row in _rows(old, f"SELECT * FROM captures WHERE state IN {_NEEDED}"):  # noqa: S608 - our own words  # nosec B608
            _insert(journal, "captures", row)
            for table in ("chunks", "sensors"):
                for other in _rows(old, f"SELECT * FROM {table} WHERE capture = ?", row[0]):  # noqa: S608  # nosec B608
                    _insert(journal, table, other)
            for packet in _packets(old, row[0]):
                saved += 1
                _insert(journal, "packets", packet)
            journal.mend(row[0])
    old.close()
    return saved


def _packets(old: sqlite3.Connection, capture: str) -> Iterator[tuple[Any, ...]]:
    """The sound packets: from the front up to the first broken page, then from the back."""
    last = -1
    for row in _rows(old, "SELECT * FROM packets WHERE capture = ? ORDER BY n", capture):
        last = row[1]
        if is_sound(row):
            yield row
    for row in _rows(old, "SELECT * FROM packets WHERE capture = ? AND n > ? ORDER BY n DESC", capture, last):
        if is_sound(row):
            yield row


def _rows(old: sqlite3.Connection, question: str, *words: Any) -> Iterator[tuple[Any, ...]]:
    """Rows as far as they can be read."""
    try:
        yield from old.execute(question, words)
    except sqlite3.DatabaseError:
        return


def _insert(journal: Journal, table: str, row: tuple[Any, ...]) -> None:
    places = ", ".join("?" * len(row))
    journal.db.execute(f"INSERT OR IGNORE INTO {table} VALUES ({places})", row)  # noqa: S608 - our own names
