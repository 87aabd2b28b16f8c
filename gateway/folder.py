"""Folder: which files lie in a watched folder, and which of them nobody is writing any more."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gateway.clock import SECOND_NS, Clock

# Watches copy with pauses of a second or two, and their disks keep times to two seconds only; a synced folder on a slow
# line stands still for longer. Half a run that is taken for a whole one would count as a run of its own.
SETTLED_S = 10.0
LARGEST_BYTES = 32 * 2**20  # as the server; ten times the longest run of a hundred real ones
TEMPORARY = (".tmp", ".temp", ".part", ".partial", ".filepart", ".crdownload", ".download", ".swp", ".bak~", ".!sync")


class Changed(Exception):
    """The file was being written while it was read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How a file looks from outside; one that is written to soon looks different."""

    size: int
    mtime_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A file, and what to call it: its path below the watched folder, fit to be shown."""

    path: Path
    name: str
    shape: Shape

    def read(self) -> bytes:
        """The bytes, unchanged since they were found and while they were read. Raises Changed, OSError."""
        with self.path.open("rb") as file:
            before = _shape(os.fstat(file.fileno()))
            body = file.read(self.shape.size + 1)
            after = _shape(os.fstat(file.fileno()))
        if not self.shape == before == after or len(body) != self.shape.size:
            raise Changed(f"{self.name} is still being written")
        return body


@dataclass(slots=True)
class _Known:
    shape: Shape
    since_ns: int
    is_done: bool = False


class Folder:
    """Look as often as you like; `growing` says how many files wait to be whole, `trouble` what cannot be looked into.

    Only looking helps: network disks tell nobody of a new file.
    """

    def __init__(self, path: Path, clock: Clock) -> None:
        self.path = path
        self.growing = 0
        self.trouble = ""
        self._clock = clock
        self._known: dict[Path, _Known] = {}

    def look(self) -> list[Found]:
        """Every file that has settled and was not `done` with as it is, the oldest first."""
        now_ns, before, self._known = self._clock.monotonic_ns(), self._known, {}
        self.trouble, self.growing = "", 0
        settled = []
        for path, shape in self._files():
            known = before.get(path)
            if known is None or known.shape != shape:
                known = _Known(shape, now_ns)
            self._known[path] = known
            if known.is_done or shape.size == 0:
                continue
            if now_ns - known.since_ns >= SETTLED_S * SECOND_NS:
                settled.append(Found(path=path, name=_label(path.relative_to(self.path)), shape=shape))
            else:
                self.growing += 1
        return sorted(settled, key=lambda found: (found.shape.mtime_ns, found.path))

    def done(self, found: Found) -> None:
        """There is no need to name it again before it changes."""
        known = self._known.get(found.path)
        if known is not None and known.shape == found.shape:
            known.is_done = True

    def forget(self) -> None:
        """Name everything again."""
        self._known.clear()

    def _files(self) -> Iterator[tuple[Path, Shape]]:
        """Every regular file below, but for hidden and temporary ones; links are not followed."""
        folders = [self.path]
        while folders:
            for entry in self._entries(folders.pop()):
                try:
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(Path(entry.path))
                    elif entry.is_file(follow_symlinks=False):
                        yield Path(entry.path), _shape(entry.stat(follow_symlinks=False))
                except OSError:
                    continue  # gone again since it was listed

    def _entries(self, folder: Path) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(folder) as entries:
                return [entry for entry in entries if not _is_passing(entry.name)]
        except OSError as why:
            self.trouble = f"{folder} cannot be looked into: {why.strerror}"
            return []


def _is_passing(name: str) -> bool:
    """Hidden, or of those that programs make while they write another."""
    return name.startswith((".", "~")) or name.endswith("~") or name.lower().endswith(TEMPORARY)


def _shape(found: os.stat_result) -> Shape:
    return Shape(size=found.st_size, mtime_ns=found.st_mtime_ns)


def _label(path: Path) -> str:
    """A disk may hold a name that is no text, or one that would paint the screen."""
    text = os.fsencode(path).decode("utf-8", "replace")
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)
