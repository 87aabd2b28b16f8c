"""Desk: transactions in threads, so that the event loop never waits for a disk."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Concatenate, ParamSpec, TypeVar, cast

from sqlmodel import Session

from server.storage import quick
from server.storage.asking import asking
from server.storage.database import Database
from server.storage.heard import Answers, Heard, NotHeard
from server.storage.writer import writing

P = ParamSpec("P")
T = TypeVar("T")
Work = Callable[[Session], T]


class Desk:
    """Reads beside each other; on SQLite one write at a time, on PostgreSQL several. Each is one transaction."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.timed: Callable[[str, float], None] = lambda _kind, _seconds: None
        self._writer = writing(database) if database.is_sqlite else None
        self._asked = asking(database)
        self._heard = Heard()
        self._writers = ThreadPoolExecutor(4, "stridegate-write")
        self._readers = ThreadPoolExecutor(4, "stridegate-read")

    async def read(self, work: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._read(lambda db: work(db, *args, **kwargs))

    async def look(self, work: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """As `read`, for what is looked at again and again: at once where nobody has written since."""
        return await self._told(lambda db: work(db, *args, **kwargs), self._read)

    async def ask(self, work: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """As `look`, for what reads a few rows at every request."""
        return await self._told(lambda db: work(db, *args, **kwargs), self._ask)

    async def _told(self, work: Work[T], otherwise: Callable[[Work[T]], Awaitable[T]]) -> T:
        """The work's answer from what was heard, and otherwise from the database, whose answers are then kept."""
        before = self.database.mark.now()
        if before is None:
            return await otherwise(work)
        try:
            return work(cast(Session, self._heard.at(before)))
        except NotHeard:
            answers: Answers = {}
            value = await otherwise(lambda db: quick.listening(db, answers, work))
        if self.database.mark.now() == before:  # else nobody can tell which of them somebody's writing has changed
            self._heard.keep(before, answers)
        return value

    async def _read(self, work: Work[T]) -> T:
        def transaction() -> T:
            with self.database.read() as db:
                return work(db)

        with self._watched("read"):
            return await asyncio.get_running_loop().run_in_executor(self._readers, transaction)

    async def _ask(self, work: Work[T]) -> T:
        with self._watched("ask"):
            return cast(T, await self._asked.do(work))

    async def write(self, work: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `work` in a transaction that is on disk when this returns; it may run twice, so it only writes rows."""

        def transaction(db: Session) -> T:
            return work(db, *args, **kwargs)

        with self._watched("write"):
            if self._writer is not None:
                return cast(T, await self._writer.do(transaction))
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._writers, self.database.transact, transaction)

    @contextmanager
    def _watched(self, kind: str) -> Iterator[None]:
        began_s = time.monotonic()
        try:
            yield
        finally:
            self.timed(kind, time.monotonic() - began_s)

    async def scrub(self) -> None:
        """Leave nothing on disk of what was deleted; where the database has one lock, writes wait for it."""
        await asyncio.get_running_loop().run_in_executor(self._writers, self.database.scrub)

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
        self._asked.close()
        self._writers.shutdown()
        self._readers.shutdown()
        self.database.close()
