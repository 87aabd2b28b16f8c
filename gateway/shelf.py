"""Shelf: run files out of watched folders, each content once, kept here until the server has said that it has them.

What waits is a copy, for a watch may be unplugged while the server is away. It goes as soon as the server has answered:
the file itself stays where it was found, and nobody here ever alters or deletes that one.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from gateway.disk import NotRecording
from gateway.shelf_file import open_sound, place, taken_for_good


class NoRoom(Exception):
    """The disk is full: nothing was changed, and somebody may make room."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One file that the server has not answered for; `name` is what it was called when it was found."""

    n: int
    sha256: str
    name: str
    body: bytes

    @property
    def is_sound(self) -> bool:
        """Whether the bytes still are those that were found."""
        return sha256(self.body).hexdigest() == self.sha256


class Shelf:
    """One runner's files for one server. Every change is on disk when its method returns; one thread at a time.

    Its methods raise NoRoom where the disk is full, and NotRecording where it is broken.
    """

    def __init__(self, db: sqlite3.Connection, guard: sqlite3.Connection | None = None) -> None:
        self._db, self._guard = db, guard

    @classmethod
    def open(cls, data: Path, server: str, runner: str, stamp: str) -> Shelf:
        """The shelf in the gateway's data folder, for this process alone; a broken one is set aside and begun anew.

        `stamp` becomes part of a broken file's new name. Raises NotRecording where it cannot be written, JournalError
        where another process has it.
        """
        try:
            data.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as why:
            raise NotRecording(f"{data} cannot be written: {why.strerror}") from why
        folder = place(data, server, runner)
        guard = taken_for_good(folder, runner)
        try:
            return cls(open_sound(folder, server, runner, stamp), guard)
        except Exception:
            guard.close()
            raise

    def close(self) -> None:
        self._db.close()
        if self._guard is not None:
            self._guard.close()

    def take(self, name: str, body: bytes, taken_at: str) -> bool:
        """Keep a file for the server; False where the same bytes were taken before, whatever their name was."""
        words = {"sha256": sha256(body).hexdigest(), "name": name, "size": len(body), "taken_at": taken_at}
        return self._add(words | {"state": "waiting", "body": body})

    def refuse(self, name: str, size: int, taken_at: str, why: str) -> bool:
        """Set a file aside unread; its name and size stand for its content. False where it was set aside before."""
        stands_for = sha256(f"{size} {name}".encode()).hexdigest()
        words = {"sha256": stands_for, "name": name, "size": size, "taken_at": taken_at}
        return self._add(words | {"state": "aside", "why": why})

    def first(self, but: Collection[int] = ()) -> Waiting | None:
        """What is to be handed over next: the one that has waited longest, `but` not those of these numbers."""
        others = ", ".join("?" * len(but))
        asked = f"SELECT n, sha256, name, body FROM files WHERE state = 'waiting' AND n NOT IN ({others})"  # noqa: S608  # nosec B608
        row = self._do(f"{asked} ORDER BY n LIMIT 1", *but).fetchone()
        return None if row is None else Waiting(n=row[0], sha256=row[1], name=row[2], body=row[3])

    def waiting(self) -> tuple[int, int]:
        """How many files wait, and how many bytes they are."""
        asked = "SELECT count(*), coalesce(sum(size), 0) FROM files WHERE state = 'waiting'"
        count, size = self._do(asked).fetchone()
        return count, size

    def deliver(self, file: Waiting, runs: int) -> None:
        """The server has said that it has this file on its disk."""
        self._do("UPDATE files SET state = 'delivered', runs = ?, body = NULL WHERE n = ?", runs, file.n)

    def set_aside(self, file: Waiting, why: str) -> None:
        """The server will not have it: it is not offered again before somebody asks for that."""
        self._do("UPDATE files SET state = 'aside', why = ?, body = NULL WHERE n = ?", why, file.n)

    def forget(self, file: Waiting) -> None:
        """As if it had never been found."""
        self._do("DELETE FROM files WHERE n = ?", file.n)

    def forget_set_aside(self) -> int:
        """What was set aside is as if it had never been found; return how many that were."""
        return self._do("DELETE FROM files WHERE state = 'aside'").rowcount

    def _add(self, words: dict[str, Any]) -> bool:
        names, places = ", ".join(words), ", ".join("?" * len(words))
        asked = f"INSERT INTO files ({names}) VALUES ({places}) ON CONFLICT (sha256) DO NOTHING"  # noqa: S608 - ours  # nosec B608
        return self._do(asked, *words.values()).rowcount == 1

    def _do(self, asked: str, *words: object) -> sqlite3.Cursor:
        """One statement is one transaction, which in WAL with FULL ends only when the bytes are on disk."""
        try:
            return self._db.execute(asked, words)
        except sqlite3.Error as why:
            if getattr(why, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL:
                raise NoRoom("the disk is full, so no more files are taken; make room, and nothing is lost") from why
            raise NotRecording(f"the copies of run files cannot be written: {why}") from why
