"""Live: the latest values of a run, for whoever looks on; best effort, never an upload, and in nobody's way."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gateway import cancelling
from gateway.glance import Glance
from gateway.recorder import MOVING_MPS
from gateway.token import read_token
from gateway.upload import Server, TryLater, session

TIMEOUT_S = 2.0  # what comes later than this is no longer live
EVERY_S = 1.0
LONGEST_PAUSE_S = 60.0  # a server that is away may have come back
UNKNOWN_PAUSE_S = 300.0  # one that knows nothing of live values must be updated first
LONGEST_STEP_S = 120.0  # between two looks; a laptop that slept was no runner who ran

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Course:
    """How long somebody has been running, since this gateway began to look."""

    capture: str
    looked_s: float
    running_s: float = 0.0

    def look(self, elapsed_s: float, is_moving: bool) -> None:
        step_s, self.looked_s = elapsed_s - self.looked_s, elapsed_s
        if is_moving and 0 < step_s <= LONGEST_STEP_S:
            self.running_s += step_s


class Live:
    """Say what there is to see whenever you like: the latest word about each runner goes, what is older is dropped."""

    def __init__(self, server: str, token_file: Path, ca_file: Path | None = None) -> None:
        self._server, self._token_file, self._ca_file = server, token_file, ca_file
        self._words: dict[str, dict[str, Any]] = {}
        self._courses: dict[str, _Course] = {}
        self._news = asyncio.Event()
        self._vain = 0

    def say(self, runner: str, capture: str, at: str, elapsed_s: float, values: Glance) -> None:
        """Returns at once. `at` is ISO 8601 UTC; `elapsed_s` counts from the start of the session."""
        course = self._courses.get(runner)
        if course is None or course.capture != capture:
            course = self._courses[runner] = _Course(capture, elapsed_s)
        course.look(elapsed_s, (values["speed_mps"] or 0.0) > MOVING_MPS)
        times = {"at": at, "elapsed_s": elapsed_s, "running_s": round(course.running_s, 1)}
        self._words[runner] = {"capture": capture, **times, **values}
        self._news.set()

    async def run(self) -> None:
        """Never returns; end it by cancelling. Nothing that goes wrong here is worth more than a pause."""
        async with session(self._ca_file) as http:  # connections of its own: none of them is missing elsewhere
            while True:
                cancelling.heed()
                await self._news.wait()
                self._news.clear()
                words, self._words = self._words, {}
                try:
                    server = Server(http, self._server, read_token(self._token_file))
                    async with asyncio.timeout(TIMEOUT_S):
                        await asyncio.gather(*(server.live(runner, some) for runner, some in words.items()))
                    self._vain = 0
                    pause_s = EVERY_S
                except Exception as why:  # noqa: BLE001 - a picture must not stop the recording, whatever it is
                    log.debug("no live view: %s", why)
                    pause_s = self._pause_s(why)
                await asyncio.sleep(pause_s)

    def _pause_s(self, why: Exception) -> float:
        """Soon again where the server is slow or away, late where it does not know or does not want this."""
        if isinstance(why, TryLater | TimeoutError):
            self._vain += 1
            return min(LONGEST_PAUSE_S, max(why.after_s if isinstance(why, TryLater) else 0.0, 2.0**self._vain))
        return UNKNOWN_PAUSE_S
