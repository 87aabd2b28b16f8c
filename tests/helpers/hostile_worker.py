"""A worker whose reader does on purpose what a poisoned file might make a parser do."""

import os
import signal
import socket
import struct
import subprocess
import sys
import time
from pathlib import Path

from sensors.errors import UnreadableFile
from server.reading import worker

COMMAND = (sys.executable, "-P", __file__)


def read(closing, body):
    """The first word of a file or a capture says what happens; any other is read as always."""
    word, _, rest = body.partition(b" ")
    deed = DEEDS.get(word)
    return deed(rest) if deed else worker.read(closing, body)


def _burn(seconds):
    until_s = time.process_time() + float(seconds)
    while time.process_time() < until_s:
        pass
    raise UnreadableFile("It took its time.")


def _hog(mib):
    kept = []
    while len(kept) < int(mib) // 10:
        kept.append(bytearray(10 * 1024 * 1024))
    raise UnreadableFile("It took its memory.")


def _sleep(seconds):
    time.sleep(float(seconds))
    raise UnreadableFile("It slept well.")


def _die(_):
    os.kill(os.getpid(), signal.SIGKILL)


def _die_once(path):
    mark = Path(path.decode())
    if mark.exists():
        raise UnreadableFile("It was read the second time.")
    mark.touch()  # an empty file is all that it can leave behind
    _die(b"")


def _boast(_):
    os.write(1, struct.pack("<Q", 2**40))
    _sleep(60)


def _babble(_):
    os.write(1, struct.pack("<Q", 3) + b"\xff\xff\xff")
    _sleep(60)


def _who(_):
    raise UnreadableFile(str(os.getpid()))


def _know(name):
    raise UnreadableFile(f"It is {os.environ.get(name.decode(), 'not known')}.")


DEEDS = {
    b"burn": _burn,
    b"hog": _hog,
    b"sleep": _sleep,
    b"die": _die,
    b"die-once": _die_once,
    b"boast": _boast,
    b"babble": _babble,
    b"who": _who,
    b"know": _know,
    b"fault": lambda _: {}["nothing"],
    b"write": lambda path: Path(path.decode()).write_bytes(b"secret"),
    b"connect": lambda _: socket.socket(),
    b"run": lambda _: subprocess.run(["true"], check=True),
    b"nothing": lambda _: (),
}

if __name__ == "__main__":
    worker.serve(read, cpu_s=int(sys.argv[1]), memory_bytes=int(sys.argv[2]))
