"""Reviewer: measures what arrived, one after the other; the truth of what is due lies in the rows, not here."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime

from sqlmodel import Session

from sensors.errors import SensorError
from sensors.recording import DECODER_VERSION
from server import remeasurement, review, rules_update
from server.around.outage import is_outage
from server.reading.readers import NoReader, Readers
from server.remeasurement import Remeasurer
from server.runs import measuring
from server.runs.measuring import Taken
from server.storage import captures, people, runs, watches
from server.storage.captures import Claim, ReviewRequest
from server.storage.desk import Desk

log = logging.getLogger(__name__)

LOOK_AGAIN_S = 30.0  # another process may have accepted something that nobody woke us for
MEETINGS = 8  # a plan that changes while its runs are measured; nobody changes one eight times in a second


class Reviewer:
    """Woken after each arrival; it also looks by itself, so a wake-up that is lost costs only time.

    Several processes may review over one database: each takes up what no other is at work on.
    """

    def __init__(self, desk: Desk, clock: Callable[[], datetime], readers: Readers, name: str = "the server") -> None:
        self._desk = desk
        self._clock = clock
        self._readers = readers
        self._name = name
        self._woken = asyncio.Event()
        self.noted: Callable[[str], None] = lambda _outcome: None
        self.is_at_work = False
        self._one_at_a_time = asyncio.Lock()
        self._served: dict[str, None] = {}  # runners whose arrivals were taken up, the latest last
        self._remeasurer = Remeasurer(desk, clock, name, read=self._measure, review=self.review)
        self._is_updated = False

    def wake(self) -> None:
        self._woken.set()

    async def run(self) -> None:
        """Review until a mistake of ours ends it; what cannot be measured is marked, and the next one goes on.

        What arrived comes before what an earlier version measured.
        """
        self.is_at_work = True
        try:
            while True:
                self._woken.clear()
                try:
                    await self.review_due()
                    while await self.remeasure_next():
                        await self.review_due()
                except Exception as why:
                    if not is_outage(why):
                        log.exception("the reviewer has ended, and /readyz says so")
                        return
                    log.error("reviews wait for the database: %s", type(why).__name__)
                try:
                    await asyncio.wait_for(self._woken.wait(), LOOK_AGAIN_S)
                except TimeoutError:
                    continue
        finally:
            self.is_at_work = False

    async def review_due(self) -> int:
        """Measure what arrived, people in turn, and decide as soon as all of a runner's arrivals are measured.

        Returns how many sources were taken up.
        """
        async with self._one_at_a_time:
            await self.decide_after_update()
            taken_up, runners = 0, set[str]()
            while request := await self._desk.write(_claim, self._name, self._clock(), tuple(self._served)):
                if not await self._measure(request):
                    break
                taken_up += 1
                runners.add(request.runner_id)
                self._take_turn(request.runner_id)
                if not await self._desk.read(captures.has_new, request.runner_id, DECODER_VERSION):
                    runners.discard(request.runner_id)
                    await self.review(request.runner_id)
            for runner_id in sorted(runners):
                await self.review(runner_id)
            return taken_up

    def _take_turn(self, runner_id: str) -> None:
        self._served.pop(runner_id, None)
        self._served[runner_id] = None

    async def prepare(self) -> None:
        """To be called before the first request is answered; if the database is away, the reviewer makes up for it."""
        try:
            await self.decide_after_update()
        except Exception as why:
            if not is_outage(why):
                raise
            log.error("the decisions after an update wait for the database: %s", type(why).__name__)

    async def decide_after_update(self) -> None:
        """Decide on everybody whose last decision is of an earlier version of the rules, before anything new comes.

        Once in the life of a process; what cannot be decided is decided with the next thing that happens.
        """
        if self._is_updated:
            return
        for runner_id in await self._desk.read(rules_update.runners_to_decide):
            try:
                await self._desk.write(rules_update.decide_first, runner_id, self._clock())
            except Exception as why:
                if is_outage(why):
                    raise
                log.exception("a runner could not be decided on after the update")  # the others go on
        self._is_updated = True

    async def remeasure_next(self) -> bool:
        """One step of measuring again after a new version of the rules or of a decoder; False if none is left."""
        return await self._remeasurer.step()

    async def review(self, runner_id: str) -> None:
        """Bring the sessions of a runner to what is known now, and say what follows."""
        await self.measure_again(runner_id)
        await self._desk.write(_say, runner_id, self._clock())

    async def measure_again(self, runner_id: str) -> None:
        """Measure again what was measured against another yardstick: a late run or a changed plan moves it."""
        for _ in range(MEETINGS):
            try:
                fresh = await self._desk.read(measuring.measured_again, runner_id)
            except SensorError as why:
                log.error("a stored recording cannot be read and is made again: %s", type(why).__name__)
                await self._desk.write(remeasurement.read_all_again, runner_id)
                return
            if (await self._desk.write(measuring.keep, runner_id, fresh)).current:
                return

    async def _measure(self, request: ReviewRequest) -> bool:
        """Read one source; False where nobody can read just now: then it waits."""
        try:
            found = await self._desk.read(measuring.taken, request, self._clock(), self._readers)
        except NoReader as why:
            log.error("a %s waits to be read: %s", request.kind, why)
            await self._desk.write(captures.release, request)
            return False
        except Exception as why:  # whatever one source holds must not stop the others
            if is_outage(why):
                raise  # nothing is known of the source; its claim runs out, and it is taken up again
            log.warning("a %s could not be measured: %s", request.kind, type(why).__name__)
            trouble = str(why) if isinstance(why, SensorError) else "Its bytes could not be read."
            await self._desk.write(captures.review_ended, request, DECODER_VERSION, self._clock(), trouble)
            self.noted("unreadable")
            return True
        await self._desk.write(_save, request, found, self._clock())
        self.noted("measured")
        return True


def _claim(db: Session, name: str, now: datetime, served: tuple[str, ...]) -> ReviewRequest | None:
    return captures.claim_next(db, Claim(by=name, until=now + remeasurement.LEASE), DECODER_VERSION, now, served)


def _save(db: Session, request: ReviewRequest, found: list[Taken], now: datetime) -> None:
    """Keep the runs of a source, unless it was taken away while it was read."""
    if not captures.review_ended(db, request, DECODER_VERSION, now):
        return
    ids = {taken.run.id for taken in found}
    for run in runs.runs_of_source(db, request.runner_id, request.kind, request.source_id):
        if run.id not in ids:
            runs.remove_run(db, request.runner_id, run.id)
    for taken in found:
        runs.save_run(db, taken.run, taken.measured, taken.packed)
    watches.look_soon(db, request.runner_id, now)


def _say(db: Session, runner_id: str, now: datetime) -> None:
    runner = people.person(db, runner_id)
    if runner is not None:
        review.record(db, review.look(db, runner, now))
