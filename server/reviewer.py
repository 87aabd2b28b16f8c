"""Reviewer: measures what arrived, one after the other; the truth of what is due lies in the rows, not here."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime

from sqlmodel import Session

from sensors.errors import SensorError
from server import measuring, review
from server.reading.readers import NoReader, Readers
from server.storage import captures, people, runs
from server.storage.captures import ReviewRequest
from server.storage.desk import Desk
from server.storage.runs import Run

log = logging.getLogger(__name__)

LOOK_AGAIN_S = 30.0  # another process may have accepted something that nobody woke us for


class Reviewer:
    """Woken after each arrival; it also looks by itself, so a wake-up that is lost costs only time."""

    def __init__(self, desk: Desk, clock: Callable[[], datetime], readers: Readers) -> None:
        self._desk = desk
        self._clock = clock
        self._readers = readers
        self._woken = asyncio.Event()

    def wake(self) -> None:
        self._woken.set()

    async def run(self) -> None:
        """Review for ever; a source that cannot be measured is marked and shown, and the next one goes on."""
        while True:
            self._woken.clear()
            await self.review_due()
            try:
                await asyncio.wait_for(self._woken.wait(), LOOK_AGAIN_S)
            except TimeoutError:
                continue

    async def review_due(self) -> int:
        """Measure everything that waits and say what follows; returns how many sources were taken up."""
        due = await self._desk.read(captures.reviews_due)
        for request in due:
            await self._measure(request)
        for runner_id in sorted({request.runner_id for request in due}):
            await self.measure_again(runner_id)
            await self._desk.write(_say, runner_id, self._clock())
        return len(due)

    async def measure_again(self, runner_id: str) -> None:
        """Measure again what was measured against another yardstick: a late run or a changed plan moves it."""
        for run in await self._desk.read(measuring.outdated, runner_id):
            again = await self._desk.read(measuring.measured_again, run)
            await self._desk.write(runs.save_run, *again)

    async def _measure(self, request: ReviewRequest) -> None:
        try:
            found = await self._desk.read(measuring.measured, request, self._clock(), self._readers)
        except NoReader as why:
            log.error("a %s waits to be read: %s", request.kind, why)
            return
        except Exception as why:  # noqa: BLE001  # whatever one source holds must not stop the others
            log.warning("a %s could not be measured: %s", request.kind, type(why).__name__)
            trouble = str(why) if isinstance(why, SensorError) else "Its bytes could not be read."
            await self._desk.write(captures.review_failed, request, trouble)
            return
        await self._desk.write(_save, request, found, self._clock())


def _save(db: Session, request: ReviewRequest, found: list[tuple[Run, bytes]], now: datetime) -> None:
    for run, packed in found:
        runs.save_run(db, run, packed)
    captures.review_done(db, request, now)


def _say(db: Session, runner_id: str, now: datetime) -> None:
    runner = people.person(db, runner_id)
    if runner is not None:
        review.record(db, review.look(db, runner, now))
