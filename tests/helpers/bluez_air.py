"""A Bluetooth chip that a real kernel drives, and behind it the air in which simulated pods live."""

from __future__ import annotations

import asyncio
import secrets
from typing import Any

from bumble.controller import Controller
from bumble.device import Device
from bumble.hci import Address, LeFeatureMask
from bumble.host import Host
from bumble.link import LocalLink
from bumble.transport import Transport
from bumble.transport.common import AsyncPipeSink
from bumble.transport.vhci import open_vhci_transport

# The virtual chip promises these and the kernel then finds them wanting (google/bumble#841).
UNKEPT_PROMISES = LeFeatureMask.LL_PRIVACY | LeFeatureMask.LE_EXTENDED_ADVERTISING


class Ether(LocalLink):
    """bumble's link made to behave like a room: whoever is not in it neither hears nor is heard."""

    def send_acl_data(self, sender_controller: Any, destination_address: Any, transport: Any, data: bytes) -> None:
        for connection in list(sender_controller.le_connections.values()):
            receiver = self.find_le_controller(destination_address)
            if connection.peer_address == destination_address and receiver and sender_controller in self.controllers:
                loop = asyncio.get_running_loop()
                loop.call_soon(receiver.on_link_acl_data, connection.self_address, transport, data)

    def send_ll_control_pdu(self, sender_address: Any, receiver_address: Any, packet: Any) -> None:
        if self.find_le_controller(sender_address) and self.find_le_controller(receiver_address):
            super().send_ll_control_pdu(sender_address, receiver_address, packet)


class KernelAir:
    """What the pods of gateway.virtual need of an air, where their central is a kernel that confirms nothing."""

    def __init__(self) -> None:
        self.link = Ether()  # type: ignore[no-untyped-call]

    def station(self, name: str, address: str) -> Device:
        controller = Controller(name, link=self.link, public_address=address)
        return Device(name, address=Address(address), host=Host(controller, AsyncPipeSink(controller)))

    def delivered(self, address: str) -> int:
        return 0

    async def wait_for(self, address: str, count: int) -> bool:
        return True


class Chip:
    """A Bluetooth adapter behind /dev/vhci; it must answer the kernel within two seconds, or it is given up."""

    def __init__(self, air: KernelAir, address: str) -> None:
        self.address = address
        self._air = air
        self._controller: Controller | None = None
        self._transport: Transport | None = None

    async def plug_in(self) -> None:
        self._transport = await open_vhci_transport(None)
        self._controller = Controller(
            "chip", self._transport.source, self._transport.sink, self._air.link, self.address
        )
        self._controller.le_features &= ~UNKEPT_PROMISES

    async def pull_out(self) -> None:
        if self._transport is not None:
            self.leave_the_room()
            await self._transport.close()
            self._transport = None

    def leave_the_room(self) -> None:
        """Neither side learns of it: the kernel goes on holding its links."""
        self._air.link.controllers.discard(self._controller)

    def come_back(self) -> None:
        self._air.link.add_controller(self._controller)


def new_address() -> str:
    """A random static address that nobody has met before, so that nothing remembered of it can mislead."""
    first, *rest = secrets.token_bytes(6)
    return ":".join(f"{byte:02X}" for byte in (first | 0xC0, *rest))
