"""Turns: one thread takes up whatever waits, all of it at once, so that one wait serves many."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

MOST = 64  # works, after which a transaction takes up no more: longer than the disk nobody shall wait
Work = Callable[[Session], Any]


@dataclass(frozen=True, slots=True)
class Outcome:
    value: Any = None
    error: BaseException | None = None


@dataclass(frozen=True, slots=True, eq=False)
class _Job:
    work: Work
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[Any]


class _Here(threading.local):
    """Of one event loop, which has a thread of its own: what goes over at the end of its round."""

    def __init__(self) -> None:
        self.jobs: list[_Job] = []


class Turns:
    """`together` does some works and gives the outcome of each, in their order."""

    def __init__(self, name: str, together: Callable[[Sequence[Work]], Sequence[Outcome]]) -> None:
        self._together = together
        self._here = _Here()
        self._waiting: queue.SimpleQueue[list[_Job] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    async def do(self, work: Work) -> Any:
        """What `work` returns, or raises, once its turn is over."""
        loop = asyncio.get_running_loop()
        job = _Job(work, loop, loop.create_future())
        # Whatever an event loop finds to do in one round goes over at once: the thread would else begin with the
        # first of them alone, and stand in the way of the others.
        jobs = self._here.jobs
        if not jobs or jobs[-1].loop is not loop:  # what an event loop left that has ended goes over with it
            loop.call_soon(self._hand_over)
        jobs.append(job)
        return await job.future

    def _hand_over(self) -> None:
        self._waiting.put(self._here.jobs)
        self._here.jobs = []

    def close(self) -> None:
        """Do what waits, then end."""
        self._hand_over()
        self._waiting.put(None)
        self._thread.join()

    def _run(self) -> None:
        ended = False
        while not ended:
            batch: list[_Job] = []
            while not (batch and (len(batch) >= MOST or self._waiting.empty())):
                jobs = self._waiting.get()
                if jobs is None:
                    ended = True
                    break
                batch += jobs
            if batch:
                _tell(batch, self._outcomes([job.work for job in batch]))

    def _outcomes(self, works: Sequence[Work]) -> Sequence[Outcome]:
        """Whatever happens, everybody who waits is told, and the thread goes on: without it nothing would ever end."""
        try:
            return self._together(works)
        except BaseException as why:  # noqa: BLE001
            return [Outcome(error=why) for _ in works]


def _tell(batch: Sequence[_Job], outcomes: Sequence[Outcome]) -> None:
    """One call into each event loop, whatever the number of works."""
    for loop in {job.loop for job in batch}:
        mine = [(job.future, outcome) for job, outcome in zip(batch, outcomes, strict=True) if job.loop is loop]
        if not loop.is_closed():
            loop.call_soon_threadsafe(_resolve, mine)


def _resolve(told: Sequence[tuple[asyncio.Future[Any], Outcome]]) -> None:
    for future, outcome in told:
        if future.done():  # nobody waits any more; what was written stays written
            continue
        if outcome.error is not None:
            future.set_exception(outcome.error)
        else:
            future.set_result(outcome.value)
