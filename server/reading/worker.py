"""The worker that reads files and captures: a process that keeps nothing, with hard limits on what it can take."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import sys
from collections.abc import Callable

from sensors import files, store
from sensors.errors import UnreadableFile
from sensors.files.run import FileRun
from server.reading import wire
from server.reading.capture import recording_of_capture

OPEN_FILES = 16  # its pipes, and the modules that Python still loads when they are first needed
LARGEST = 256 * 1024 * 1024  # so much a capture may have

_WAYS_OUT = ("socket.", "subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.system", "ctypes.")

Read = Callable[[bytes, bytes], tuple[FileRun, ...]]


def main() -> None:
    """`python -m server.reading.worker CPU_SECONDS MEMORY_BYTES`, spoken to through standard input and output."""
    serve(read, cpu_s=int(sys.argv[1]), memory_bytes=int(sys.argv[2]))


def read(closing: bytes, body: bytes) -> tuple[FileRun, ...]:
    """The runs of a file; of a capture, which has a closing document, the one run, and that may be empty."""
    if not closing:
        return files.read(body)
    return (FileRun(recording=recording_of_capture(body, closing), sport="running"),)


def serve(read: Read, *, cpu_s: int, memory_bytes: int) -> None:
    """Answer every request until the input ends; an empty frame says first that the limits stand."""
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # whoever prints must not speak in between
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, which ends its workers itself
    _confine(memory_bytes)
    wire.send(answers, b"")
    with contextlib.suppress(EOFError, BrokenPipeError):
        while True:
            closing, body = wire.receive(requests, LARGEST), wire.receive(requests, LARGEST)
            _allow_cpu(cpu_s)
            wire.send(answers, _answer(read, closing, body))


def _answer(read: Read, closing: bytes, body: bytes) -> bytes:
    try:
        runs = read(closing, body)
        rows = sum(len(run.recording) for run in runs)
        if rows > wire.MOST_ROWS:
            raise UnreadableFile(f"This recording holds {rows} samples; at most {wire.MOST_ROWS} are read at once.")
        return wire.encode(wire.Answer(runs=[_told(run) for run in runs]))
    except UnreadableFile as why:
        return wire.encode(wire.Answer(refused=" ".join(str(why).split())[: wire.LONGEST_SENTENCE]))
    except MemoryError:
        return wire.encode(wire.Answer(out_of_memory=True))
    except Exception as why:  # noqa: BLE001  # a fault of the reader is told, and the next one is read
        return wire.encode(wire.Answer(fault=type(why).__name__[:100]))


def _told(run: FileRun) -> wire.ReadRun:
    return wire.ReadRun(sport=run.sport[:100], summary=run.summary, recording=store.pack(run.recording))


def _confine(memory_bytes: int) -> None:
    """Limits for good: memory, no byte to a disk, hardly a file, no core dump, no network, no other program."""
    if sys.platform != "darwin":  # macOS knows this limit by its name only
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, OPEN_FILES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(10)  # the pages go first
    sys.addaudithook(_refuse)


def _allow_cpu(cpu_s: int) -> None:
    """Seconds of a processor for the next request; the system ends a process that takes more."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + 1 + cpu_s, hard))


def _refuse(event: str, _: object) -> None:
    if event.startswith(_WAYS_OUT):
        raise PermissionError(f"a reader of run files does not need {event}")


if __name__ == "__main__":
    main()
