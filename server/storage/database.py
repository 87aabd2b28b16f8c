"""Database: one engine, SQLite or PostgreSQL by URL alone, with the durability each must be told to keep."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import resources
from typing import Any, TypeVar

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

T = TypeVar("T")
TRIES = 8  # two gateways that bring the same run at once meet a few times, never eight


class Database:
    """Reads and writes of one clinic; every method blocks, so the server calls it from a thread."""

    def __init__(self, url: str) -> None:
        self._engine = _engine(_with_driver(url))
        self.is_sqlite = self._engine.dialect.name == "sqlite"
        # Each transaction sees one state of the clinic, and two that contradict each other never both happen:
        # SQLite by its one lock, PostgreSQL by refusing one of them, which then is tried again.
        reads = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ"}
        writes = {} if self.is_sqlite else {"isolation_level": "SERIALIZABLE"}
        self._reader = self._engine.execution_options(**reads)
        self._writer = self._engine.execution_options(writes=True, **writes)

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One transaction that may change rows; it is on disk when the block ends, or nothing of it is."""
        with Session(self._writer) as session, session.begin():
            yield session

    def transact(self, work: Callable[[Session], T]) -> T:
        """Do `work` in one such transaction, again where another one came in its way."""
        for _ in range(TRIES - 1):
            try:
                with self.write() as session:
                    return work(session)
            except DBAPIError as why:
                if not _came_in_the_way(why):
                    raise
        with self.write() as session:
            return work(session)

    @contextmanager
    def read(self) -> Iterator[Session]:
        with Session(self._reader) as session:
            yield session

    def migrate(self) -> None:
        """Bring the schema to this release, in one transaction."""
        self._alembic(command.upgrade, "head")

    def downgrade(self, revision: str) -> None:
        """Take the schema back to an earlier revision, in one transaction; what only later ones hold is lost."""
        self._alembic(command.downgrade, revision)

    def _alembic(self, verb: Callable[[Config, str], None], revision: str) -> None:
        config = Config()
        config.set_main_option("script_location", str(resources.files("server.storage") / "migrations"))
        with self._writer.begin() as connection:
            config.attributes["connection"] = connection
            verb(config, revision)

    def close(self) -> None:
        self._engine.dispose()


def _with_driver(url: str) -> str:
    """postgresql:// as people write it, with the driver that is installed."""
    scheme, separator, rest = url.partition("://")
    return f"postgresql+psycopg://{rest}" if separator and scheme in ("postgresql", "postgres") else url


def _came_in_the_way(why: DBAPIError) -> bool:
    """Whether another transaction was first: PostgreSQL's class 40, or a row that both wanted to add (23505)."""
    state = str(getattr(why.orig, "sqlstate", None) or "")
    return state.startswith("40") or state == "23505"


def _engine(url: str) -> Engine:
    engine = create_engine(url, json_serializer=_strict_json, pool_pre_ping=not url.startswith("sqlite"))
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
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _strict_json(value: object) -> str:
    return json.dumps(value, allow_nan=False, separators=(",", ":"), ensure_ascii=False)
