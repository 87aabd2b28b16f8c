"""The air without a radio: one link on which a central and any number of peripherals hear each other."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable

from bumble.controller import Controller
from bumble.device import Device
from bumble.hci import Address
from bumble.host import Host
from bumble.link import LocalLink
from bumble.transport.common import AsyncPipeSink

ADAPTER = "virtual0"
CENTRAL_ADDRESS = "F0:F0:F0:F0:F0:F0"
LOOK_AGAIN_S = 0.02
DELIVERY_TIMEOUT_S = 2.0  # a notification that is still under way after this long met a link that was cut


class Air:
    """A Bluetooth link layer within this process, and the count of what it carried to the central.

    `signals` holds who listens to which characteristic (address, handle). As with bluetoothd, a client stays in it
    until it disconnects by itself: one that was dropped and then left behind hears the next connection's packets too.
    """

    def __init__(self) -> None:
        self.link = LocalLink()  # type: ignore[no-untyped-call]
        self._stations: dict[str, Device] = {}
        self.central = self.station("gateway", CENTRAL_ADDRESS)
        self.signals: dict[tuple[str, int], list[Callable[[bytes], None]]] = defaultdict(list)
        self._delivered: Counter[str] = Counter()
        self._arrival = asyncio.Event()

    def station(self, name: str, address: str) -> Device:
        """A whole Bluetooth stack of its own (host, controller) within earshot of the others."""
        controller = Controller(name, link=self.link, public_address=address)
        device = Device(name, address=Address(address), host=Host(controller, AsyncPipeSink(controller)))
        self._stations[address] = device
        return device

    async def can_be_called(self, address: str) -> None:
        """Wait until a station advertises: a controller that calls one that does not would wait for ever."""
        while address not in self._stations or not self._stations[address].is_advertising:  # noqa: ASYNC110 - bumble tells nobody
            await asyncio.sleep(LOOK_AGAIN_S)

    async def switch_on(self) -> None:
        await self.central.power_on()

    async def switch_off(self) -> None:
        await self.central.power_off()

    def arrived(self, address: str) -> None:
        """The central's side says: one notification of this sensor has been handed over."""
        self._delivered[address] += 1
        self._arrival.set()
        self._arrival = asyncio.Event()

    def delivered(self, address: str) -> int:
        return self._delivered[address]

    async def wait_for(self, address: str, count: int) -> bool:
        """Wait until `count` notifications of the sensor have arrived; False where the link swallowed some."""
        try:
            async with asyncio.timeout(DELIVERY_TIMEOUT_S):
                while self._delivered[address] < count:
                    await self._arrival.wait()
        except TimeoutError:
            return False
        return True
