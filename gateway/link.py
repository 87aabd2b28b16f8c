"""Link: one sensor, held for as long as it lasts and found again when it is lost; every notification goes inward."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable
from functools import partial
from typing import Literal

from bleak import BleakClient
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak_retry_connector import BleakClientWithServiceCache, establish_connection

from gateway import cancelling
from gateway.clock import Clock
from gateway.facts import facts, offered
from gateway.inlet import Inlet
from gateway.radio import Radio
from gateway.scanner import RADIO_ERRORS, RELEASE_TIMEOUT_S, RadioUnavailable, Scanner
from gateway.watchdog import Watchdog
from sensors import ble
from sensors.devices import SensorInfo
from sensors.packet import Packet, short_uuid

CONNECT_ATTEMPTS = 2  # at some 20 s each; while one is connected, no other sensor can be
CONNECT_TIMEOUT_S = 50.0
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.25, 30.0  # a runner who turns a corner is back at once; a flat battery is not

VAIN_TRIES = 40  # some ten minutes; whoever scans finds it again, under this address or another
NOBODYS_PAUSE_S = 600.0  # a stranger's sensor is asked who it is once, and not again before long

LinkState = Literal["searching", "connecting", "connected", "lost", "unassigned"]
log = logging.getLogger(__name__)


class SensorGone(Exception):
    """The sensor is not in reach now."""


class NobodysSensor(Exception):
    """The sensor is in reach, and no runner's of this gateway; the sentence says why."""


class Link:
    """Keeps one sensor connected. `on_change(link)` is called at every change of `state`.

    `jitter` gives numbers from 0 to 1 for the pauses, so that two gateways do not meet at every try. Two more may be
    set: `meet(info)` is asked at each connection and says why the sensor is nobody's, or nothing; `part(address)`
    follows at its end.
    """

    def __init__(
        self,
        info: SensorInfo,
        radio: Radio,
        scanner: Scanner,
        clock: Clock,
        inlet: Inlet,
        watchdog: Watchdog,
        on_change: Callable[[Link], None],
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self.info = info
        self.meet: Callable[[SensorInfo], str] = lambda _: ""
        self.part: Callable[[str], None] = lambda _: None
        self.state: LinkState = "searching"
        self.battery_percent: int | None = None
        self.connections = 0
        self.trouble = ""
        self.watchdog = watchdog
        self._radio, self._scanner, self._clock, self._inlet = radio, scanner, clock, inlet
        self._on_change, self._jitter = on_change, jitter
        self._lost = asyncio.Event()
        self._is_seen = asyncio.Event()

    async def run(self) -> None:
        """Return when the sensor has been away for long, or is nobody's; else end it by cancelling."""
        vain = 0
        while vain < VAIN_TRIES:
            cancelling.heed()
            before = self.connections
            try:
                await self._live()
            except NobodysSensor as why:
                self.trouble = str(why)
                self._become("unassigned")
                if await self._rest(NOBODYS_PAUSE_S):
                    continue
                return
            except (SensorGone, RadioUnavailable, *RADIO_ERRORS) as why:
                self.trouble = str(why) or type(why).__name__
                log.info("%s: %s", self.info.address, self.trouble)
            except Exception as why:
                # Whatever a radio library raises: one sensor must not stop the others.
                self.trouble = f"{type(why).__name__}: {why}"
                log.exception("%s: trouble that nobody expected", self.info.address)
            vain = 0 if self.connections > before else vain + 1
            self._become("lost")
            await self._rest(pause_s(vain, self._jitter()))

    def seen(self) -> None:
        """Somebody heard the sensor just now: there is no reason to wait any longer."""
        if self.state != "unassigned":
            self._is_seen.set()

    def reassigned(self, is_ours: bool) -> None:
        """Somebody has said anew whose the sensor is."""
        if self.state == "unassigned":
            self._is_seen.set()
        elif self.state == "connected" and not is_ours:
            self._lost.set()

    async def _rest(self, seconds: float) -> bool:
        """Whether there was a reason to wake up sooner."""
        self._is_seen.clear()
        try:
            async with asyncio.timeout(seconds):
                return await self._is_seen.wait()
        except TimeoutError:
            return False

    async def _live(self) -> None:
        """From searching to the end of one connection."""
        self._lost = lost = asyncio.Event()
        client = await self._connected(lost)
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT_S):
                self.info, battery = await facts(client, self.info)
                self.battery_percent = self.battery_percent if battery is None else battery
                if why := self.meet(self.info):
                    raise NobodysSensor(why)
                await self._subscribe(client)
            self.watchdog.watch()
            self.connections += 1
            self.trouble = ""
            self._become("connected")
            await self._until_lost_or_silent(lost)
        finally:
            try:
                await release(client)
            finally:
                self.part(self.info.address)

    async def _connected(self, lost: asyncio.Event) -> BleakClient:
        self._become("searching")
        sightings = await self._scanner.sweep(self._radio.sweep_s, until=self.info.address)
        sighting = sightings.get(self.info.address)
        if sighting is None:
            raise SensorGone(f"{self.info.name or self.info.address} is out of reach or asleep")
        self._become("connecting")
        # One connection at a time, and none while scanning: adapters abort what they cannot do at once.
        async with self._scanner.busy, asyncio.timeout(CONNECT_TIMEOUT_S):
            return await establish_connection(
                BleakClientWithServiceCache,
                sighting.device,
                sighting.name,
                disconnected_callback=lambda _client: lost.set(),
                max_attempts=CONNECT_ATTEMPTS,
                backend=self._radio.client,
                **self._radio.options(),
            )

    async def _subscribe(self, client: BleakClient) -> None:
        """Subscribe to all that can be read; a sensor with nothing of the kind is of no use."""
        subscribed = 0
        for characteristic in offered(client):
            kind = ble.characteristics().get(short_uuid(characteristic.uuid))
            if kind is not None and kind.NOTIFIES and {"notify", "indicate"} & set(characteristic.properties):
                await client.start_notify(characteristic, partial(self._hear, kind.CHARACTERISTIC))
                subscribed += 1
        if not subscribed:
            raise SensorGone(f"{self.info.name or self.info.address} offers nothing that can be recorded")

    def _hear(self, short: str, _characteristic: BleakGATTCharacteristic, data: bytearray) -> None:
        """Stamp, queue, return: understanding comes later, and elsewhere."""
        self._inlet.hear(
            Packet(
                boot=self._clock.boot,
                mono_ns=self._clock.monotonic_ns(),
                wall_ns=self._clock.wall_ns(),
                adapter=self._radio.adapter,
                sensor=self.info.address,
                characteristic=short,
                payload=bytes(data),
            )
        )
        self.watchdog.heard()

    async def _until_lost_or_silent(self, lost: asyncio.Event) -> None:
        waits = [asyncio.create_task(lost.wait()), asyncio.create_task(self.watchdog.wait_for_silence())]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
        self.trouble = "the link broke" if lost.is_set() else "connected, but silent: the link was cut"

    def _become(self, state: LinkState) -> None:
        if state != self.state:
            self.state = state
            self._on_change(self)


def pause_s(vain: int, jitter: float) -> float:
    """Full jitter: anything up to a limit that doubles with each vain try."""
    return float(jitter * min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2.0**vain))


async def release(client: BleakClient) -> None:
    """After a drop too: bluetoothd goes on telling a client that never said goodbye, and each packet comes twice."""
    try:
        async with asyncio.timeout(RELEASE_TIMEOUT_S):
            await client.disconnect()
    except RADIO_ERRORS as why:
        log.warning("%s could not be released: %s", client.address, why)
