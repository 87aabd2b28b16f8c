"""Re-measurement: after a new version of the rules or of a decoder, one short step after another, the latest first."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Collection
from datetime import datetime, timedelta

from sqlmodel import Session

from rules.version import RULES_VERSION
from sensors.errors import SensorError
from sensors.recording import DECODER_VERSION
from server import review
from server.around.outage import is_outage
from server.runs import measuring
from server.runs.sessions import HAND
from server.storage import captures, people, runs, sessions
from server.storage.captures import Claim, ReviewRequest
from server.storage.desk import Desk
from server.storage.sessions import Training

log = logging.getLogger(__name__)

BATCH = 20  # sessions measured before new arrivals get their turn; about 10 s on a small computer
LEASE = timedelta(minutes=10)  # reading may take four; a process that is gone for longer has ended
EARLIEST = measuring.EARLIEST


class Remeasurer:
    """Reads and measures again what an earlier version did: first what the rules look at, of everybody, then the rest.

    `read` reads one source and is False if that is not possible just now; `review` decides on a runner.
    """

    def __init__(
        self,
        desk: Desk,
        clock: Callable[[], datetime],
        name: str,
        *,
        read: Callable[[ReviewRequest], Awaitable[bool]],
        review: Callable[[str], Awaitable[None]],
    ) -> None:
        self._desk, self._clock, self._name = desk, clock, name
        self._read, self._review = read, review
        self._done: set[tuple[str, bool]] = set()  # (runner, in all their history) of whom nothing is left to do
        self._read_again: set[str] = set()  # runners whose stored recordings were damaged

    async def step(self) -> bool:
        """One source or one batch of sessions; False if nothing is left."""
        now = self._clock()
        for since in (now - review.HORIZON, EARLIEST):
            if await self._read_next(since, now) or await self._measure_next(since):
                return True
        return False

    async def _read_next(self, since: datetime, now: datetime) -> bool:
        if not await self._desk.read(captures.has_reread, DECODER_VERSION):
            return False
        request = await self._desk.write(_claim, self._name, now, since)
        if request is None or not await self._read(request):
            return False
        await self._review(request.runner_id)
        return True

    async def _measure_next(self, since: datetime) -> bool:
        is_whole = since == EARLIEST
        done = {runner_id for runner_id, whole in self._done if whole == is_whole}
        runner_id = await self._desk.read(next_runner, since, done)
        if runner_id is None:
            return False
        if not await self._measure_batch(runner_id, since):
            self._done.add((runner_id, is_whole))
        return True

    async def _measure_batch(self, runner_id: str, since: datetime) -> bool:
        """False if nothing is left of this runner, or nothing can be done."""
        try:
            await self._review(runner_id)
            fresh = await self._desk.read(measured, runner_id, since)
            if fresh:
                await self._desk.write(store, runner_id, fresh, self._clock())
        except SensorError as why:
            return await self._read_again_once(runner_id, why)
        except Exception as why:
            if is_outage(why):
                raise
            log.exception("the sessions of a runner could not be measured again")  # the others go on
            return False
        return bool(fresh)

    async def _read_again_once(self, runner_id: str, why: SensorError) -> bool:
        """Make the stored recordings again from what arrived; False if that was done before and did not help."""
        if runner_id in self._read_again:
            return False
        self._read_again.add(runner_id)
        log.error("a stored recording cannot be read and is made again: %s", type(why).__name__)
        await self._desk.write(read_all_again, runner_id)
        return True


def next_runner(db: Session, since: datetime, done: Collection[str]) -> str | None:
    """The runner who ran last among those with sessions of an earlier version since then. None if there is none."""
    runner_ids = sessions.runners_of_earlier_version(db, RULES_VERSION, {DECODER_VERSION, HAND}, since)
    return next((runner_id for runner_id in runner_ids if runner_id not in done), None)


def measured(db: Session, runner_id: str, since: datetime) -> list[Training]:
    """The next batch of a runner, the latest sessions first. Raises SensorError if a recording cannot be read."""
    return measuring.of_current_version(db, runner_id, since, BATCH)


def store(db: Session, runner_id: str, fresh: list[Training], now: datetime) -> None:
    """Store a batch and decide anew.

    The verdict is recorded right before too, so that an alert which appears after it comes from the new measurement
    alone: it was true before, and nobody is notified of it.
    """
    runner = people.person(db, runner_id)
    if runner is None:
        return
    is_decisive = any(training.start >= now - review.HORIZON for training in fresh)
    if is_decisive:
        review.record(db, review.look(db, runner, now))
    measuring.keep(db, runner_id, fresh, removes_gone=False)
    if is_decisive:
        review.record(db, review.look(db, runner, now), baseline=True)


def read_all_again(db: Session, runner_id: str) -> None:
    """Have every source of a runner read again from its stored bytes."""
    for run in runs.runs_of(db, runner_id):
        captures.read_again(db, ReviewRequest(runner_id, run.kind, run.source_id))


def _claim(db: Session, name: str, now: datetime, since: datetime) -> ReviewRequest | None:
    return captures.claim_reread(db, Claim(by=name, until=now + LEASE), DECODER_VERSION, now, since)
