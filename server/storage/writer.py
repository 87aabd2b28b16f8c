"""Writer: one thread takes whatever waits into one transaction, so that a wait for the disk serves many."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from server.storage.database import Database

MOST = 64  # works in one transaction; what waits longer than a few milliseconds is the disk, not they


@dataclass(frozen=True, slots=True, eq=False)
class _Job:
    work: Callable[[Session], Any]
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[Any]


@dataclass(frozen=True, slots=True)
class _Outcome:
    value: Any = None
    error: BaseException | None = None


class Writer:
    """Each work is done whole or not at all, whatever becomes of those beside it; it may be done twice."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="stridegate-write", daemon=True)
        self._thread.start()

    async def do(self, work: Callable[[Session], Any]) -> Any:
        """What `work` returns, once it is on disk."""
        loop = asyncio.get_running_loop()
        job = _Job(work, loop, loop.create_future())
        self._waiting.put(job)
        return await job.future

    def close(self) -> None:
        """Do what waits, then end."""
        self._waiting.put(None)
        self._thread.join()

    def _run(self) -> None:
        ended = False
        while not ended:
            jobs = [self._waiting.get()]
            while len(jobs) < MOST and jobs[-1] is not None and not self._waiting.empty():
                jobs.append(self._waiting.get())
            ended = jobs[-1] is None
            batch = [job for job in jobs if job is not None]
            if batch:
                _tell(batch, self._outcomes(batch))

    def _outcomes(self, batch: Sequence[_Job]) -> list[_Outcome]:
        if len(batch) > 1:
            try:
                with self._database.write() as db:
                    return [_outcome(db, job) for job in batch]
            except Exception:  # noqa: BLE001, S110  # one of them, or the disk: each is tried alone, and told its own  # nosec B110
                pass
        return [self._alone(job) for job in batch]

    def _alone(self, job: _Job) -> _Outcome:
        try:
            return _Outcome(value=self._database.transact(job.work))
        except BaseException as why:  # noqa: BLE001  # it belongs to whoever waits for it
            return _Outcome(error=why)


def _outcome(db: Session, job: _Job) -> _Outcome:
    """Do one work among others. One that refuses before it changed anything stands in nobody's way."""
    before = _changes(db)
    try:
        value = job.work(db)
        db.flush()
        return _Outcome(value=value)
    except Exception as why:
        if _changes(db) != before or db.new or db.dirty or db.deleted:
            raise
        return _Outcome(error=why)


def _changes(db: Session) -> int:
    """How many rows this connection of SQLite has ever changed."""
    changes: int = db.connection().connection.driver_connection.total_changes  # type: ignore[union-attr]
    return changes


def _tell(batch: Sequence[_Job], outcomes: Sequence[_Outcome]) -> None:
    """One call into each event loop, whatever the number of works."""
    for loop in {job.loop for job in batch}:
        mine = [(job.future, outcome) for job, outcome in zip(batch, outcomes, strict=True) if job.loop is loop]
        if not loop.is_closed():
            loop.call_soon_threadsafe(_resolve, mine)


def _resolve(told: Sequence[tuple[asyncio.Future[Any], _Outcome]]) -> None:
    for future, outcome in told:
        if future.done():  # nobody waits any more; what was written stays written
            continue
        if outcome.error is not None:
            future.set_exception(outcome.error)
        else:
            future.set_result(outcome.value)
