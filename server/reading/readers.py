"""Readers: no file and no capture can stop, slow or swell the server, for each is read in a process with limits."""

from __future__ import annotations

import json
import logging
import queue
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from sensors import store
from sensors.errors import UnreadableFile, UnreadableRecording
from sensors.files.run import FileRun
from sensors.recording import Recording
from server.reading import wire
from server.reading.process import Ended, Process

log = logging.getLogger(__name__)

COMMAND = (sys.executable, "-P", "-m", "server.reading.worker")
START_S = 60.0  # a small computer that is busy starting everything else
TRIES = 2  # a worker can be ended from outside, where memory is short; one that ends twice was ended by what it read
READ_BY_ONE = 500  # then whatever its libraries leaked is given back

TOO_SLOW = "This recording takes too long to read, so it was left alone."
TOO_LARGE = "This recording takes too much memory to read, so it was left alone."
DEADLY = "This recording ended the program that was reading it, so it was left alone."
CONFUSING = "The bytes of this recording could not be read."


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one file or capture may take: time of a processor, time by the clock where it only waits, and memory.

    Of a hundred real files the slowest took 2.1 s and 75 MB. A ten-hour run on a computer five times slower takes
    about 20 s.
    """

    cpu_s: int = 20
    wall_s: float = 120.0
    memory_bytes: int = 1024 * 1024 * 1024


class NoReader(Exception):
    """No worker can be started, or the server is closing: nothing can be said of what it should have read."""


class Readers:
    """A few workers that live long; each is started when first needed, and again when it has ended."""

    def __init__(self, limits: Limits = Limits(), *, command: Sequence[str] = COMMAND, size: int = 2) -> None:
        self._places = [_Place(command, limits) for _ in range(size)]
        self._free: queue.LifoQueue[_Place] = queue.LifoQueue()  # the last one is running already
        for place in self._places:
            self._free.put(place)

    def read(self, data: bytes) -> tuple[FileRun, ...]:
        """The runs of a file, sorted by their start; at least one. It waits, so call it from a thread.

        Raise UnreadableFile, with one sentence for the runner, where there is none or reading it takes too much, and
        NoReader where nobody can say.
        """
        return self._read(b"", data)

    def read_capture(self, body: bytes, closing: Mapping[str, Any]) -> Recording:
        """The recording of a capture, without rows where its packets tell nothing; `closing` is what completed it.

        Raise UnreadableFile where reading it takes too much, and NoReader. It waits, as `read` does.
        """
        return self._read(json.dumps(closing).encode(), body)[0].recording

    def prepare(self) -> None:
        """Start a worker where none is, or none is free: whoever waits for one waits less. Raise NoReader."""
        try:
            place = self._free.get_nowait()
        except queue.Empty:
            return  # all of them are at work
        try:
            place.prepare()
        finally:
            self._free.put(place)

    def close(self) -> None:
        """End every worker; what is being read ends with NoReader."""
        for place in self._places:
            place.close()

    def _read(self, closing: bytes, body: bytes) -> tuple[FileRun, ...]:
        place = self._free.get()
        try:
            answer = place.ask(closing, body)
        finally:
            self._free.put(place)
        if answer.refused is not None:
            raise UnreadableFile(answer.refused)
        if answer.fault is not None:
            log.warning("reading a recording ended in %s", answer.fault)
        return _runs(answer)


class _Place:
    """Where one worker is, or will be."""

    def __init__(self, command: Sequence[str], limits: Limits) -> None:
        self._command = [*command, str(limits.cpu_s), str(limits.memory_bytes)]
        self._wall_s = limits.wall_s
        self._worker: Process | None = None
        self._read = 0
        self._closed = False

    def ask(self, closing: bytes, body: bytes) -> wire.Answer:
        """Raise UnreadableFile for what takes too much, and NoReader."""
        for _ in range(TRIES):
            worker = self._ready()
            try:
                answer = wire.decode(worker.ask((closing, body), self._wall_s))
            except (Ended, msgspec.MsgspecError) as why:
                worker.end()
                if isinstance(why, Ended) and why.too_slow:
                    raise UnreadableFile(TOO_SLOW) from why
                continue
            if answer.out_of_memory:
                worker.end()
                raise UnreadableFile(TOO_LARGE)
            return answer
        raise UnreadableFile(DEADLY)

    def prepare(self) -> None:
        if self._worker is None or not self._worker.lives():
            self._ready()

    def close(self) -> None:
        self._closed = True
        if self._worker is not None:
            self._worker.end()

    def _ready(self) -> Process:
        if self._worker is None or not self._worker.lives() or self._read >= READ_BY_ONE:
            if self._worker is not None:
                self._worker.end()
            self._worker, self._read = self._started(), 0
        if self._closed:  # asked for last, for it may have been closed while the worker started
            self._worker.end()
            raise NoReader("the server is closing")
        self._read += 1
        return self._worker

    def _started(self) -> Process:
        try:
            worker = Process(self._command)
            worker.ask((), START_S)
        except (OSError, Ended) as why:
            raise NoReader(f"no reader of recordings can be started: {why}") from why
        return worker


def _runs(answer: wire.Answer) -> tuple[FileRun, ...]:
    """The runs of an answer; it is judged like anything from outside, for a file may have misled the worker."""
    runs: list[FileRun] = []
    room = wire.MOST_ROWS
    for told in answer.runs:
        try:
            recording = store.unpack(told.recording, most_rows=room)
        except UnreadableRecording as why:
            raise UnreadableFile(CONFUSING) from why
        room -= len(recording)
        runs.append(FileRun(recording=recording, sport=told.sport, summary=told.summary))
    if not runs:
        raise UnreadableFile(CONFUSING)
    return tuple(runs)
