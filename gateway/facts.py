"""Facts: what a sensor says of itself when it is asked: model, serial number, place on the body, battery."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from typing import Any

from bleak import BleakClient
from bleak.backends.characteristic import BleakGATTCharacteristic

from gateway.scanner import ANSWER_TIMEOUT_S, RADIO_ERRORS
from sensors import ble
from sensors.devices import SensorInfo
from sensors.errors import UnreadablePacket
from sensors.packet import short_uuid

log = logging.getLogger(__name__)


async def facts(client: BleakClient, known: SensorInfo) -> tuple[SensorInfo, int | None]:
    """Who the sensor says it is, and its battery in percent; never a reason to hang up."""
    said: dict[str, Any] = {}
    for characteristic in offered(client):
        kind = ble.characteristics().get(short_uuid(characteristic.uuid))
        if kind is not None and kind.READABLE and "read" in characteristic.properties:
            said |= await _asked(client, characteristic)
    told = {name: said[name] for name in ("model", "serial", "location") if name in said}
    return replace(known, **told), said.get("battery_percent")


def offered(client: BleakClient) -> list[BleakGATTCharacteristic]:
    return [characteristic for service in client.services for characteristic in service.characteristics]


async def _asked(client: BleakClient, characteristic: BleakGATTCharacteristic) -> dict[str, Any]:
    """One characteristic read and decoded; {} where the sensor would not say."""
    try:
        async with asyncio.timeout(ANSWER_TIMEOUT_S):
            payload = await client.read_gatt_char(characteristic)
        return ble.to_json(ble.decode(characteristic.uuid, bytes(payload)))
    except (UnreadablePacket, *RADIO_ERRORS) as why:
        log.info("%s would not be read: %s", characteristic.uuid, why)
        return {}
