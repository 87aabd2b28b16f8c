"""Heard: what the database answered, good for as long as nobody has written; what time changes is never kept.

A file of SQLite says cheaply whether anybody wrote since: the same `mark`, the same rows. Facts are remembered by that
mark alone, and every question about time is asked of the facts anew.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Any, Protocol, cast

MOST = 20_000  # answers, each of a few rows
Question = tuple[Hashable, ...]  # a statement that was built once, and its values
Answers = dict[Question, Any]


class NotHeard(Exception):
    """This was not asked since somebody wrote last, or is nothing to be answered while everybody waits."""


class Mark(Protocol):
    """A number that is another one as soon as anybody has written; None where none is to be had."""

    def now(self) -> int | None: ...

    def close(self) -> None: ...


class NoMark:
    """PostgreSQL has none that costs less than to ask."""

    def now(self) -> None:
        return None

    def close(self) -> None: ...


def this_second() -> int:
    """The mark of whoever may be a second late."""
    return int(time.monotonic())


class FileMark:
    """Of a file of SQLite, whichever process writes it. It looks into shared memory and never waits for the disk."""

    def __init__(self, path: str) -> None:
        self._address = f"{Path(path).absolute().as_uri()}?mode=rw"  # one that is not there is not made
        self._file: sqlite3.Connection | None = None
        self._look: sqlite3.Cursor | None = None

    def now(self) -> int | None:
        try:
            if self._look is None:
                self._file = sqlite3.connect(self._address, timeout=0, check_same_thread=False, uri=True)
                self._look = self._file.cursor()
            ((mark,),) = self._look.execute("PRAGMA data_version").fetchall()
        except sqlite3.Error:  # somebody sets the file right, or it is gone: whoever asks it is told
            return None
        return cast(int, mark)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = self._look = None


class Heard:
    """Stands in for a transaction that only asks. Whatever it cannot tell raises NotHeard."""

    def __init__(self, mark: Callable[[], int | None]) -> None:
        self.mark = mark
        self._mark: int | None = None
        self._answers: Answers = {}

    def at(self, mark: int | None) -> Heard:
        """What was heard at this mark; of another one, and of none, nothing is known."""
        return self if mark is not None and mark == self._mark else _NOTHING

    def keep(self, mark: int | None, answers: Answers) -> None:
        """Answers of a transaction that began after this mark, unless there is another by now."""
        if mark is None or self.mark() != mark:
            return
        if mark != self._mark or len(self._answers) + len(answers) > MOST:
            self._mark, self._answers = mark, {}
        self._answers.update(answers)

    def tell(self, question: Question) -> Any:
        """What was answered. Raises NotHeard where it was not asked."""
        try:
            return self._answers[question]
        except KeyError as why:
            raise NotHeard from why

    def __getattr__(self, name: str) -> Any:
        raise NotHeard(name)


_NOTHING = Heard(lambda: None)
