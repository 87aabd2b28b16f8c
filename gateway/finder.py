"""Finder: looks for sensors again and again, and gives each new one a link of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from gateway import cancelling
from gateway.clock import Clock
from gateway.glance import Glance, glance
from gateway.inlet import Inlet
from gateway.link import Link
from gateway.progress import Report
from gateway.radio import Radio
from gateway.scanner import RadioUnavailable, Scanner, Sighting
from gateway.settings import Settings
from gateway.watchdog import Watchdog
from sensors.devices import SensorInfo

NO_RADIO_PAUSE_S = 10.0
FRESH_S = 5.0  # sensors speak every second or two; what is older is no longer so
LONGEST_NAME = 64


class Finder:
    """`links` by address. `on_change(link)` is called at every change of a link's state; `on_radio(trouble)` when the
    radio stops or begins to work."""

    def __init__(
        self,
        settings: Settings,
        radio: Radio,
        clock: Clock,
        inlet: Inlet,
        jitter: Callable[[], float],
        report: Report,
        on_change: Callable[[Link], None],
        on_radio: Callable[[str], None],
    ) -> None:
        self.links: dict[str, Link] = {}
        self._wanted = frozenset(address.upper() for address in settings.sensors)
        self._settings, self._radio, self._clock, self._inlet = settings, radio, clock, inlet
        self._jitter, self._report, self._on_change, self._on_radio = jitter, report, on_change, on_radio
        self._scanner = Scanner(radio)

    async def run(self) -> None:
        """Never returns; end it by cancelling, and every link is released."""
        async with asyncio.TaskGroup() as held:
            while True:
                cancelling.heed()
                pause_s = self._radio.pause_s
                try:
                    self._take(await self._scanner.sweep(self._radio.sweep_s), held)
                    self._on_radio("")
                except RadioUnavailable as why:
                    self._on_radio(str(why))
                    pause_s = NO_RADIO_PAUSE_S
                except Exception as why:  # noqa: BLE001 - the sensors that are linked already go on being recorded
                    self._on_radio(f"looking for sensors failed: {type(why).__name__}: {why}")
                    pause_s = NO_RADIO_PAUSE_S
                await asyncio.sleep(pause_s)

    def _take(self, sightings: dict[str, Sighting], held: asyncio.TaskGroup) -> None:
        for address, sighting in sightings.items():
            if address in self.links:
                self.links[address].seen()
            elif self._is_wanted(address):
                held.create_task(self._link(sighting).run())

    def words(self) -> list[dict[str, Any]]:
        """Every sensor with its state, its latest values and how many real seconds ago it spoke."""
        return [words(link) | self._inlet.values(link.info.address) for link in self.links.values()]

    def glance(self) -> Glance:
        """What the sensors say at this moment, without those that have fallen silent."""
        speaking = {
            link.info.address: link.info
            for link in self.links.values()
            if link.watchdog.silent_s is not None and link.watchdog.silent_s <= FRESH_S
        }
        return glance(self._inlet.latest(), speaking)

    def _is_wanted(self, address: str) -> bool:
        return not self._wanted or address.upper() in self._wanted

    def _link(self, sighting: Sighting) -> Link:
        link = Link(
            SensorInfo(address=sighting.address, name=clean_name(sighting.device.name)),
            self._radio,
            self._scanner,
            self._clock,
            self._inlet,
            Watchdog(asyncio.get_running_loop().time, self._settings.silence_s, self._settings.first_word_s),
            self._on_change,
            self._jitter,
        )
        self.links[sighting.address] = link
        self._report({"event": "found", **words(link), "services": list(sighting.services)})
        return link


def words(link: Link) -> dict[str, Any]:
    return {
        "sensor": link.info.address,
        "state": link.state,
        "name": link.info.name,
        "model": link.info.model,
        "battery_percent": link.battery_percent,
        "age_s": None if link.watchdog.silent_s is None else round(link.watchdog.silent_s, 1),
        "trouble": link.trouble,
    }


def clean_name(name: str | None) -> str | None:
    """A sensor may call itself anything; what is shown and sent on is short and printable."""
    text = "".join(letter for letter in name or "" if letter.isprintable()).strip()
    return text[:LONGEST_NAME] or None
