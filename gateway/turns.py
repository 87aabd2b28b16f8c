"""Turns: which of the waiting files is offered next, so that one at which the server stumbles stops no other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial

from gateway.clock import SECOND_NS, Clock
from gateway.shelf import Shelf, Waiting
from gateway.sync import backoff_s
from gateway.threads import in_thread

TRIES = 2  # in a row; the first may have met a line that was cut, twice is a file at which the server breaks


class Turns:
    """The one that waited longest has its turn; `postponed` holds those that must let others by, with the reason."""

    def __init__(self, shelf: Shelf, clock: Clock, jitter: Callable[[], float]) -> None:
        self.postponed: dict[int, str] = {}
        self._shelf, self._clock, self._jitter = shelf, clock, jitter
        self._stumbled: Counter[int] = Counter()
        self._again_ns = 0

    async def next(self) -> Waiting | None:
        """None where nothing waits but what is postponed."""
        if self._clock.monotonic_ns() >= self._again_ns:
            self.postponed.clear()
        return await in_thread(partial(self._shelf.first, tuple(self.postponed)))

    def stumbled(self, file: Waiting, why: str) -> None:
        """The server answers, but not to this file: after the second time it waits, longer each time."""
        self._stumbled[file.n] += 1
        if self._stumbled[file.n] >= TRIES:
            self.postponed[file.n] = why
            pause_s = backoff_s(self._stumbled[file.n], self._jitter())
            self._again_ns = self._clock.monotonic_ns() + round(pause_s * SECOND_NS)
