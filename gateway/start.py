"""Start: the one place that takes the real clock, real chance and a real or simulated radio, and lets a gateway run."""

from __future__ import annotations

import asyncio
import random
import signal
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import uuid_utils

from gateway.app import Chance, Gateway
from gateway.clock import AcceleratedClock, SystemClock, displacement
from gateway.progress import Report
from gateway.radio import Radio, system_radio
from gateway.settings import Settings
from gateway.virtual.runs import BREATH_S, Body, Segment, easy_run, length_s, standing

if TYPE_CHECKING:
    from gateway.virtual.stage import Stage

MARGIN_S = 5.0  # a simulated runner stands this much longer than it takes to close the session


async def record(settings: Settings, report: Report) -> int:
    """Run a gateway until it ends by itself or is asked to stop by a signal; return its exit code."""
    real = SystemClock(str(uuid.uuid4()))
    if settings.radio == "system":
        return await _until_done(Gateway(settings, system_radio(settings.adapter), real, _chance(), report))
    body = Body(seed=random.SystemRandom().randrange(2**32))
    plan = simulated_plan(settings, body)
    ago_s = displacement(length_s(plan), settings.rate)
    clock = AcceleratedClock(f"simulated-{uuid.uuid4()}", settings.rate, ago_s, real)
    async with _stage(body) as stage:
        performance = asyncio.create_task(stage.run(clock, plan))
        try:
            return await _until_done(Gateway(settings, stage.radio, clock, _chance(), report))
        finally:
            performance.cancel()


def simulated_plan(settings: Settings, body: Body) -> tuple[Segment, ...]:
    """As many runs as sessions are asked for, each followed by a rest that closes its session."""
    once = (standing(BREATH_S), *easy_run(settings.run_minutes, body), standing(settings.rest_s + MARGIN_S))
    return once * max(1, settings.sessions)


@asynccontextmanager
async def open_radio(settings: Settings) -> AsyncIterator[Radio]:
    """The radio that the settings name, to look around with."""
    if settings.radio == "system":
        yield system_radio(settings.adapter)
        return
    async with _stage(Body(seed=0)) as stage:
        yield stage.radio


def _stage(body: Body) -> Stage:
    """Loaded only where it is wanted: it takes 30 MB, and seconds of a Pi whose radio is real."""
    from gateway.virtual.stage import Stage  # noqa: PLC0415

    return Stage(body)


async def _until_done(gateway: Gateway) -> int:
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, gateway.stop)
    return await gateway.run()


def _chance() -> Chance:
    return Chance(new_id=lambda: str(uuid_utils.uuid7()), jitter=random.SystemRandom().random)
