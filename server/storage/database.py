"""Database: one engine, SQLite or PostgreSQL by URL alone, with the durability each must be told to keep."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from importlib import resources
from typing import Any, TypeVar

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, event, inspect
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from server.storage.heard import FileMark, Mark, NoMark

T = TypeVar("T")
MIGRATING = 7_306_021  # the number of our lock in PostgreSQL, where locks have no names
CONNECT_S = 5
TRIES = 8  # two gateways that bring the same run at once meet a few times, never eight


class Database:
    """Reads and writes of one clinic; every method blocks, so the server calls it from a thread."""

    def __init__(self, url: str) -> None:
        self._engine = _engine(_with_driver(url))
        self.kind = self._engine.dialect.name
        self.is_sqlite = self.kind == "sqlite"
        # Each transaction sees one state of the clinic, and two that contradict each other never both happen:
        # SQLite by its one lock, PostgreSQL by refusing one of them, which then is tried again.
        reads = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ"}
        writes = {} if self.is_sqlite else {"isolation_level": "SERIALIZABLE"}
        self._reader = self._engine.execution_options(**reads)
        self._writer = self._engine.execution_options(writes=True, **writes)
        # Whoever waited for another one's migration must see what it did, not the moment before.
        self._migrator = self._engine.execution_options(writes=True)
        file = self._engine.url.database if self.is_sqlite else None
        self.mark: Mark = NoMark() if file is None else FileMark(file)

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One transaction that may change rows; it is on disk when the block ends, or nothing of it is."""
        with Session(self._writer) as session, session.begin():
            yield session

    def writer(self) -> Session:
        """For one transaction of `write` after the other, each begun by whoever holds it."""
        return Session(self._writer)

    def transact(self, work: Callable[[Session], T]) -> T:
        """Do `work` in one such transaction, again where another one came in its way."""
        for attempt in range(TRIES - 1):
            try:
                return self._once(work, alone=attempt > 0)
            except DBAPIError as why:
                if not _came_in_the_way(why):
                    raise
        return self._once(work, alone=True)

    def _once(self, work: Callable[[Session], T], *, alone: bool) -> T:
        with self.write() as session:
            if not self.is_sqlite:
                # Before anything is looked at: whoever lost once has the end of the audit's chain, and all writing,
                # to itself; whoever comes meanwhile waits, or a busy one would come in the way again and again.
                mode = "SHARE ROW EXCLUSIVE" if alone else "ROW EXCLUSIVE"
                session.connection().exec_driver_sql(f"LOCK TABLE audit IN {mode} MODE")
            return work(session)

    @contextmanager
    def read(self) -> Iterator[Session]:
        with Session(self._reader) as session:
            yield session

    def migrate(self) -> None:
        """Bring the schema to this release, in one transaction; nothing is locked where it is there already."""
        if self.revision() != latest_revision():
            self._alembic(command.upgrade, "head")

    def downgrade(self, revision: str) -> None:
        """Take the schema back to an earlier revision, in one transaction; what only later ones hold is lost."""
        self._alembic(command.downgrade, revision)

    def _alembic(self, verb: Callable[[Config, str], None], revision: str) -> None:
        config = _config()
        with self._migrator.begin() as connection:
            if not self.is_sqlite:  # two processes that start at once; SQLite locks the whole file anyway
                connection.exec_driver_sql(f"select pg_advisory_xact_lock({MIGRATING})")
            config.attributes["connection"] = connection
            verb(config, revision)

    def scrub(self) -> None:
        """Leave nothing on disk of rows that were deleted: every page is written anew, and the log is emptied."""
        options: dict[str, Any] = {"outside": True} if self.is_sqlite else {"isolation_level": "AUTOCOMMIT"}
        with self._engine.connect().execution_options(**options) as connection:
            connection.exec_driver_sql("VACUUM")
            if self.is_sqlite:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def revision(self) -> str | None:
        """Of the schema that is there; None where there is none yet."""
        with self._engine.begin() as connection:
            return MigrationContext.configure(connection).get_current_revision()

    def tables(self) -> list[str]:
        """The names of what is there, ours or not."""
        with self._engine.begin() as connection:
            return inspect(connection).get_table_names()

    def close(self) -> None:
        self.mark.close()
        self._engine.dispose()


@cache
def known_revisions() -> frozenset[str]:
    """Of every schema from which this release can go on."""
    return frozenset(script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions())


@cache
def latest_revision() -> str:
    """Of the schema that this release speaks of."""
    return str(ScriptDirectory.from_config(_config()).get_current_head())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(resources.files("server.storage") / "migrations"))
    return config


def _with_driver(url: str) -> str:
    """postgresql:// as people write it, with the driver that is installed."""
    scheme, separator, rest = url.partition("://")
    return f"postgresql+psycopg://{rest}" if separator and scheme in ("postgresql", "postgres") else url


def _came_in_the_way(why: DBAPIError) -> bool:
    """Whether another transaction was first: PostgreSQL's class 40, or a row that both wanted to add (23505)."""
    state = str(getattr(why.orig, "sqlstate", None) or "")
    return state.startswith("40") or state == "23505"


def _engine(url: str) -> Engine:
    is_sqlite = url.startswith("sqlite")
    engine = create_engine(
        url,
        json_serializer=_strict_json,
        pool_pre_ping=not is_sqlite,
        hide_parameters=True,  # a row's values do not stand in what an error says
        connect_args={} if is_sqlite else {"connect_timeout": CONNECT_S},
    )
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver must not begin transactions of its own
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=10000"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Any) -> None:
    # A writer that reads first and locks later loses updates without a word; it must lock at once.
    options = connection.get_execution_options()
    if options.get("outside", False):
        return
    writes = options.get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _strict_json(value: object) -> str:
    return json.dumps(value, allow_nan=False, separators=(",", ":"), ensure_ascii=False)
