"""The virtual air's side of a BleakClient: one connection to one pod, from its first word to its last."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, ClassVar

from bleak.args import SizedBuffer
from bleak.assigned_numbers import gatt_char_props_to_strs
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.client import BaseBleakClient, NotifyCallback
from bleak.backends.descriptor import BleakGATTDescriptor
from bleak.backends.device import BLEDevice
from bleak.backends.service import BleakGATTService, BleakGATTServiceCollection
from bleak.exc import BleakDeviceNotFoundError, BleakError
from bleak.uuids import normalize_uuid_str
from bumble.core import UUID, BaseBumbleError
from bumble.device import Connection, Peer
from bumble.hci import Address

from gateway.virtual.radio import Air

LARGEST_MTU = 517  # an attribute has at most 512 bytes


class VirtualClient(BaseBleakClient):
    """`air` is set by whoever makes a class of this for bleak."""

    air: ClassVar[Air]

    def __init__(self, address_or_ble_device: BLEDevice | str, **kwargs: Any) -> None:
        super().__init__(address_or_ble_device, **kwargs)
        self._name = address_or_ble_device.name if isinstance(address_or_ble_device, BLEDevice) else None
        self._connection: Connection | None = None
        self._peer: Peer | None = None
        self._subscriptions: dict[int, Callable[[bytes], None]] = {}  # by the handle of the characteristic

    @property
    def name(self) -> str:
        return self._name or self.address.replace(":", "-")

    @property
    def mtu_size(self) -> int:
        return self._peer.gatt_client.mtu if self._peer else 23

    @property
    def is_connected(self) -> bool:
        return self._connection is not None

    async def connect(self, pair: bool, **kwargs: Any) -> None:
        self._connection = await self._reach(kwargs.get("timeout", self._timeout))
        self._connection.on("disconnection", self._on_disconnection)
        self._peer = peer = Peer(self._connection)
        try:
            await self._asked(peer.request_mtu(LARGEST_MTU))
            self.services = await self._asked(_discovered(peer))
        except BaseException:
            await self.disconnect()
            raise

    async def _reach(self, timeout_s: float) -> Connection:
        address = Address(self.address)
        for connection in self.air.central.connections.values():
            if connection.peer_address == address:
                return connection
        try:
            async with asyncio.timeout(timeout_s):
                await self.air.can_be_called(self.address)
            return await self.air.central.connect(address)
        except (TimeoutError, BaseBumbleError) as why:
            raise BleakDeviceNotFoundError(self.address, f"{self.address} did not answer") from why

    def _on_disconnection(self, _reason: int) -> None:
        self._connection = self._peer = None
        if self._disconnected_callback:
            self._disconnected_callback()

    async def disconnect(self) -> None:
        for handle, hear in self._subscriptions.items():
            self.air.signals[self.address, handle].remove(hear)
        self._subscriptions.clear()
        connection = self._connection
        if connection is None:
            return
        try:
            await connection.disconnect()
        except BaseBumbleError as why:
            raise BleakError(f"{self.address} could not be released: {why}") from why

    async def pair(self, *args: Any, **kwargs: Any) -> None:
        raise BleakError("a virtual sensor never asks to be paired")

    async def unpair(self) -> None:
        raise BleakError("a virtual sensor never asks to be paired")

    async def read_gatt_char(
        self, characteristic: BleakGATTCharacteristic, *, use_cached: bool = False, **kwargs: Any
    ) -> bytearray:
        return bytearray(await self._asked(self._linked().gatt_client.read_value(characteristic.obj)))

    async def read_gatt_descriptor(
        self, descriptor: BleakGATTDescriptor, *, use_cached: bool = False, **kwargs: Any
    ) -> bytearray:
        return bytearray(await self._asked(self._linked().gatt_client.read_value(descriptor.obj)))

    async def write_gatt_char(self, characteristic: BleakGATTCharacteristic, data: SizedBuffer, response: bool) -> None:
        await self._asked(self._linked().gatt_client.write_value(characteristic.obj, bytes(data), response))

    async def write_gatt_descriptor(self, descriptor: BleakGATTDescriptor, data: SizedBuffer) -> None:
        await self._asked(self._linked().gatt_client.write_value(descriptor.obj, bytes(data), True))

    async def start_notify(
        self, characteristic: BleakGATTCharacteristic, callback: NotifyCallback, **kwargs: Any
    ) -> None:
        listeners = self.air.signals[self.address, characteristic.handle]
        self._subscriptions[characteristic.handle] = hear = partial(_hand_over, callback)
        listeners.append(hear)
        await self._asked(self._linked().gatt_client.subscribe(characteristic.obj, partial(self._signal, listeners)))

    async def stop_notify(self, characteristic: BleakGATTCharacteristic) -> None:
        hear = self._subscriptions.pop(characteristic.handle)
        self.air.signals[self.address, characteristic.handle].remove(hear)
        await self._asked(self._linked().gatt_client.unsubscribe(characteristic.obj))

    def _signal(self, listeners: list[Callable[[bytes], None]], value: bytes) -> None:
        for hear in list(listeners):
            hear(value)
        self.air.arrived(self.address)

    def _linked(self) -> Peer:
        if self._peer is None:
            raise BleakError("Not connected")
        return self._peer

    async def _asked(self, question: Awaitable[Any]) -> Any:
        """Put one question to the sensor; bumble cancels those that are open when the link breaks."""
        task = asyncio.current_task()
        try:
            return await question
        except BaseBumbleError as why:
            raise BleakError(f"{self.address} did not answer: {why}") from why
        except asyncio.CancelledError as why:
            if task is not None and task.cancelling():
                raise
            raise BleakError(f"the link to {self.address} broke while it was asked") from why


def _hand_over(callback: NotifyCallback, value: bytes) -> None:
    callback(bytearray(value))


async def _discovered(peer: Peer) -> BleakGATTServiceCollection:
    found = BleakGATTServiceCollection()
    for service in await peer.discover_services():
        ours = BleakGATTService(service, service.handle, long_uuid(service.uuid))
        found.add_service(ours)
        for characteristic in await service.discover_characteristics():
            found.add_characteristic(_characteristic(characteristic, ours, peer))
    return found


def _characteristic(characteristic: Any, service: BleakGATTService, peer: Peer) -> BleakGATTCharacteristic:
    return BleakGATTCharacteristic(
        characteristic,
        characteristic.handle,
        long_uuid(characteristic.uuid),
        list(gatt_char_props_to_strs(characteristic.properties)),
        lambda: peer.gatt_client.mtu - 3,
        service,
    )


def long_uuid(uuid: UUID) -> str:
    """bleak writes every UUID in its long form."""
    return normalize_uuid_str(uuid.to_hex_str("-"))
