"""Claim: one process at a time serves, restores or copies the SQLite file of a data folder."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from server.mistake import Mistake


@contextmanager
def claim(database: Path | None) -> Iterator[None]:
    """Hold the file until the block ends; None is PostgreSQL, which several processes share.

    Raises Mistake where another process has it.
    """
    if database is None:
        yield
        return
    with _opened(database.with_name(f"{database.name}.claim")) as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as why:
            raise Mistake(
                f"Another Stridegate works on {database}: stop it first, or move the clinic to PostgreSQL "
                "(`stridegate copy-to`), which several can share."
            ) from why
        yield


def _opened(file: Path) -> IO[str]:
    try:
        return file.open("a")
    except OSError as why:
        raise Mistake(f"{file} cannot be written: {why.strerror}.") from why
