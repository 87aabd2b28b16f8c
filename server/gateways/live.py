"""Live: what gateways say of a run while it goes on is passed to whoever looks on; only the last word stays in mind."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

Words = Mapping[str, Any]

BEHIND = 8  # words that somebody may be behind, at one a second; then they are cut, and ask anew
MOST_LOOKING = 16  # at one runner, from one server process


class TooMany(Exception):
    """Enough look on at this runner already."""


class Looker:
    """One who looks on: a short queue of words. `None` in it means that there is nothing more to come."""

    def __init__(self) -> None:
        self.words: asyncio.Queue[Words | None] = asyncio.Queue(BEHIND)
        self.is_cut = False

    def cut(self) -> None:
        """End it, whatever still waits to be read."""
        self.is_cut = True
        while not self.words.empty():
            self.words.get_nowait()
        self.words.put_nowait(None)


class Live:
    """Of one server process. A word never waits for anybody: who does not keep up is cut, and only they."""

    def __init__(self) -> None:
        self._lookers: dict[str, set[Looker]] = {}
        self._last: dict[str, tuple[datetime, Words]] = {}

    def last(self, runner_id: str) -> tuple[datetime, Words] | None:
        """The last word that this server process heard, and when, for a page that is only looked at now and then."""
        return self._last.get(runner_id)

    def remember(self, runner_id: str, words: Words, now: datetime) -> None:
        self._last[runner_id] = now, words

    def say(self, runner_id: str, words: Words) -> None:
        lookers = self._lookers.get(runner_id, set())
        for looker in list(lookers):
            try:
                looker.words.put_nowait(words)
            except asyncio.QueueFull:
                lookers.discard(looker)
                looker.cut()

    @contextmanager
    def looking(self, runner_id: str) -> Iterator[Looker]:
        """Look on until the block ends. Raises TooMany."""
        lookers = self._lookers.setdefault(runner_id, set())
        if len(lookers) >= MOST_LOOKING:
            raise TooMany
        looker = Looker()
        lookers.add(looker)
        try:
            yield looker
        finally:
            lookers.discard(looker)
            if not lookers and self._lookers.get(runner_id) is lookers:
                del self._lookers[runner_id]

    def close(self, runner_id: str) -> None:
        """Nobody looks on at this runner any more."""
        self._last.pop(runner_id, None)
        for looker in self._lookers.pop(runner_id, set()):
            looker.cut()

    def close_all(self) -> None:
        for runner_id in list(self._lookers):
            self.close(runner_id)
