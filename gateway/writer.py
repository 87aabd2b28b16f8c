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

from gateway.journal import Journal, NotRecording
from sensors.packet import Packet

T = TypeVar("T")
COMMIT_EVERY_S = 1.0  # at most this much, and one commit, is lost by a power cut
COMMIT_EVERY_PACKETS = 64
BACKLOG = 10_000  # packets that may wait for a slow disk; an hour of three sensors
CLOSING_TIMEOUT_S = 5.0


@dataclass(slots=True)
class _Job:
    """Something to do within a transaction of its own, and where to put the answer."""

    work: Callable[[Journal], Any]
    loop: asyncio.AbstractEventLoop
    answer: asyncio.Future[Any]


class Writer:
    """`keep` never waits; `do` waits until its work is on disk. `failure` is set once and for good.

    `on_commit(packets by capture, chunks sealed)` and `on_failure(error)` are called in the event loop.
    """

    def __init__(
        self, folder: Path, on_commit: Callable[[dict[str, int], int], None], on_failure: Callable[[Exception], None]
    ) -> None:
        self._journal = Journal.open(folder)
        self._inbox: queue.SimpleQueue[_Job | tuple[str, Packet] | None] = queue.SimpleQueue()
        self._loop = asyncio.get_running_loop()
        self._on_commit, self._on_failure = on_commit, on_failure
        self.failure: Exception | None = None
        self.durable = 0  # packets that are on disk, since the start
        self._handed = 0
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
        self._inbox.put(_Job(work=work, loop=self._loop, answer=answer))
        return await answer

    async def close(self) -> None:
        """Commit what was handed over and close the file."""
        self._inbox.put(None)
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
        """Gather for a second or until 64 packets, a job or the end; commit; do the job."""
        packets: list[tuple[str, Packet]] = []
        deadline: float | None = None
        while len(packets) < COMMIT_EVERY_PACKETS:
            word = self._next(deadline)
            if not isinstance(word, tuple):
                self._commit(packets)
                if isinstance(word, _Job):
                    self._work(word)
                return word is not None
            packets.append(word)
            deadline = deadline or time.monotonic() + COMMIT_EVERY_S
        self._commit(packets)
        return True

    def _next(self, deadline: float | None) -> _Job | tuple[str, Packet] | type[_Late] | None:
        if deadline is None:
            return self._inbox.get()
        try:
            return self._inbox.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            return _Late

    def _commit(self, packets: list[tuple[str, Packet]]) -> None:
        if not packets:
            return
        with self._journal.transaction():
            grouped = _by_capture(packets)
            sealed = sum(self._journal.add(capture, some) for capture, some in grouped.items())
        self.durable += len(packets)
        self._tell(self._on_commit, {capture: len(some) for capture, some in grouped.items()}, sealed)

    def _work(self, job: _Job) -> None:
        try:
            with self._journal.transaction():
                result = job.work(self._journal)
        except (sqlite3.Error, OSError) as why:
            self._tell(_set, job.answer, None, NotRecording(f"NOT RECORDING: {why}"))
            raise
        except Exception as why:  # noqa: BLE001 - the asker hears it; the thread goes on
            self._tell(_set, job.answer, None, why)
        else:
            self._tell(_set, job.answer, result, None)

    def _fail(self, why: Exception) -> None:
        self.failure = why
        self._tell(self._on_failure, why)
        while not self._inbox.empty():
            word = self._inbox.get()
            if isinstance(word, _Job):
                self._tell(_set, word.answer, None, NotRecording(f"NOT RECORDING: {why}"))

    def _tell(self, call: Callable[..., None], *words: Any) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(call, *words)


class _Late:
    """A second has passed without another word."""


def _by_capture(packets: list[tuple[str, Packet]]) -> dict[str, list[Packet]]:
    grouped: dict[str, list[Packet]] = {}
    for capture, packet in packets:
        grouped.setdefault(capture, []).append(packet)
    return grouped


def _set(answer: asyncio.Future[Any], result: Any, error: Exception | None) -> None:
    if answer.cancelled():
        return
    if error is not None:
        answer.set_exception(error)
    else:
        answer.set_result(result)
