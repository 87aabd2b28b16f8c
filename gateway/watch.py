"""Watch: run files that appear in a folder come to the server, each content once, and a bad one stops no other."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from http import HTTPStatus

from gateway import cancelling
from gateway.clock import SECOND_NS, Clock
from gateway.post import Post
from gateway.progress import Event
from gateway.shelf import NoRoom, Shelf, Waiting
from gateway.sync import backoff_s
from gateway.taker import LOOK_EVERY_S, Taker
from gateway.tally import Tally
from gateway.threads import in_thread
from gateway.turns import Turns
from gateway.upload import Gone, Refused, TryLater, Unwelcome

PERSON_PAUSE_S = 60.0  # somebody must pair or update something first
PATIENCE_S = 60.0  # of `once`, with a file that goes on growing
COUNTS = ("taken", "known", "delivered", "set_aside")


class Watch:
    """`jitter()` gives numbers from 0 to 1."""

    def __init__(
        self, taker: Taker, shelf: Shelf, post: Post, clock: Clock, jitter: Callable[[], float], tally: Tally
    ) -> None:
        self._taker, self._shelf, self._post, self._tally = taker, shelf, post, tally
        self._turns = Turns(shelf, clock, jitter)
        self._clock, self._jitter = clock, jitter
        self._offer_at_ns = clock.monotonic_ns()
        self._vain = 0
        self._has_told_waiting: bool | None = None

    async def run(self) -> None:
        """Never returns; end it by cancelling. Raises NotRecording where this disk is broken."""
        while True:
            cancelling.heed()
            await self._taker.look()
            if not await self._hand_over_one():
                await self._clock.sleep(LOOK_EVERY_S)

    async def once(self) -> Event:
        """Take what is there, hand it over as far as it goes, and return how many files came how far."""
        give_up_ns = self._in_ns(PATIENCE_S)
        while True:
            await self._taker.look()
            while await self._hand_over_one():
                pass
            is_moving = self._taker.growing or (self._taker.is_held_back and not self._tally.trouble)
            if not is_moving or self._clock.monotonic_ns() >= give_up_ns:
                return await self._summary()
            await self._clock.sleep(LOOK_EVERY_S)

    async def _summary(self) -> Event:
        waiting, _ = await in_thread(self._shelf.waiting)
        counts = {name: self._tally.counts[name] for name in COUNTS}
        stuck = {"waiting": waiting, "growing": self._taker.growing, "unreadable": len(self._taker.unreadable)}
        return {"event": "summary", **counts, **stuck, "trouble": dict(self._tally.trouble)}

    async def _hand_over_one(self) -> bool:
        """Offer what has waited longest; False where nothing waits or nothing can be done about it now."""
        if self._clock.monotonic_ns() < self._offer_at_ns:
            return False
        file = await self._turns.next()
        try:
            await self._tell_waiting(file is not None or bool(self._turns.postponed))
            if file is not None:
                await self._offer(file)
        except TryLater as why:
            self._back_off(str(why), why.after_s)
            return False
        except Unwelcome as why:
            self._pause(PERSON_PAUSE_S, str(why))
            return False
        except NoRoom as why:
            self._tally.say("disk", str(why))
            return False
        if file is None:
            self._tally.say("upload", next(iter(self._turns.postponed.values()), ""))
        return file is not None

    async def _offer(self, file: Waiting) -> None:
        if not file.is_sound:
            await self._lose(file)
            return
        try:
            runs = await self._post.deliver(file.name, file.body)
        except TryLater as why:
            if why.is_busy:
                raise
            await self._post.tell_waiting()  # raises TryLater too where the server is away: then everybody waits
            self._turns.stumbled(file, str(why))
        except Gone:
            await self._set_aside(file, "the server has deleted it and will not have it again")
        except Refused as why:
            if why.status in (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED):
                raise Unwelcome("the server takes no files of this runner from this gateway") from why
            await self._set_aside(file, why.sentence)
        else:
            await in_thread(partial(self._shelf.deliver, file, runs))
            self._is_well()
            self._tally.tell("delivered", file.name, sha256=file.sha256, runs=runs)

    async def _set_aside(self, file: Waiting, why: str) -> None:
        await in_thread(partial(self._shelf.set_aside, file, why))
        self._is_well()
        self._tally.tell("set_aside", file.name, why=why)

    async def _lose(self, file: Waiting) -> None:
        """This disk has altered the copy: it is of no use, and the file itself is looked for again."""
        await in_thread(partial(self._shelf.forget, file))
        self._taker.look_again()
        self._tally.tell("altered", file.name, why="this disk has altered its copy; it is taken again where it lies")

    async def _tell_waiting(self, is_waiting: bool) -> None:
        """Once when files begin to wait, and once when none does any more."""
        if is_waiting != self._has_told_waiting:
            await self._post.tell_waiting()
            self._has_told_waiting = is_waiting

    def _is_well(self) -> None:
        """The server has dealt with a file."""
        self._vain = 0
        self._tally.say("upload", "")

    def _back_off(self, why: str, at_least_s: float = 0.0) -> None:
        self._vain += 1
        self._pause(max(backoff_s(self._vain, self._jitter()), at_least_s), why)

    def _pause(self, seconds: float, why: str) -> None:
        self._offer_at_ns = self._in_ns(seconds)
        self._tally.say("upload", why)

    def _in_ns(self, seconds: float) -> int:
        return self._clock.monotonic_ns() + round(seconds * SECOND_NS)
