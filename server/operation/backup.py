"""Backup: one file that holds a clinic as it was at one moment, made beside a running server, and the way back."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select

from server import audit
from server.mistake import Mistake
from server.operation import pg_tools
from server.operation.claim import claim
from server.settings import Settings
from server.storage import schema
from server.storage.database import Database, known_revisions, latest_revision

SQLITE = b"SQLite format 3\0"
KEPT_BEFORE = 5  # copies that a migration or a restore made by itself


def backup(chosen: Settings, to: Path, now: datetime, keep: int | None = None) -> str:
    """Write a copy to the file `to`, or into the folder `to`, where the last `keep` are kept. Raises Mistake.

    With `keep` it is a folder, which is made if there is none.
    """
    if keep is not None:
        _make_folder(to)
    target = to / f"stridegate-{_stamp(now)}{_suffix(chosen)}" if to.is_dir() else to
    if target.exists():
        raise Mistake(f"{target} is there already: a backup never replaces another one.")
    if not target.parent.is_dir():
        raise Mistake(f"There is no folder {target.parent}.")
    _copy(chosen, target)
    if keep is not None:
        _forget_all_but(keep, to, f"stridegate-*{_suffix(chosen)}")
    return f"Backed up to {target} ({target.stat().st_size / 2**20:.1f} MiB)."


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as why:
        raise Mistake(f"The folder {folder} for backups cannot be made: {why.strerror}.") from why


def restore(chosen: Settings, source: Path, now: datetime, *, replace: bool) -> str:
    """Bring back what a backup holds, checked as a whole before it takes the place of anything. Raises Mistake."""
    kind = _kind(source)
    if (kind == "SQLite") != (chosen.sqlite_file() is not None):
        raise Mistake(
            f"{source} is of a clinic in {kind}, and STRIDEGATE_DATABASE_URL names another kind: "
            "restore it to its own kind, then `stridegate copy-to` moves it."
        )
    if _holds_something(chosen) and not replace:
        raise Mistake("There is a clinic already, and it would be lost: --replace puts the backup in its place.")
    file = chosen.sqlite_file()
    if file is None:
        return _restore_postgres(chosen, source, now, replace=replace)
    with claim(file):
        return _restore_sqlite(chosen, file, source, now)


def before_migration(database: Database, chosen: Settings, now: datetime) -> str | None:
    """Keep a copy where the schema is about to change; a sentence of where it is, or why there is none.

    Raises Mistake where the schema is of a later release than this one.
    """
    revision = database.revision()
    if revision is None or revision == latest_revision():
        return None
    if revision not in known_revisions():
        raise Mistake(f"The database belongs to a later Stridegate (its schema is {revision}): install that one.")
    if not database.is_sqlite and pg_tools.missing():
        return f"No copy was made before the schema changed: {pg_tools.missing()}"
    return f"A copy from before the schema changed is in {_aside(chosen, f'before-{revision}-schema', now)}."


def rows(database: Database) -> dict[str, int]:
    """How many rows each table holds; what a schema of another release does not have is left out."""
    with database.read() as db:
        there = database.tables()
        return {
            table.name: db.connection().execute(select(func.count()).select_from(table)).scalar_one()
            for table in schema.metadata.sorted_tables
            if table.name in there
        }


def _copy(chosen: Settings, target: Path) -> None:
    file = chosen.sqlite_file()
    if file is not None and not file.exists():
        raise Mistake(f"There is no clinic at {file}.")
    with _appearing(target) as fresh:
        if file is None:
            pg_tools.dump(chosen.url(), fresh)
        else:
            _snapshot(file, fresh)


def _snapshot(source: Path, fresh: Path) -> None:
    """One moment of a SQLite file, whoever writes to it meanwhile; what was erased does not come along."""
    try:
        with closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=rw", uri=True, isolation_level=None)) as db:
            db.execute("PRAGMA busy_timeout=30000")
            db.execute("VACUUM INTO ?", (str(fresh),))
    except sqlite3.Error as why:
        raise Mistake(f"{source} could not be copied: {why}.") from why
    if trouble := _damage(fresh):
        raise Mistake(f"The copy of {source} is not sound ({trouble}): `stridegate doctor` says more.")


def _damage(file: Path) -> str | None:
    """None where every page, index and reference of a SQLite file holds."""
    try:
        with closing(sqlite3.connect(file)) as db:
            said = db.execute("PRAGMA integrity_check(1)").fetchone()[0]
            astray = db.execute("PRAGMA foreign_key_check").fetchone()
    except sqlite3.Error as why:
        return str(why)
    if said != "ok":
        return str(said)
    return f"a row of {astray[0]} belongs to nothing" if astray else None


def _restore_sqlite(chosen: Settings, file: Path, source: Path, now: datetime) -> str:
    """The copy is brought to this release and checked beside the old file; only then it takes its place, at once."""
    fresh = file.with_name(f"{file.name}.restoring")
    _forget(fresh)
    _new_private(fresh)
    try:
        _snapshot(source, fresh)
        told = _checked(f"sqlite:///{fresh}", source)
        kept = f" What was there before is in {_aside(chosen, 'before-restore', now)}." if file.exists() else ""
    except BaseException:
        _forget(fresh)
        raise
    _sync(fresh)
    for companion in ("-wal", "-shm"):  # of the old file, whose pages they would write into the new one
        file.with_name(f"{file.name}{companion}").unlink(missing_ok=True)
    fresh.replace(file)
    _sync(file.parent)
    return f"Restored {told} from {source}.{kept}"


def _restore_postgres(chosen: Settings, source: Path, now: datetime, *, replace: bool) -> str:
    kept = ""
    if replace and _holds_something(chosen):
        kept = f" What was there before is in {_aside(chosen, 'before-restore', now)}."
    database = Database(chosen.url())
    there = database.tables()
    database.close()
    pg_tools.bring_back(chosen.url(), source, there)
    return f"Restored {_checked(chosen.url(), source)} from {source}.{kept}"


def _checked(url: str, source: Path) -> str:
    """The restored rows in a few words, once their schema is this release's and their audit's chain holds."""
    database = Database(url)
    try:
        if database.revision() not in known_revisions():
            raise Mistake(f"{source} is no backup that this release of Stridegate can read.")
        database.migrate()
        with database.read() as db:
            broken = list(audit.broken_links(db))
        if broken:
            raise Mistake(f"The audit in {source} was changed: {broken[0]}")
        held = rows(database)
        return f"{sum(held.values())} rows of {len(held)} tables"
    finally:
        database.close()


def _holds_something(chosen: Settings) -> bool:
    file = chosen.sqlite_file()
    if file is not None:
        return file.exists()
    database = Database(chosen.url())
    try:
        return any(rows(database).values())
    finally:
        database.close()


def _aside(chosen: Settings, name: str, now: datetime) -> Path:
    """A copy that nobody asked for, in the data folder; only the last few are kept."""
    folder = chosen.data / "backups"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    target = folder / f"{name}-{_stamp(now)}{_suffix(chosen)}"
    _copy(chosen, target)
    _forget_all_but(KEPT_BEFORE, folder, "before-*")
    return target


def _kind(source: Path) -> str:
    try:
        with source.open("rb") as file:
            begins = file.read(16)
    except OSError as why:
        raise Mistake(f"{source} cannot be read: {why.strerror}.") from why
    if begins == SQLITE:
        return "SQLite"
    if begins.startswith(pg_tools.DUMP):
        return "PostgreSQL"
    raise Mistake(f"{source} is no backup of a clinic.")


@contextmanager
def _appearing(target: Path) -> Iterator[Path]:
    """A file for its owner alone that has its name only once it is whole and on disk."""
    fresh = target.with_name(f".{target.name}.part")
    try:
        fresh.unlink(missing_ok=True)
        _new_private(fresh)
        yield fresh
        _sync(fresh)
        fresh.rename(target)
        _sync(target.parent)
    except OSError as why:
        raise Mistake(f"{target} cannot be written: {why.strerror}.") from why
    finally:
        fresh.unlink(missing_ok=True)


def _new_private(file: Path) -> None:
    os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _forget(file: Path) -> None:
    for name in ("", "-wal", "-shm", "-journal"):
        file.with_name(f"{file.name}{name}").unlink(missing_ok=True)


def _forget_all_but(keep: int, folder: Path, pattern: str) -> None:
    by_age = sorted(folder.glob(pattern), key=lambda file: (file.stat().st_mtime_ns, file.name))
    for old in by_age[: max(0, len(by_age) - keep)]:
        old.unlink()


def _suffix(chosen: Settings) -> str:
    return ".dump" if chosen.sqlite_file() is None else ".db"


def _stamp(now: datetime) -> str:
    return now.strftime("%Y%m%dT%H%M%SZ")
