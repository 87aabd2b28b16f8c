"""Taker: copies to the shelf what has settled in a watched folder, and never the same bytes twice."""

from __future__ import annotations

from functools import partial

from gateway.clock import SECOND_NS, Clock
from gateway.folder import LARGEST_BYTES, Changed, Folder, Found
from gateway.recorder import utc
from gateway.shelf import NoRoom, Shelf
from gateway.tally import Tally
from gateway.threads import in_thread

LOOK_EVERY_S = 2.0  # soon enough for somebody who waits beside it, and no burden to a disk
ROOM_BYTES = 256 * 2**20  # what may wait on this disk for a server that is away; the rest waits in its folder
TOO_LARGE = f"it is larger than {LARGEST_BYTES // 2**20} MiB, which no run is"


class Taker:
    """`is_held_back` says that there was no room for a file; `unreadable` holds what could not be read, and why."""

    def __init__(self, folder: Folder, shelf: Shelf, clock: Clock, tally: Tally) -> None:
        self.is_held_back = False
        self.unreadable: dict[Found, str] = {}
        self._folder, self._shelf, self._clock, self._tally = folder, shelf, clock, tally
        self._look_at_ns = clock.monotonic_ns()

    @property
    def growing(self) -> int:
        """How many files are not whole yet, as far as can be seen."""
        return self._folder.growing

    async def look(self) -> None:
        """Take what can be taken now. Raises NotRecording where this disk is broken; one that is full is waited for."""
        now_ns = self._clock.monotonic_ns()
        if now_ns < self._look_at_ns:
            return
        self._look_at_ns = now_ns + round(LOOK_EVERY_S * SECOND_NS)
        settled = await in_thread(self._folder.look)
        self._tally.say("folder", self._folder.trouble)
        self.unreadable = {found: why for found, why in self.unreadable.items() if found in settled}
        self.is_held_back = False
        for found in settled:
            if not await self._take(found):
                self.is_held_back = True
                return
        self._tally.say("disk", "")

    def look_again(self) -> None:
        """Every file may have to be taken anew."""
        self._folder.forget()

    async def _take(self, found: Found) -> bool:
        """False where there is no room for it now."""
        if found.shape.size > LARGEST_BYTES:
            await self._refuse(found)
            return True
        if (await in_thread(self._shelf.waiting))[1] + found.shape.size > ROOM_BYTES:
            return False
        try:
            body = await in_thread(found.read)
        except Changed:
            return True
        except OSError as why:
            self._cannot_read(found, why)
            return True
        return await self._keep(found, body)

    async def _keep(self, found: Found, body: bytes) -> bool:
        try:
            is_new = await in_thread(partial(self._shelf.take, found.name, body, self._now()))
        except NoRoom as why:
            self._tally.say("disk", str(why))
            return False
        self._folder.done(found)
        self.unreadable.pop(found, None)
        self._tally.tell("taken" if is_new else "known", found.name, size=found.shape.size)
        return True

    async def _refuse(self, found: Found) -> None:
        if await in_thread(partial(self._shelf.refuse, found.name, found.shape.size, self._now(), TOO_LARGE)):
            self._tally.tell("set_aside", found.name, why=TOO_LARGE)
        self._folder.done(found)

    def _cannot_read(self, found: Found, why: OSError) -> None:
        if found not in self.unreadable:
            self._tally.tell("unreadable", found.name, why=why.strerror or str(why))
        self.unreadable[found] = str(why)

    def _now(self) -> str:
        return utc(self._clock.wall_ns())
