"""Postman: takes letters out of the outbox, hands each to its channel and marks what went; one in every process."""

from __future__ import annotations

import asyncio
import json
import logging
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from sqlalchemy.exc import DBAPIError

from rules.signs.alert_kinds import Urgency
from server.letters import delivery
from server.letters.channel import Channel
from server.letters.channels import CHANNELS
from server.letters.delivery import Closed, Parcel
from server.letters.outward import NotDelivered, Outward
from server.pacing import FIRST_WAIT, TRY_S
from server.people.keyring import Keyring
from server.storage import outbox
from server.storage.desk import Desk

log = logging.getLogger(__name__)

BATCH = 20
AT_ONCE = 4  # messages to one provider, so that a slow one holds few of ours
LONGEST_TURN_S = 40.0  # a letter that waited so long for its turn is given back while its lease still runs
BUSY_WAIT = timedelta(seconds=5)
MARK_TRIES = 6  # a letter that went and is not marked goes twice; others may be in the way for a moment
LONGEST_REST = timedelta(minutes=15)


class Postman:
    """`owner` is this process among several. What it remembers may be lost at any moment; the outbox remembers."""

    def __init__(
        self,
        desk: Desk,
        clock: Callable[[], datetime],
        keyring: Keyring,
        outward: Outward,
        owner: str,
        channels: Mapping[str, Channel] = CHANNELS,
    ) -> None:
        self.owner = owner
        self.keyring = keyring
        self.outward = outward
        self.channels = channels
        self._desk = desk
        self._clock = clock
        self._turns: dict[tuple[str, bool], asyncio.Semaphore] = {}
        self._busy: Counter[str] = Counter()
        self._failures: Counter[str] = Counter()
        self._rests: dict[str, datetime] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def drain(self, now: datetime) -> int:
        """Take up everything that is due; returns how many letters are on their way, without waiting for them."""
        begun = 0
        while True:
            try:
                taken = await self._desk.write(delivery.take, self.owner, now, BATCH, self._closed(now))
            except DBAPIError as why:
                log.warning("the outbox is busy: %s", type(why).__name__)
                return begun
            for parcel in taken.parcels:
                self._begin(parcel)
            begun += len(taken.parcels)
            if taken.looked_at < BATCH:
                return begun

    async def settle(self) -> None:
        """Return when nothing is on its way any more."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    async def close(self) -> None:
        """What is on its way may arrive; what does not within one try is left to its lease."""
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=TRY_S)
        for task in self._tasks:
            task.cancel()

    def _begin(self, parcel: Parcel) -> None:
        self._busy[parcel.way.provider] += 1
        task = asyncio.create_task(self._deliver(parcel))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deliver(self, parcel: Parcel) -> None:
        provider = parcel.way.provider
        turn = self._turn(parcel)
        try:
            await asyncio.wait_for(turn.acquire(), LONGEST_TURN_S)
        except TimeoutError:
            await self._give_back(parcel)
            return
        finally:
            self._busy[provider] -= 1
        try:
            if self._rests.get(provider, self._clock()) > self._clock():
                await self._give_back(parcel)
            else:
                await self._try(parcel)
        except Exception:
            # Whatever could not be written down: the lease runs out, and the letter goes again under the same key.
            log.exception("a letter by %s could not be marked", parcel.way.kind)
        finally:
            turn.release()

    def _turn(self, parcel: Parcel) -> asyncio.Semaphore:
        """A red flag has a queue of its own, so that it never stands behind what can wait."""
        queue = (parcel.way.provider, parcel.letter.urgency >= Urgency.PAGE)
        return self._turns.setdefault(queue, asyncio.Semaphore(AT_ONCE))

    async def _try(self, parcel: Parcel) -> None:
        """Send first, mark afterwards: a letter may arrive twice, and never not at all."""
        try:
            async with asyncio.timeout(TRY_S):
                await self._send(parcel)
        except NotDelivered as why:
            await self._failed(parcel, why)
        except TimeoutError:
            await self._failed(parcel, NotDelivered(f"It did not answer within {TRY_S:.0f} seconds.", down=True))
        except Exception as why:
            log.exception("a letter by %s failed", parcel.way.kind)
            await self._failed(parcel, NotDelivered(f"It failed ({type(why).__name__})."))
        else:
            self._failures.pop(parcel.way.provider, None)
            self._rests.pop(parcel.way.provider, None)
            await self._marked(parcel)

    async def _marked(self, parcel: Parcel) -> None:
        for tried in range(MARK_TRIES):
            try:
                await self._desk.write(delivery.delivered, parcel, self._clock())
            except DBAPIError:
                if tried == MARK_TRIES - 1:
                    raise
                await asyncio.sleep(0.05 * 2**tried)
            else:
                return

    async def _send(self, parcel: Parcel) -> None:
        channel = self.channels.get(parcel.way.kind)
        opened = self.keyring.open(parcel.way.sealed)
        if channel is None or opened is None:
            raise NotDelivered("What this channel needs cannot be read any more; add it once more.", for_good=True)
        await channel.send(json.loads(opened), parcel.message, self.outward)

    async def _failed(self, parcel: Parcel, why: NotDelivered) -> None:
        now = self._clock()
        if why.down:
            self._let_rest(parcel.way.provider, now)
        await self._desk.write(delivery.undelivered, parcel, self.owner, str(why), now, for_good=why.for_good)

    async def _give_back(self, parcel: Parcel) -> None:
        """It was not tried: nothing is counted, and another letter may have the lease's time."""
        until = self._rests.get(parcel.way.provider, self._clock() + BUSY_WAIT)
        await self._desk.write(outbox.give_back, parcel.letter, self.owner, until)

    def _let_rest(self, provider: str, now: datetime) -> None:
        if self._rests.get(provider, now) > now:
            return  # those that were under way together failed together: that is one failure
        self._failures[provider] += 1
        self._rests[provider] = now + min(FIRST_WAIT * 2 ** min(self._failures[provider] - 1, 10), LONGEST_REST)

    def _closed(self, now: datetime) -> Closed:
        return Closed(
            resting={provider: until for provider, until in self._rests.items() if until > now},
            busy={provider: now + BUSY_WAIT for provider, count in self._busy.items() if count >= AT_ONCE},
        )
