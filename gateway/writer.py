"""Writer: the one thread that touches the journal; everything else only hands it words and waits for its answer."""

from __future__ import annotations

import asyncio
import queue
import sqlite3
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from gateway.disk import NotRecording, drop_ballast
from gateway.journal import Journal
from sensors.packet import Packet

T = TypeVar("T")
COMMIT_EVERY_S = 1.0  # at most this much, and one commit, is lost by a power cut
COMMIT_EVERY_PACKETS = 64
BACKLOG = 10_000  # packets that may wait for a slow disk; an hour of three sensors
FULL_DISK_PAUSE_S = 1.0
CHECKPOINT_AFTER_S = 30.0  # of quiet; the log is put away and does not grow for months
CLOSING_TIMEOUT_S = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Whom the thread tells what, in the event loop: packets by capture with the number of chunks sealed; trouble
    with the disk ("" when it is over); and the failure after which nothing is written any more."""

    on_commit: Callable[[dict[str, int], int], None]
    on_trouble: Callable[[str], None]
    on_failure: Callable[[Exception], None]


@dataclass(slots=True)
class _Job:
    """Something to do within a transaction of its own, and where to put the answer."""

    work: Callable[[Journal], Any]
    answer: asyncio.Future[Any]


class _Late:
    """Nobody said anything for as long as was to be waited."""


class _End:
    """The gateway stops."""


_Word = _Job | tuple[str, Packet] | type[_Late] | type[_End]


class Writer:
    """`keep` returns at once; `do` returns when its work is on disk. `failure` is set once and for good."""

    def __init__(self, journal: Journal, folder: Path, told: Told) -> None:
        self.failure: Exception | None = None
        self.durable = 0  # packets that are on disk, since the start
        self._journal, self._folder, self._told = journal, folder, told
        self._inbox: queue.SimpleQueue[_Word] = queue.SimpleQueue()
        self._loop = asyncio.get_running_loop()
        self._handed = 0
        self._ending = threading.Event()
        self._is_tidy = True
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()

    @property
    def backlog(self) -> int:
        return self._handed - self.durable

    async def keep(self, capture: str, packet: Packet) -> None:
        """Hand over one packet; wait only where the disk is far behind."""
        while self.backlog >= BACKLOG and self.failure is None:  # noqa: ASYNC110 - a disk so slow is rare
            await asyncio.sleep(COMMIT_EVERY_S / 10)
        self._refuse_after_failure()
        self._handed += 1
        self._inbox.put((capture, packet))

    async def do(self, work: Callable[[Journal], T]) -> T:
        """Run `work` in the thread, after everything handed over so far, in one transaction; return its answer."""
        self._refuse_after_failure()
        answer: asyncio.Future[T] = self._loop.create_future()
        self._inbox.put(_Job(work=work, answer=answer))
        if self.failure is not None:  # the thread may have ended between the first look and the handing over
            _set(answer, None, NotRecording(f"NOT RECORDING: {self.failure}"))
        return await answer

    async def close(self) -> None:
        """Commit what was handed over and close the file; raise TimeoutError where the disk will not."""
        self._ending.set()
        self._inbox.put(_End)
        await asyncio.wait_for(asyncio.to_thread(self._thread.join), CLOSING_TIMEOUT_S)

    def _refuse_after_failure(self) -> None:
        if self.failure is not None:
            raise NotRecording(f"NOT RECORDING: {self.failure}") from self.failure

    def _run(self) -> None:
        try:
            while self._round():
                pass
            self._journal.close()
        except Exception as why:  # noqa: BLE001 - whatever stopped the disk must be shouted, not die in a thread
            self._fail(why)

    def _round(self) -> bool:
        """Gather packets for a second, or until 64, a job or the end; commit; do the job. False at the end."""
        word = self._next(CHECKPOINT_AFTER_S)
        if word is _Late:
            self._tidy()
            return True
        packets: list[tuple[str, Packet]] = []
        deadline = time.monotonic() + COMMIT_EVERY_S
        while isinstance(word, tuple):
            packets.append(word)
            word = _Late if len(packets) >= COMMIT_EVERY_PACKETS else self._next(deadline - time.monotonic())
        try:
            if packets:
                self._commit(packets)
        except Exception:
            self._inbox.put(word)  # it is answered with the failure, and not forgotten
            raise
        if isinstance(word, _Job):
            self._work(word)
        return word is not _End

    def _next(self, seconds: float) -> _Word:
        try:
            return self._inbox.get(timeout=max(0.0, seconds))
        except queue.Empty:
            return _Late

    def _commit(self, packets: list[tuple[str, Packet]]) -> None:
        grouped: dict[str, list[Packet]] = {}
        for capture, packet in packets:
            grouped.setdefault(capture, []).append(packet)
        sealed = self._written(lambda journal: sum(journal.add(*pair) for pair in grouped.items()))
        self.durable += len(packets)
        self._tell(self._told.on_commit, {capture: len(some) for capture, some in grouped.items()}, sealed)

    def _work(self, job: _Job) -> None:
        try:
            result = self._written(job.work)
        except (sqlite3.Error, OSError) as why:
            self._tell(_set, job.answer, None, NotRecording(f"NOT RECORDING: {why}"))
            raise
        except Exception as why:  # noqa: BLE001 - the asker hears it; the thread goes on
            self._tell(_set, job.answer, None, why)
        else:
            self._tell(_set, job.answer, result, None)

    def _written(self, work: Callable[[Journal], T]) -> T:
        """One transaction, tried again for as long as the disk is full: space may come back, packets do not."""
        was_full = False
        while True:
            try:
                with self._journal.transaction():
                    result = work(self._journal)
            except sqlite3.OperationalError as why:
                if why.sqlite_errorcode != sqlite3.SQLITE_FULL or self._ending.is_set():
                    raise
                was_full = True
                self._tell(self._told.on_trouble, "NOT RECORDING: the disk is full; make room, and nothing is lost")
                drop_ballast(self._folder)
                self._ending.wait(FULL_DISK_PAUSE_S)
            else:
                if was_full:
                    self._tell(self._told.on_trouble, "")
                self._is_tidy = False
                return result

    def _tidy(self) -> None:
        if not self._is_tidy:
            self._journal.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            self._is_tidy = True

    def _fail(self, why: Exception) -> None:
        self.failure = why
        self._tell(self._told.on_failure, why)
        while not self._inbox.empty():
            word = self._inbox.get()
            if isinstance(word, _Job):
                self._tell(_set, word.answer, None, NotRecording(f"NOT RECORDING: {why}"))

    def _tell(self, call: Callable[..., None], *words: Any) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(call, *words)


def _set(answer: asyncio.Future[Any], result: Any, error: Exception | None) -> None:
    if answer.done():
        return
    if error is not None:
        answer.set_exception(error)
    else:
        answer.set_result(result)
