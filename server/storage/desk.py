"""Desk: transactions in threads, so that the event loop never waits for a disk."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Concatenate, ParamSpec, TypeVar, cast

from sqlmodel import Session

from server.storage import quick
from server.storage.asking import asking
from server.storage.database import Database
from server.storage.heard import Answers, Heard, NotHeard, this_second
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
        self._heard = Heard(database.mark.now)
        self._at_the_door = Heard(this_second)
        self._writers = ThreadPoolExecutor(4, "stridegate-write")
        self._readers = ThreadPoolExecutor(4, "stridegate-read")

    async def read(self, work: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._read(lambda db: work(db, *args, **kwargs))

    def mark(self) -> int | None:
        """By which a request says since when nobody may have written, for its answer to be known."""
        return self._heard.mark()

    async def look(
        self, mark: int | None, work: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """As `read`, for what is looked at again and again: at once where it was heard at this mark."""
        return await self._told(self._heard, mark, self._read, lambda db: work(db, *args, **kwargs))

    async def ask(
        self, mark: int | None, work: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """As `look`, for what reads a few rows at every request."""
        return await self._told(self._heard, mark, self._ask, lambda db: work(db, *args, **kwargs))

    async def knock(self, work: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """As `ask`, where the deed asks again in its own transaction: what was heard within this second will do."""
        door = self._at_the_door
        return await self._told(door, door.mark(), self._ask, lambda db: work(db, *args, **kwargs))

    async def _told(self, heard: Heard, mark: int | None, asked: Callable[[Work[T]], Awaitable[T]], work: Work[T]) -> T:
        """The work's answer from what was heard; otherwise it is asked of the database, and what that says is kept."""
        try:
            return work(cast(Session, heard.at(mark)))
        except NotHeard:
            answers: Answers = {}
        value = await asked(lambda db: quick.listening(db, answers, work))
        heard.keep(mark, answers)
        return value

    async def _read(self, work: Work[T]) -> T:
        def transaction() -> T:
            with self.database.read() as db:
                return work(db)

        return await self._timed("read", asyncio.get_running_loop().run_in_executor(self._readers, transaction))

    async def _ask(self, work: Work[T]) -> T:
        return cast(T, await self._timed("ask", self._asked.do(work)))

    async def _timed(self, kind: str, doing: Awaitable[T]) -> T:
        began_s = time.monotonic()
        try:
            return await doing
        finally:
            self.timed(kind, time.monotonic() - began_s)

    async def write(self, work: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `work` in a transaction that is on disk when this returns; it may run twice, so it only writes rows."""

        def transaction(db: Session) -> T:
            return work(db, *args, **kwargs)

        if self._writer is not None:
            return cast(T, await self._timed("write", self._writer.do(transaction)))
        loop = asyncio.get_running_loop()
        return await self._timed("write", loop.run_in_executor(self._writers, self.database.transact, transaction))

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
