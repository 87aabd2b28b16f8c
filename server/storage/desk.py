"""Desk: transactions in threads, so that the event loop never waits for a disk."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Concatenate, ParamSpec, TypeVar

from sqlmodel import Session

from server.storage.database import Database

P = ParamSpec("P")
T = TypeVar("T")


class Desk:
    """Reads beside each other; on SQLite one write at a time, on PostgreSQL several. Each is one transaction."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._writer = ThreadPoolExecutor(1 if database.is_sqlite else 4, "stridegate-write")
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

        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._writer, self.database.transact, transaction)

    def close(self) -> None:
        self._writer.shutdown()
        self._readers.shutdown()
        self.database.close()
