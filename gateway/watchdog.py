"""Watchdog: a link that says "connected" and brings nothing is cut; real radios keep such links for ever."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

SILENCE_S = 15.0  # sensors speak every second or two; after this long the link is dead, whatever it says
FIRST_WORD_S = 60.0  # a foot pod that lies on a shelf has nothing to say
LONGEST_PATIENCE_S = 600.0


class Watchdog:
    """`now` is real time in seconds. A link that never spoke is given more time, doubled after each vain reconnect."""

    def __init__(
        self, now: Callable[[], float], silence_s: float = SILENCE_S, first_word_s: float = FIRST_WORD_S
    ) -> None:
        self._now = now
        self._silence_s = silence_s
        self._first_word_s = self._patience_s = first_word_s
        self._since = now()
        self._has_spoken = False
        self.barks = 0

    def watch(self) -> None:
        """A link has just been made."""
        self._since = self._now()
        self._has_spoken = False

    def heard(self) -> None:
        self._since = self._now()
        self._has_spoken = True
        self._patience_s = self._first_word_s

    @property
    def silent_s(self) -> float | None:
        """How long ago the sensor spoke; None where it has not since the link was made."""
        return self._now() - self._since if self._has_spoken else None

    async def wait_for_silence(self) -> None:
        """Return when the link has been silent for too long."""
        while (left_s := self._deadline() - self._now()) > 0:  # noqa: ASYNC110 - time is the event
            await asyncio.sleep(min(left_s, self._silence_s))  # the first word brings the deadline nearer
        self.barks += 1
        if not self._has_spoken:
            self._patience_s = min(2 * self._patience_s, LONGEST_PATIENCE_S)

    def _deadline(self) -> float:
        return self._since + (self._silence_s if self._has_spoken else self._patience_s)
