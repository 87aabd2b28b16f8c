"""One worker process, from its start to its end."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess  # nosec B404
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, cast

import server
from server.reading import wire

LARGEST_ANSWER = 64 * 1024 * 1024


class Ended(Exception):
    """The worker ended, or spoke out of turn, before it answered; `too_slow` where its time was up."""

    def __init__(self, too_slow: bool) -> None:
        self.too_slow = too_slow
        super().__init__("time was up" if too_slow else "the worker ended")


class Process:
    """Bytes in, bytes out; whatever goes wrong in between ends it."""

    def __init__(self, command: Sequence[str]) -> None:
        """Raise OSError where the system has no room for another process."""
        self._process = subprocess.Popen(  # noqa: S603  # a command of ours, in which nothing of a file stands  # nosec B603
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=_environment()
        )
        self._stdin = cast(BinaryIO, self._process.stdin)
        self._stdout = cast(BinaryIO, self._process.stdout)

    def ask(self, frames: Sequence[bytes], within_s: float) -> bytes:
        """What it says next, after it was told these frames. Raise Ended."""
        began_s = time.monotonic()
        watch = threading.Timer(within_s, self._process.kill)
        watch.daemon = True
        watch.start()
        try:
            for frame in frames:
                wire.send(self._stdin, frame)
            return wire.receive(self._stdout, LARGEST_ANSWER)
        except (OSError, EOFError, ValueError) as why:
            code = self.end()
            raise Ended(code == -signal.SIGXCPU or time.monotonic() - began_s >= within_s) from why
        finally:
            watch.cancel()

    def lives(self) -> bool:
        return self._process.poll() is None

    def end(self) -> int:
        """End it at once, where it has not ended yet; returns how it ended."""
        self._process.kill()
        code = self._process.wait()
        for pipe in (self._stdin, self._stdout):
            with contextlib.suppress(OSError):  # what it did not take any more
                pipe.close()
        return code


def _environment() -> dict[str, str]:
    """Nothing of the server's own environment, for there the passwords are."""
    return {
        "PYTHONPATH": str(Path(server.__file__).parent.parent),
        "PYTHONDONTWRITEBYTECODE": "1",
        "OPENBLAS_NUM_THREADS": "1",  # its threads want address space, and there is nothing for them to do
        "PATH": os.defpath,
        "TZ": "UTC",
    }
