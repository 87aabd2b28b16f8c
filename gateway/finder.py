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
from gateway.roster import Roster
from gateway.scanner import RadioUnavailable, Scanner, Sighting
from gateway.settings import Settings
from gateway.watchdog import Watchdog
from sensors.devices import SensorInfo

NO_RADIO_PAUSE_S = 10.0
FRESH_S = 5.0  # sensors speak every second or two; what is older is no longer so
LONGEST_NAME = 64


class Finder:
    """`links` by address. `on_change(link)` is called at every change of a link's state; `on_radio(trouble)`, which may
    be set, when the radio stops or begins to work."""

    def __init__(
        self,
        settings: Settings,
        radio: Radio,
        clock: Clock,
        inlet: Inlet,
        roster: Roster,
        jitter: Callable[[], float],
        report: Report,
        on_change: Callable[[Link], None],
    ) -> None:
        self.on_radio: Callable[[str], None] = lambda _: None
        self.links: dict[str, Link] = {}
        self._wanted = frozenset(address.upper() for address in settings.sensors)
        self.strangers: dict[str, dict[str, Any]] = {}  # in reach, with something to record, and nobody's
        self._settings, self._radio, self._clock, self._inlet, self._roster = settings, radio, clock, inlet, roster
        self._jitter, self._report, self._on_change = jitter, report, on_change
        self._scanner = Scanner(radio)

    async def run(self) -> None:
        """Never returns; end it by cancelling, and every link is released."""
        async with asyncio.TaskGroup() as held:
            while True:
                cancelling.heed()
                pause_s = self._radio.pause_s
                try:
                    self._take(await self._scanner.sweep(self._radio.sweep_s), held)
                    self.on_radio("")
                except RadioUnavailable as why:
                    self.on_radio(str(why))
                    pause_s = NO_RADIO_PAUSE_S
                except Exception as why:  # noqa: BLE001 - the sensors that are linked already go on being recorded
                    self.on_radio(f"looking for sensors failed: {type(why).__name__}: {why}")
                    pause_s = NO_RADIO_PAUSE_S
                await asyncio.sleep(pause_s)

    def _take(self, sightings: dict[str, Sighting], held: asyncio.TaskGroup) -> None:
        for address, sighting in sightings.items():
            if address in self.links:
                self.links[address].seen()
            elif self._is_wanted(address) and self._roster.may_be_ours(address):
                held.create_task(self._hold(self._link(sighting)))
        self._pass_over(sightings)

    async def _hold(self, link: Link) -> None:
        """Until it has been away for long: a sensor that changes its address would leave one behind each time."""
        await link.run()
        del self.links[link.info.address]

    def _pass_over(self, sightings: dict[str, Sighting]) -> None:
        """Say of each sensor in reach that is nobody's that it is; they may be forgotten on the day of the run."""
        before, self.strangers = self.strangers, {}
        for address, sighting in sightings.items():
            if self._is_wanted(address) and address not in self.links:
                words = {"sensor": address, "name": clean_name(sighting.device.name)}
                self.strangers[address] = words | {"why": self._roster.why_not(address)}
                if address not in before:
                    self._report({"event": "unassigned", **self.strangers[address]})

    def reassigned(self) -> None:
        """Somebody has said anew which sensor is whose."""
        for address, link in self.links.items():
            link.reassigned(self._roster.whose(address) is not None)

    def infos(self, runner: str) -> list[SensorInfo]:
        """Which of somebody's sensors have been linked."""
        return [link.info for address, link in self.links.items() if self._roster.whose(address) == runner]

    def words(self) -> list[dict[str, Any]]:
        """Every sensor with its state, its latest values and how many real seconds ago it spoke."""
        return [
            words(link) | self._owner(address) | self._inlet.values(address) for address, link in self.links.items()
        ]

    def _owner(self, address: str) -> dict[str, str | None]:
        runner = self._roster.whose(address)
        return {"runner": runner, "nickname": self._roster.nickname(runner) if runner else ""}

    def glance(self, runner: str) -> Glance:
        """What somebody's sensors say at this moment, without those that have fallen silent."""
        speaking = {
            link.info.address: link.info
            for link in self.links.values()
            if self._roster.whose(link.info.address) == runner and _is_fresh(link.watchdog.silent_s)
        }
        return glance(self._inlet.latest(), speaking)

    def _meet(self, info: SensorInfo) -> str:
        self._roster.meet(info)
        return "" if self._roster.whose(info.address) is not None else self._roster.why_not(info.address)

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
        link.meet, link.part = self._meet, self._roster.part
        self.links[sighting.address] = link
        self._report({"event": "found", **words(link), "services": list(sighting.services)})
        return link


def _is_fresh(silent_s: float | None) -> bool:
    return silent_s is not None and silent_s <= FRESH_S


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
