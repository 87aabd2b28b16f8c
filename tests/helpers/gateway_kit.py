"""Packets, clocks and whole gateways for the tests of the gateway."""

from __future__ import annotations

import asyncio
import os
import struct
from collections.abc import Awaitable, Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

from chunk_server import TOKEN

from gateway.app import Chance, Gateway
from gateway.clock import SECOND_NS, AcceleratedClock, SystemClock, displacement
from gateway.settings import Settings
from gateway.virtual.pods import Pod
from gateway.virtual.runs import Body, Moment, Segment, length_s
from gateway.virtual.stage import Stage
from sensors.packet import Packet

# Against waiting for ever, and no measure of anything: a busy machine may take its time. A planted bug gets less.
PATIENCE_S = float(os.environ.get("STRIDEGATE_PATIENCE_S", "100"))
POD, MILL, STRAP = "C0:00:00:00:00:01", "C0:00:00:00:00:02", "C0:00:00:00:00:03"
START_NS = 1_780_000_000 * SECOND_NS  # some morning in 2026
MONO_START_NS = 5_000 * SECOND_NS


def foot_pod(speed_mps: float, cadence: int = 170) -> bytes:
    return struct.pack("<BHB", 0, round(speed_mps * 256), cadence)


def treadmill(speed_mps: float) -> bytes:
    return struct.pack("<HH", 0, round(speed_mps * 360))


def packet(
    at_s: float, payload: bytes = foot_pod(3.0), characteristic: str = "2A53", sensor: str = POD, boot: str = "boot-a"
) -> Packet:
    """One packet so many seconds after the start."""
    return Packet(
        boot=boot,
        mono_ns=MONO_START_NS + round(at_s * SECOND_NS),
        wall_ns=START_NS + round(at_s * SECOND_NS),
        adapter="test0",
        sensor=sensor,
        characteristic=characteristic,
        payload=payload,
    )


def packets(number: int) -> list[Packet]:
    return [packet(second) for second in range(number)]


class StillClock:
    """Wall and monotonic time that stand where they are put."""

    simulated = False

    def __init__(self, boot: str = "boot-a") -> None:
        self.boot, self.wall, self.mono = boot, START_NS, MONO_START_NS

    def wall_ns(self) -> int:
        return self.wall

    def monotonic_ns(self) -> int:
        return self.mono

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)


def names() -> Callable[[], str]:
    numbers = count(1)
    return lambda: f"01a00000-0000-7000-8000-{next(numbers):012d}"


def chance(new_id: Callable[[], str] | None = None) -> Chance:
    return Chance(new_id=new_id or names(), jitter=lambda: 0.1)


def token_file(folder: Path, token: str = TOKEN) -> Path:
    path = folder / "token"
    path.write_text(token)
    path.chmod(0o600)
    return path


def jog(seconds: float, rest_s: float = 25.0) -> tuple[Segment, ...]:
    """Stand, run, stand until the session closes."""
    return (
        Segment(for_s=3, speed_mps=0.0),
        Segment(for_s=seconds, speed_mps=3.0),
        Segment(for_s=rest_s, speed_mps=0.0),
    )


def remembered(pod: Pod) -> list[tuple[int, bytes]]:
    """What the pod says from now on, heard or not: the second of the run, and the packet."""
    said: list[tuple[int, bytes]] = []
    measured = pod.measured

    def remember(moment: Moment) -> bytes | None:
        payload = measured(moment)
        if payload is not None:
            said.append((moment.elapsed_s, payload))
        return payload

    pod.measured = remember
    return said


class Rehearsal:
    """A gateway on the virtual stage, with the events that it reported."""

    def __init__(self, settings: Settings, plan: tuple[Segment, ...], rate: float = 100.0) -> None:
        self.events: list[dict[str, Any]] = []
        self.stage = Stage(Body(seed=7))
        real = SystemClock("this-machine")
        self.clock = AcceleratedClock("simulated", rate, displacement(length_s(plan), rate), real)
        self._settings, self._plan = settings, plan
        self._news = asyncio.Event()
        self.gateway: Gateway

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event["event"] == kind]

    async def until(self, is_so: Callable[[], bool], seconds: float = PATIENCE_S) -> None:
        async with asyncio.timeout(seconds):
            while not is_so():
                await asyncio.sleep(0.005)

    async def play(
        self, meanwhile: Callable[[Rehearsal], Awaitable[None]] | None = None, seconds: float = PATIENCE_S
    ) -> int:
        """Record the plan; `meanwhile` may meddle. Return the exit code."""
        async with asyncio.timeout(PATIENCE_S), self.stage:
            self.gateway = Gateway(self._settings, self.stage.radio, self.clock, chance(), self.events.append)
            performance = asyncio.create_task(self.stage.run(self.clock, self._plan))
            meddling = asyncio.create_task(meanwhile(self)) if meanwhile else None
            try:
                code = await self.gateway.run()
                if meddling:
                    await meddling
                return code
            finally:
                performance.cancel()


def settings(folder: Path, **words: Any) -> Settings:
    usual = {"data": folder / "data", "runner": "runner-1", "radio": "virtual", "sessions": 1}
    return Settings(_env_file=None, **(usual | words))


def serials() -> Callable[[str], int]:
    """Counts as the inlet does: for each sensor from one."""
    numbers: dict[str, Iterator[int]] = {}
    return lambda sensor: next(numbers.setdefault(sensor, count(1)))


class MovingClock:
    """Time that passes only where somebody sleeps; `meanwhile(seconds)` is what happens elsewhere in that time."""

    simulated = False
    boot = "boot-m"

    def __init__(self) -> None:
        self.mono = 0
        self.meanwhile: Callable[[float], Awaitable[None]] | None = None

    def wall_ns(self) -> int:
        return START_NS + self.mono

    def monotonic_ns(self) -> int:
        return self.mono

    async def sleep(self, seconds: float) -> None:
        self.mono += round(seconds * SECOND_NS)
        if self.meanwhile is not None:
            await self.meanwhile(seconds)
