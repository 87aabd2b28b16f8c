"""A watched folder with a shelf behind it, before a server that is really there, in time that passes at once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from gateway_kit import MovingClock, settings, token_file

from gateway.folder import SETTLED_S, Folder
from gateway.post import Post
from gateway.shelf import Shelf
from gateway.taker import LOOK_EVERY_S, Taker
from gateway.tally import Tally
from gateway.upload import session
from gateway.watch import Watch

LOOKS = int(SETTLED_S / LOOK_EVERY_S) + 1  # after which what stood still has been taken


class Watched:
    """`look()` lets as much time pass as a file needs to be taken, and lets the watch do what it does then."""

    def __init__(self, folder: Path, clock: MovingClock) -> None:
        self.folder, self.clock = folder, clock
        self.events: list[dict[str, Any]] = []
        self.shelf: Shelf
        self.watch: Watch

    def put(self, name: str, body: bytes) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
        return path

    def of(self, kind: str) -> list[str]:
        """The files to which this happened, in the order in which it did."""
        return [event["file"] for event in self.events if event["event"] == kind]

    def troubles(self, where: str) -> list[str]:
        return [event["what"] for event in self.events if event.get("where") == where and event["event"] == "trouble"]

    async def look(self, times: int = LOOKS) -> None:
        """As `run` does, so many times."""
        for _ in range(times):
            await self.watch._taker.look()
            while await self.watch._hand_over_one():
                pass
            await self.clock.sleep(LOOK_EVERY_S)


@asynccontextmanager
async def watched(
    tmp_path: Path, server: str, runner: str = "r-1", token: Path | None = None, clock: MovingClock | None = None
) -> AsyncIterator[Watched]:
    """Leave the block and enter it again, and the gateway has been started anew."""
    words = settings(tmp_path, server=server, token_file=token or token_file(tmp_path), runner=runner)
    here = Watched(tmp_path / "runs", clock or MovingClock())
    here.folder.mkdir(exist_ok=True)
    tally = Tally(here.events.append)
    here.shelf = Shelf.open(words.data, server, runner, stamp="now")
    try:
        async with session() as http:
            taker = Taker(Folder(here.folder, here.clock), here.shelf, here.clock, tally)
            here.watch = Watch(taker, here.shelf, Post(http, words), here.clock, lambda: 1.0, tally)
            yield here
    finally:
        here.shelf.close()
