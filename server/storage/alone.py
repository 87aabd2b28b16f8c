"""Alone: one server at a time on one SQLite file; the system lets go of the mark when the process ends, however."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from server.mistake import Mistake


class Alone:
    """Held until it is released."""

    def __init__(self, database: Path) -> None:
        """Raise Mistake where another server holds the same file."""
        self._mark = os.open(f"{database}.server", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as why:
            os.close(self._mark)
            raise Mistake(
                f"Another Stridegate server works on {database}; several servers need PostgreSQL "
                "(STRIDEGATE_DATABASE_URL)."
            ) from why

    def release(self) -> None:
        os.close(self._mark)
