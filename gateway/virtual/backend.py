"""bleak's own doors (`backend=`) opened onto the virtual air: a scanner, a client and an adapter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from bleak.backends.adapter import BaseBleakAdapter
from bleak.backends.client import BaseBleakClient
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData, BaseBleakScanner
from bumble.core import UUID, AdvertisingData
from bumble.device import Advertisement

from gateway.virtual.client import VirtualClient, long_uuid
from gateway.virtual.radio import Air


@dataclass(frozen=True, slots=True, kw_only=True)
class Backends:
    """The three classes to hand to bleak."""

    scanner: type[BaseBleakScanner]
    client: type[BaseBleakClient]
    adapter: type[BaseBleakAdapter]


def backends(air: Air) -> Backends:
    """Classes bound to one air, for bleak makes its own instances."""
    return Backends(
        scanner=type("VirtualScanner", (_Scanner,), {"air": air}),
        client=type("VirtualClient", (VirtualClient,), {"air": air}),
        adapter=type("VirtualAdapter", (_Adapter,), {"air": air}),
    )


class _Scanner(BaseBleakScanner):
    air: ClassVar[Air]

    def __init__(self, detection_callback: Any, service_uuids: list[str] | None, *_: Any, **__: Any) -> None:
        super().__init__(detection_callback, service_uuids)

    async def start(self) -> None:
        self.seen_devices = {}
        self.air.central.on("advertisement", self._hear)
        if not self.air.central.is_scanning:
            await self.air.central.start_scanning(filter_duplicates=False)

    async def stop(self) -> None:
        self.air.central.remove_listener("advertisement", self._hear)
        if self.air.central.is_scanning and not self.air.central.listeners("advertisement"):
            await self.air.central.stop_scanning()

    def _hear(self, advertisement: Advertisement) -> None:
        said = _advertised(advertisement)
        if not self.is_allowed_uuid(said.service_uuids):
            return
        address = advertisement.address.to_string(False)
        device = self.create_or_update_device(address, address, said.local_name, advertisement.address, said)
        self.call_detection_callbacks(device, said)


class _Adapter(BaseBleakAdapter):
    air: ClassVar[Air]

    @classmethod
    async def get(cls, **_: Any) -> _Adapter:
        return cls()

    async def get_connected_devices(self, service_uuids: frozenset[str]) -> list[BLEDevice]:
        links = self.air.central.connections.values()
        return [BLEDevice(link.peer_address.to_string(False), link.peer_name, link.peer_address) for link in links]


def _advertised(advertisement: Advertisement) -> AdvertisementData:
    data = advertisement.data
    uuids: list[UUID] = []
    for kind in (
        AdvertisingData.Type.COMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS,
        AdvertisingData.Type.INCOMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS,
    ):
        uuids += data.get(kind) or []
    return AdvertisementData(
        local_name=data.get(AdvertisingData.Type.COMPLETE_LOCAL_NAME),
        manufacturer_data={},
        service_data={},
        service_uuids=[long_uuid(uuid) for uuid in uuids],
        tx_power=None,
        rssi=advertisement.rssi,
        platform_data=(advertisement,),
    )
