"""A PostgreSQL cluster of the tests' own: in a temporary folder, on a Unix socket, run by an unprivileged user."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import count
from pathlib import Path

import psycopg
import pytest

_numbers = count(1)
ROOM_BYTES = 2 * 1024**3


def programs() -> Path:
    """Where Debian's package puts initdb; where it is missing a test skips on a laptop and fails in CI."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    found = str(debian[-1]) if debian else shutil.which("initdb")
    if found is None:
        missing = "PostgreSQL is not installed (on Debian: apt-get install postgresql)"
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)
    return Path(found).parent


@dataclass(frozen=True)
class Cluster:
    """One that can be stopped as by a power cut of the process, and started again."""

    socket: str
    user: str | None

    def start(self) -> None:
        where = f"-c listen_addresses='' -c unix_socket_directories={self.socket}"
        options = f"{where} -c max_connections=60 -c fsync=off"
        self._pg_ctl("-w", "-l", f"{self.socket}/log", "-o", options, "start")

    def stop(self) -> None:
        self._pg_ctl("-m", "immediate", "stop")

    def _pg_ctl(self, *words: str) -> None:
        _as(self.user, programs() / "pg_ctl", "-D", f"{self.socket}/data", *words)


@contextmanager
def cluster() -> Iterator[str]:
    """A running cluster; gives the folder of its socket."""
    with restartable() as running:
        yield running.socket


@contextmanager
def restartable() -> Iterator[Cluster]:
    bin_ = programs()
    with tempfile.TemporaryDirectory(prefix="stridegate-pg-", dir=_memory()) as folder:
        user = _unprivileged(Path(folder))
        _as(
            user, bin_ / "initdb", "-D", f"{folder}/data", "-U", "stridegate", "--auth=trust", "--no-sync", "-E", "UTF8"
        )
        running = Cluster(folder, user)
        running.start()
        try:
            yield running
        finally:
            running.stop()


def fresh_url(socket: str, template: str = "template1") -> str:
    """The URL of a new database, empty where no other is named to be copied."""
    name = f"clinic_{next(_numbers)}"
    create(socket, name, template)
    return f"postgresql://stridegate@/{name}?host={socket}"


def create(socket: str, name: str, template: str = "template1") -> None:
    # By one connection for all of them, file by file: a `createdb` for each took seven times as long.
    _admin(socket).execute(f"create database {name} template {template} strategy file_copy")


def drop(socket: str, url: str) -> None:
    """Let go of a database, whoever is still connected: hundreds of them are gigabytes."""
    name = url.removeprefix("postgresql://stridegate@/").partition("?")[0]
    _admin(socket).execute(f"drop database if exists {name} with (force)")


@cache
def _admin(socket: str) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(host=socket, user="stridegate", dbname="postgres", autocommit=True)


def _memory() -> str | None:
    """Where a database of four hundred files is copied in a twentieth of a second, if there is room."""
    shared = "/dev/shm"  # its folder is made by `tempfile`
    return shared if Path(shared).is_dir() and shutil.disk_usage(shared).free > ROOM_BYTES else None


def _unprivileged(folder: Path) -> str | None:
    """PostgreSQL refuses to run as root: then it is run by its own user, or by nobody."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    user = "postgres" if "postgres" in names else "nobody"
    shutil.chown(folder, user)
    folder.chmod(0o755)
    return user


def _as(user: str | None, *command: object) -> None:
    words = [str(word) for word in command]
    if user is not None:
        words = ["setpriv", f"--reuid={user}", "--clear-groups", "--", *words]
    ran = subprocess.run(words, capture_output=True, text=True, check=False, cwd="/", timeout=60)
    assert ran.returncode == 0, ran.stdout + ran.stderr
