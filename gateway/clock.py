"""Clock: what the gateway takes for time, as an argument, so that a simulated half hour may pass in half a minute."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Hashable
from pathlib import Path
from typing import Protocol

SECOND_NS = 1_000_000_000
LONGEST_NAP_S = 0.05  # a sleeper looks again this often, for the pace of simulated time may change while it sleeps
SHORTEST_NAP_S = 0.0005  # and never spins
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")  # Linux names each boot; elsewhere the process names itself


class Clock(Protocol):
    """`boot` names the run within which `monotonic_ns` counts; `wall_ns` is UTC since 1970, right or wrong."""

    boot: str
    simulated: bool

    def wall_ns(self) -> int: ...

    def monotonic_ns(self) -> int: ...

    async def sleep(self, seconds: float) -> None: ...


class SystemClock:
    """The machine's own time; monotonic time goes on counting while a laptop sleeps, where the system can."""

    simulated = False

    def __init__(self, process_name: str) -> None:
        self.boot = BOOT_ID.read_text().strip() if BOOT_ID.exists() else process_name
        self._ticking = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)

    def wall_ns(self) -> int:
        return time.time_ns()

    def monotonic_ns(self) -> int:
        return time.clock_gettime_ns(self._ticking)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class AcceleratedClock:
    """Time for simulated runs: begins in the past, and from the gun runs `rate` times as fast up to the present.

    Until `fire()` it runs in real time. A run of D seconds followed by s seconds of stillness that begins
    `displacement(D + s, rate)` seconds ago ends now, and nothing is ever dated in the future. Whoever still has
    something to do at a moment may `hold` time there; then the run takes longer, and nothing is lost.
    """

    simulated = True

    def __init__(self, boot: str, rate: float, displacement_s: float, real: Clock) -> None:
        if not rate >= 1:
            raise ValueError(f"time cannot be simulated at {rate} times its pace: 1 is the slowest")
        self.boot = boot
        self.rate = rate
        self._real = real
        self._displacement_ns = round(displacement_s * SECOND_NS)
        self._real_start_ns = real.monotonic_ns()
        self._start_ns = real.wall_ns()  # of the present; ours begins earlier by the displacement
        self._anchor_real_ns = self._real_start_ns
        self._anchor_ns = self._start_ns - self._displacement_ns
        self._pace = 1.0
        self._holds: dict[Hashable, int] = {}

    def fire(self) -> int:
        """Start the race: from this moment time runs at `rate`. Return the moment, wall time in nanoseconds."""
        now = self.wall_ns()
        self._anchor_real_ns, self._anchor_ns = self._real.monotonic_ns(), now
        self._pace = self.rate
        return now

    def wall_ns(self) -> int:
        real = self._real.monotonic_ns()
        present = self._start_ns + real - self._real_start_ns
        now = min(self._anchor_ns + round((real - self._anchor_real_ns) * self._pace), present)
        ceiling = min(self._holds.values(), default=now)
        if now > ceiling:
            now = max(ceiling, self._anchor_ns)
            self._anchor_real_ns, self._anchor_ns = real, now
        return now

    def monotonic_ns(self) -> int:
        return self.wall_ns() - self._start_ns + self._displacement_ns

    def hold(self, holder: Hashable, until_ns: int) -> None:
        """Do not let time pass `until_ns` before this holder lets go or holds a later moment."""
        self.wall_ns()
        self._holds[holder] = until_ns

    def let_go(self, holder: Hashable) -> None:
        self.wall_ns()
        self._holds.pop(holder, None)

    async def sleep(self, seconds: float) -> None:
        await self.sleep_until(self.wall_ns() + round(seconds * SECOND_NS))

    async def sleep_until(self, moment_ns: int) -> None:
        while (left_ns := moment_ns - self.wall_ns()) > 0:
            nap_s = left_ns / SECOND_NS / self._pace
            await asyncio.sleep(min(max(nap_s, SHORTEST_NAP_S), LONGEST_NAP_S))


def displacement(duration_s: float, rate: float) -> float:
    """How many seconds ago a simulated time must begin to end now, having run `duration_s` at `rate`."""
    return duration_s * (rate - 1) / rate
