"""Status: what a journal holds, read beside a running gateway without disturbing it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from gateway.disk import FILE_NAME, JournalError, open_to_read
from gateway.joined import joined
from gateway.ledger import CaptureRow, Ledger
from gateway.window import look_in
from sensors.packet import Packet


def status(folder: Path) -> dict[str, Any]:
    """Every capture with its counts, what is still to be uploaded, how far it has come with its server, and "now":
    what a gateway that runs says (`Now.words`), None where none does.

    Raises JournalError where there is nothing at all or it cannot be read.
    """
    known = joined(folder)
    captures: list[CaptureRow] = []
    if (folder / FILE_NAME).exists() or not any(known.values()):
        with reading(folder) as journal:
            captures = journal.captures()
    held = [capture for capture in captures if capture.state not in ("complete", "forgotten")]
    return {
        "journal": str(folder / FILE_NAME),
        "sqlite": sqlite3.sqlite_version,
        "packets_held": sum(capture.journaled - capture.uploaded for capture in held),
        "captures": [asdict(capture) for capture in captures],
        "now": look_in(folder),
        **known,
    }


def replay(folder: Path, capture: str) -> Iterator[Packet]:
    """The packets of one capture in their order; a unique beginning of its id is enough."""
    with reading(folder) as journal:
        yield from journal.packets(the_capture(journal, capture))


def the_capture(journal: Ledger, begins: str) -> str:
    """The id of the one capture that begins so. Raises JournalError."""
    ids = [row.id for row in journal.captures() if row.id.startswith(begins)]
    if len(ids) != 1:
        raise JournalError(f"{'no capture' if not ids else 'more than one capture'} begins with {begins}")
    return ids[0]


@contextmanager
def reading(folder: Path) -> Iterator[Ledger]:
    path = folder / FILE_NAME
    if not path.exists():
        raise JournalError(f"there is no journal in {folder}")
    try:
        with closing(Ledger(open_to_read(path))) as journal:
            yield journal
    except sqlite3.Error as why:
        raise JournalError(f"{path} cannot be read: {why}") from why
