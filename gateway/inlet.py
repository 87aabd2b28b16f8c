"""Inlet: the door through which every notification comes, and the first place that counts it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Any

from gateway.recorder import Heard
from sensors import ble
from sensors.packet import Packet

SHOWN = ("speed_mps", "cadence_per_min", "incline_percent", "heart_rate_bpm", "power_w")
BOUND = 10_000  # an hour of three sensors; the Bluetooth callback must never wait


class Inlet:
    """`hear` is called within Bluetooth callbacks: it counts, queues and returns. `whose(address)` names the runner."""

    def __init__(self, bound: int = BOUND, whose: Callable[[str], str | None] = lambda _: "") -> None:
        self.received: Counter[str] = Counter()  # by the sensor's address
        self.overflowed = 0
        self._latest: dict[tuple[str, str], Packet] = {}
        self._whose = whose
        self._serials: Counter[tuple[str, str | None]] = Counter()
        self._queue: asyncio.Queue[Heard] = asyncio.Queue(bound)

    def hear(self, packet: Packet) -> None:
        runner = self._whose(packet.sensor)
        self.received[packet.sensor] += 1
        self._serials[packet.sensor, runner] += 1
        self._latest[packet.sensor, packet.characteristic] = packet
        try:
            self._queue.put_nowait(Heard(packet=packet, serial=self._serials[packet.sensor, runner], runner=runner))
        except asyncio.QueueFull:
            self.overflowed += 1

    async def next(self) -> Heard:
        return await self._queue.get()

    def values(self, sensor: str) -> dict[str, Any]:
        """The latest of each value that the sensor stated: {"values": {name: number}}."""
        said: dict[str, Any] = {}
        for (address, _), packet in self._latest.items():
            if address == sensor:
                said |= decoded(packet)
        return {"values": {name: said[name] for name in SHOWN if said.get(name) is not None}}

    def latest(self) -> list[Packet]:
        """The last packet of every sensor and characteristic."""
        return list(self._latest.values())

    def next_now(self) -> Heard | None:
        """What is there already, without waiting."""
        return None if self._queue.empty() else self._queue.get_nowait()


def decoded(packet: Packet) -> dict[str, Any]:
    """What a packet says, by name; {} where nobody can read it."""
    try:
        return ble.to_json(ble.decode(packet.characteristic, packet.payload))
    except Exception:  # noqa: BLE001 - only for the eye, and a decoder's fault must not stop the recording
        return {}
