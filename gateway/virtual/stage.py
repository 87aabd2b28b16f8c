"""Stage: three pods on a simulated runner, ready to start when all of them have somebody who listens."""

from __future__ import annotations

import asyncio
from typing import Self

from gateway.clock import AcceleratedClock
from gateway.radio import Radio
from gateway.virtual.backend import backends
from gateway.virtual.pods import FootPod, HeartStrap, Pod, Treadmill
from gateway.virtual.radio import ADAPTER, Air
from gateway.virtual.runs import Body, Segment, perform

SWEEP_S, PAUSE_S = 0.3, 1.0  # the air is empty and the pods advertise eagerly


class Stage:
    """`pods` are a foot pod, a treadmill and a heart strap; `radio` is how a gateway hears them."""

    def __init__(self, body: Body) -> None:
        self.air = Air()
        self.body = body
        self.footpod = FootPod(self.air, "C0:11:22:33:44:01", "Stride Sim 01", "SIM-FP-01")
        self.treadmill = Treadmill(self.air, "C0:11:22:33:44:02", "Mill Sim 02", "SIM-TM-02")
        self.strap = HeartStrap(self.air, "C0:11:22:33:44:03", "Heart Sim 03", "SIM-HR-03")
        self.pods: tuple[Pod, ...] = (self.footpod, self.treadmill, self.strap)
        kinds = backends(self.air)
        self.radio = Radio(
            adapter=ADAPTER,
            simulated=True,
            scanner=kinds.scanner,
            client=kinds.client,
            adapter_backend=kinds.adapter,
            sweep_s=SWEEP_S,
            pause_s=PAUSE_S,
        )

    async def __aenter__(self) -> Self:
        await self.air.switch_on()
        for pod in self.pods:
            await pod.switch_on()
        return self

    async def __aexit__(self, *_: object) -> None:
        for pod in self.pods:
            await pod.switch_off()
        await self.air.switch_off()

    async def run(self, clock: AcceleratedClock, plan: tuple[Segment, ...]) -> None:
        """Wait until every pod has a subscriber, fire the gun, and run the plan to its end."""
        for pod in self.pods:
            await pod.subscribed()
        moments = perform(plan, self.body)
        gun_ns = clock.fire()
        async with asyncio.TaskGroup() as everybody:
            for pod in self.pods:
                everybody.create_task(pod.run(clock, gun_ns, moments))
