"""Inlet: the door through which every notification comes, and the first place that counts it."""

from __future__ import annotations

import asyncio
from collections import Counter

from gateway.recorder import Heard
from sensors.packet import Packet

BOUND = 10_000  # an hour of three sensors; the Bluetooth callback must never wait


class Inlet:
    """`hear` is called within Bluetooth callbacks: it counts, queues and returns."""

    def __init__(self, bound: int = BOUND) -> None:
        self.received: Counter[str] = Counter()  # by the sensor's address
        self.overflowed = 0
        self.latest: dict[tuple[str, str], Packet] = {}
        self._queue: asyncio.Queue[Heard] = asyncio.Queue(bound)

    def hear(self, packet: Packet) -> None:
        self.received[packet.sensor] += 1
        self.latest[packet.sensor, packet.characteristic] = packet
        try:
            self._queue.put_nowait(Heard(packet=packet, serial=self.received[packet.sensor]))
        except asyncio.QueueFull:
            self.overflowed += 1

    async def next(self) -> Heard:
        return await self._queue.get()

    def next_now(self) -> Heard | None:
        """What is there already, without waiting."""
        return None if self._queue.empty() else self._queue.get_nowait()
