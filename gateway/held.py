"""Held: how much of each runner is still on this disk, so that the server does not decide without it."""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

from gateway.account import accounts
from gateway.disk import FILE_NAME, JournalError, open_to_read
from gateway.ledger import CaptureRow, Ledger


def held_here(data: Path, server: str) -> dict[str, int]:
    """Packets and run files that this server does not have, by runner. Raises JournalError."""
    held = files_held(data, server)
    if (data / FILE_NAME).exists():
        try:
            with closing(Ledger(open_to_read(data / FILE_NAME))) as journal:
                held.update(packets_held(journal))
        except sqlite3.Error as why:
            raise JournalError(f"the journal in {data} cannot be read: {why}") from why
    return dict(held)


def files_held(data: Path, server: str) -> Counter[str]:
    """Run files that wait for this server, by runner. Raises JournalError."""
    held: Counter[str] = Counter()
    for account in accounts(data):
        if account.server == server:
            held[account.runner] += account.waiting
    return held


def packets_held(journal: Ledger) -> Counter[str]:
    """Packets that the server does not have, by runner."""
    held: Counter[str] = Counter()
    for capture in journal.captures():
        held[capture.runner] += pending_packets(capture)
    return held


def pending_packets(capture: CaptureRow) -> int:
    """Packets of a capture that the server does not have; at least one until it is complete, for its end is missing."""
    is_done = capture.state in ("complete", "forgotten")
    return 0 if is_done else max(1, capture.journaled - capture.uploaded)
