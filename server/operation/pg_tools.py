"""PostgreSQL's own programs, which know best how to copy a database of theirs and bring it back."""

from __future__ import annotations

import os
import shutil
import subprocess  # nosec B404
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import IO

from sqlalchemy.engine import make_url

from server.mistake import Mistake

DUMP = b"PGDMP"
PROGRAMS = ("pg_dump", "pg_restore", "psql")


def missing() -> str | None:
    """A sentence where the programs are not installed."""
    absent = [name for name in PROGRAMS if _path(name) is None]
    if not absent:
        return None
    return f"{', '.join(absent)} is not installed (on Debian: apt-get install postgresql-client)."


def dump(url: str, to: Path) -> None:
    """The whole database at one moment, compressed. Raises Mistake."""
    address, environment = _address(url)
    with tempfile.TemporaryFile() as complaint:
        command = [_found("pg_dump"), "--format=custom", "--no-owner", "--no-privileges", f"--file={to}", address]
        ran = subprocess.run(command, env=environment, stderr=complaint, check=False)  # noqa: S603  # nosec B603
        if ran.returncode:
            raise Mistake(f"pg_dump could not copy the database: {_last_line(complaint)}")


def bring_back(url: str, source: Path, instead_of: Iterable[str]) -> None:
    """Put what a dump holds in the place of these tables, in one transaction: all of it or nothing. Raises Mistake."""
    address, environment = _address(url)
    drops = "\n".join(f'drop table "{name}" cascade;' for name in instead_of)
    read = [_found("pg_restore"), "--no-owner", "--no-privileges", "--file=-", str(source)]
    write = [_found("psql"), "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--output=/dev/null", address]
    with tempfile.TemporaryFile() as complaint:
        reader = subprocess.Popen(read, env=environment, stdout=subprocess.PIPE, stderr=complaint)  # noqa: S603  # nosec B603
        writer = subprocess.Popen(write, env=environment, stdin=subprocess.PIPE, stderr=complaint)  # noqa: S603  # nosec B603
        try:
            done = _pour(reader, writer, drops)
        finally:
            reader.kill()
            writer.kill()
        if not done:
            raise Mistake(f"{source} could not be restored, and nothing was changed: {_last_line(complaint)}")


def _pour(reader: subprocess.Popen[bytes], writer: subprocess.Popen[bytes], first: str) -> bool:
    """Commit only what was read to its end: the end of a stream alone does not tell that it was whole."""
    assert reader.stdout is not None and writer.stdin is not None  # noqa: S101  # both were asked for  # nosec B101
    try:
        writer.stdin.write(f"begin;\n{first}\n".encode())
        shutil.copyfileobj(reader.stdout, writer.stdin)
        if reader.wait() != 0:
            return False
        writer.stdin.write(b"\ncommit;\n")
        writer.stdin.close()
        return writer.wait() == 0
    except BrokenPipeError:
        return False


def _address(url: str) -> tuple[str, dict[str, str]]:
    """The URL without its password, which goes by the environment: everybody sees what a command is called with."""
    said = make_url(url)
    environment = dict(os.environ)
    if said.password:
        environment["PGPASSWORD"] = str(said.password)
    plain = said.set(drivername="postgresql", password=None)
    return plain.render_as_string(hide_password=False), environment


def _path(name: str) -> str | None:
    return shutil.which(name)


def _found(name: str) -> str:
    path = _path(name)
    if path is None:
        raise Mistake(f"{name} is not installed (on Debian: apt-get install postgresql-client).")
    return path


def _last_line(complaint: IO[bytes]) -> str:
    complaint.seek(0)
    lines = complaint.read()[-2000:].decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else "it did not say why."
