"""Scanner: finds sensors that offer a service we can read; those already linked come first."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import Any

from bleak import BleakAdapter, BleakScanner
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData
from bleak.exc import BleakBluetoothNotAvailableError, BleakError
from bleak.uuids import normalize_uuid_str

from gateway.radio import Radio
from sensors import ble
from sensors.packet import short_uuid

ANSWER_TIMEOUT_S = 10.0  # bluetoothd that was killed leaves its askers hanging for ever
RELEASE_TIMEOUT_S = 4.0  # what is given back when bluetoothd is gone is never confirmed; a stop must not wait for it
RADIO_ERRORS = (BleakError, OSError, EOFError, TimeoutError, NotImplementedError, AttributeError, KeyError)

log = logging.getLogger(__name__)


class RadioUnavailable(Exception):
    """There is no Bluetooth to listen with; the sentence says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """One sensor in reach. `services` in their short form; `rssi_dbm` is None for one that was linked already."""

    device: BLEDevice
    services: tuple[str, ...]
    rssi_dbm: int | None

    @property
    def address(self) -> str:
        return self.device.address

    @property
    def name(self) -> str:
        return self.device.name or self.device.address


def wanted_services() -> tuple[str, ...]:
    """Services with a characteristic to subscribe to, in their short form: "1814", "180D", …"""
    known = ble.characteristics().values()
    return tuple(sorted({kind.SERVICE for kind in known if kind.NOTIFIES}))


class Scanner:
    """`busy` is held while the radio listens or connects: many adapters cannot do both."""

    def __init__(self, radio: Radio) -> None:
        self.busy = asyncio.Lock()
        self._radio = radio
        self._services = [normalize_uuid_str(service) for service in wanted_services()]

    async def sweep(self, seconds: float, until: str | None = None) -> dict[str, Sighting]:
        """Sensors by address, heard within so many seconds; return early once the address `until` is there.

        Raises RadioUnavailable where nothing can be heard at all.
        """
        async with self.busy:
            found = await self._linked()
            if until is None or until not in found:
                found = await self._heard(seconds, until) | found
            return found

    async def _linked(self) -> dict[str, Sighting]:
        """A gateway that was killed leaves its sensors linked, and a linked sensor does not advertise."""
        try:
            async with asyncio.timeout(ANSWER_TIMEOUT_S):
                adapter = await BleakAdapter.get(backend=self._radio.adapter_backend, **self._radio.options())
                devices = await adapter.get_connected_devices(self._services)
        except RADIO_ERRORS as why:
            log.debug("asking for linked sensors failed: %s", why)
            return {}
        return {device.address: Sighting(device=device, services=(), rssi_dbm=None) for device in devices}

    async def _heard(self, seconds: float, until: str | None) -> dict[str, Sighting]:
        found: dict[str, Sighting] = {}
        is_there = asyncio.Event()

        def hear(device: BLEDevice, said: AdvertisementData) -> None:
            services = tuple(short_uuid(uuid) for uuid in said.service_uuids)
            found[device.address] = Sighting(device=device, services=services, rssi_dbm=said.rssi)
            if device.address == until:
                is_there.set()

        scanner = await self._started(hear)
        try:
            async with asyncio.timeout(seconds):
                await is_there.wait()
        except TimeoutError:
            pass
        finally:
            await _stopped(scanner)
        return found

    async def _started(self, hear: Any) -> BleakScanner:
        try:
            scanner = BleakScanner(hear, self._services, backend=self._radio.scanner, **self._radio.options())
            async with asyncio.timeout(ANSWER_TIMEOUT_S):
                await scanner.start()
        except RADIO_ERRORS as why:
            raise RadioUnavailable(f"no Bluetooth to listen with: {_words(why)}") from why
        return scanner


async def _stopped(scanner: BleakScanner) -> None:
    """A scan that cannot be stopped is bluetoothd's trouble; what was found is still true."""
    try:
        async with asyncio.timeout(RELEASE_TIMEOUT_S):
            await scanner.stop()
    except RADIO_ERRORS as why:
        log.warning("the scan could not be stopped: %s", why)


def _words(why: Exception) -> str:
    """What bleak says to people, without what it adds for programs."""
    said = why.args[0] if isinstance(why, BleakBluetoothNotAvailableError) else why
    return str(said).strip() or "it does not answer"
