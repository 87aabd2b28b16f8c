"""Desk: transactions in threads, so that the event loop never waits for a disk."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Concatenate, ParamSpec, TypeVar, cast

from sqlmodel import Session

from server.storage.alone import Alone
from server.storage.database import Database
from server.storage.writer import Writer

P = ParamSpec("P")
T = TypeVar("T")


class Desk:
    """Reads beside each other; on SQLite one write at a time, on PostgreSQL several. Each is one transaction."""

    def __init__(self, database: Database) -> None:
        """Raise Mistake where another server works on the same SQLite file."""
        self._alone = Alone(database.file) if database.file is not None else None
        self.database = database
        self._writer = Writer(database) if database.is_sqlite else None
        self._writers = ThreadPoolExecutor(4, "stridegate-write")
        self._readers = ThreadPoolExecutor(4, "stridegate-read")

    async def read(self, work: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        def transaction() -> T:
            with self.database.read() as db:
                return work(db, *args, **kwargs)

        return await asyncio.get_running_loop().run_in_executor(self._readers, transaction)

    async def write(self, work: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `work` in a transaction that is on disk when this returns; it may run twice, so it only writes rows."""

        def transaction(db: Session) -> T:
            return work(db, *args, **kwargs)

        if self._writer is not None:
            return cast(T, await self._writer.do(transaction))
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._writers, self.database.transact, transaction)

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
        self._writers.shutdown()
        self._readers.shutdown()
        self.database.close()
        if self._alone is not None:
            self._alone.release()
