"""What keeping a notification costs beside a bare bleak callback, and an hour in memory; `make bench` runs it."""

from __future__ import annotations

import asyncio
import logging
import resource
import sys
import tempfile
from collections.abc import AsyncIterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter, process_time

sys.path.insert(0, str(Path(__file__).parents[1] / "helpers"))

from bleak import BleakClient, BleakScanner
from gateway_kit import Rehearsal, chance, jog, settings, treadmill

from gateway.app import Gateway
from gateway.clock import SystemClock
from gateway.virtual.runs import Body
from gateway.virtual.stage import Stage

ROUNDS, EACH = 3, 2000
RUNNING = treadmill(3.0)


async def spoken(stage: Stage) -> tuple[float, float]:
    """CPU and wall seconds for each of so many notifications, one after the other."""
    cpu, wall = process_time(), perf_counter()
    for _ in range(EACH):
        assert await stage.treadmill.say(RUNNING)
    return (process_time() - cpu) / EACH, (perf_counter() - wall) / EACH


async def bare() -> tuple[float, float]:
    """A callback that only counts."""
    heard: list[int] = []
    async with Stage(Body(seed=1)) as stage:
        device = await BleakScanner.find_device_by_address(stage.treadmill.address, backend=stage.radio.scanner)
        async with BleakClient(device, backend=stage.radio.client) as client:
            await client.start_notify("2acd", lambda _, data: heard.append(len(data)))
            cost = await spoken(stage)
    assert len(heard) == EACH
    return cost


@asynccontextmanager
async def recording(stage: Stage, folder: Path) -> AsyncIterator[Gateway]:
    words = settings(folder, sensors=(stage.treadmill.address,), sessions=0)
    gateway = Gateway(words, stage.radio, SystemClock("bench"), chance(), lambda _: None)
    running = asyncio.create_task(gateway.run())
    await stage.treadmill.subscribed()
    yield gateway
    gateway.stop()
    assert await running == 0


async def kept() -> tuple[float, float]:
    """The whole gateway: stamped, queued, understood, and on disk."""
    with tempfile.TemporaryDirectory() as folder:
        async with Stage(Body(seed=1)) as stage, recording(stage, Path(folder)) as gateway:
            cpu, wall = process_time(), perf_counter()
            await spoken(stage)
            while gateway.writer.durable < EACH:
                await asyncio.sleep(0.001)
            cost = (process_time() - cpu) / EACH, (perf_counter() - wall) / EACH
            assert gateway.writer.durable == EACH, "a notification was lost, or came twice"
    return cost


async def an_hour(folder: Path) -> list[float]:
    """Resident memory in MB at each sixth of an hour of virtual time with three sensors."""
    show = Rehearsal(settings(folder), jog(3600), rate=1000)
    resident: list[float] = []

    async def look(show: Rehearsal) -> None:
        for part in range(1, 7):
            while show.stage.treadmill.said < part * 600:
                await asyncio.sleep(0.01)
            resident.append(_resident_mb())

    async with asyncio.timeout(1800), show.stage:
        show.gateway = Gateway(show._settings, show.stage.radio, show.clock, chance(), lambda _: None)
        performance = asyncio.create_task(show.stage.run(show.clock, show._plan))
        looking = asyncio.create_task(look(show))
        assert await show.gateway.run() == 0
        await looking
        performance.cancel()
    return resident


def _hour() -> list[float]:
    logging.getLogger("bumble").setLevel(logging.CRITICAL)
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(an_hour(Path(folder)))


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


def main() -> None:
    logging.getLogger("bumble").setLevel(logging.CRITICAL)
    for _ in range(ROUNDS):
        (bare_cpu, _), (kept_cpu, kept_wall) = asyncio.run(bare()), asyncio.run(kept())
        print(
            f"CPU a notification: bare callback {bare_cpu * 1e6:4.0f} µs, kept {kept_cpu * 1e6:4.0f} µs, "
            f"{kept_cpu / bare_cpu:4.2f} times (at most 2); {1 / kept_cpu:6,.0f} a CPU second and "
            f"{1 / kept_wall:6,.0f} a second on this machine now, none lost (at least 1,000)"
        )
    with ProcessPoolExecutor(1, get_context("spawn")) as alone:
        resident = alone.submit(_hour).result()
    print(f"memory through an hour: {', '.join(f'{mb:.1f}' for mb in resident)} MB (flat, under 100),")
    print("with the whole simulated radio in the same process")


if __name__ == "__main__":
    main()
