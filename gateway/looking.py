"""Looking: what is in reach, asked one by one who it is and how full its battery is."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass

from bleak_retry_connector import BleakClientWithServiceCache, establish_connection

from gateway.facts import facts
from gateway.link import release
from gateway.radio import Radio
from gateway.scanner import RADIO_ERRORS, Sighting
from sensors.devices import SensorInfo

ASKING_TIMEOUT_S = 20.0
MEASURES = {"1814": "speed, cadence", "1826": "speed, incline", "180D": "heart rate", "1818": "power"}

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One sensor and what it said of itself; `battery_percent` is None where it was not, or would not be, asked."""

    sighting: Sighting
    info: SensorInfo
    battery_percent: int | None = None

    @property
    def measures(self) -> str:
        return "; ".join(MEASURES[service] for service in self.sighting.services if service in MEASURES)


async def asked(radio: Radio, sightings: Iterable[Sighting]) -> AsyncIterator[Seen]:
    """Each sensor in turn; one that is linked already is left alone, for a goodbye here would cut it off there."""
    for sighting in sightings:
        nobody = Seen(sighting=sighting, info=SensorInfo(address=sighting.address, name=sighting.name))
        if sighting.rssi_dbm is None:
            yield nobody
            continue
        try:
            async with asyncio.timeout(ASKING_TIMEOUT_S):
                yield await _ask(radio, nobody)
        except RADIO_ERRORS as why:
            log.info("%s would not be asked: %s", sighting.address, why)
            yield nobody


async def _ask(radio: Radio, seen: Seen) -> Seen:
    device = seen.sighting.device
    client = await establish_connection(
        BleakClientWithServiceCache,
        device,
        seen.sighting.name,
        max_attempts=1,
        backend=radio.client,
        **radio.options(),
    )
    try:
        info, battery = await facts(client, seen.info)
    finally:
        await release(client)
    return Seen(sighting=seen.sighting, info=info, battery_percent=battery)
