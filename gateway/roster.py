"""Roster: which sensor is whose, by its address or its serial number; what it calls itself is never asked."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from sensors.devices import SensorInfo

# Six bytes; a Mac tells no address, and gives each sensor a UUID instead.
ADDRESS = re.compile(r"([0-9A-F]{2}:){5}[0-9A-F]{2}|[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """One sensor, by its address or serial number, is one runner's; `nickname` is what people call the runner."""

    sensor: str
    runner: str
    nickname: str = ""


class Roster:
    """`own` are the assignments of this machine, and those that `tell` brings are the server's.

    A sensor that is assigned to nobody is `runner`'s, as long as nobody else runs here. One that two runners claim, or
    whose serial number another sensor has too, is nobody's until a person has settled it: a run in the wrong name is
    worse than none.
    """

    def __init__(self, runner: str = "", own: Iterable[Assignment] = (), told: Iterable[Assignment] = ()) -> None:
        self._runner, self._own, self._told = runner, tuple(own), tuple(told)
        self._linked: dict[str, SensorInfo] = {}
        self._answers: dict[str, str | None] = {}

    @property
    def runners(self) -> frozenset[str]:
        """Everybody whose runs may come from here."""
        return frozenset(one.runner for one in self._all()) | ({self._runner} if self._runner else frozenset())

    def tell(self, told: Iterable[Assignment]) -> bool:
        """The server's word, instead of its last one; return whether it is another."""
        before, self._told = self._told, tuple(told)
        self._answers.clear()
        return before != self._told

    def meet(self, info: SensorInfo) -> None:
        """A sensor is linked, and has said who it is."""
        self._linked[info.address.upper()] = info
        self._answers.clear()

    def part(self, address: str) -> None:
        self._linked.pop(address.upper(), None)
        self._answers.clear()

    def whose(self, address: str) -> str | None:
        """The one runner to whom everything that the sensor says belongs; None where there is not exactly one."""
        if address not in self._answers:
            self._answers[address] = self._found(address.upper())
        return self._answers[address]

    def may_be_ours(self, address: str) -> bool:
        """Whether it is worth a connection: only then does a sensor say its serial number."""
        by_serial = any(not ADDRESS.fullmatch(_key(one.sensor)) for one in self._all())
        return by_serial or self.whose(address) is not None

    def why_not(self, address: str) -> str:
        """Why a sensor is nobody's."""
        claims = self._claims(address.upper())
        if len(claims) > 1:
            return f"it is assigned to several runners: {', '.join(sorted(claims))}"
        return "another sensor has the same serial number" if claims else "it is assigned to nobody"

    def nickname(self, runner: str) -> str:
        """What people call the runner; the id itself where nobody said."""
        return next((one.nickname for one in self._all() if one.runner == runner and one.nickname), runner)

    def _all(self) -> tuple[Assignment, ...]:
        return self._own + self._told

    def _found(self, address: str) -> str | None:
        claims = self._claims(address)
        if not claims:
            return self._runner if self._runner and self.runners == {self._runner} else None
        is_sure = self._claims(address, with_serial=False) or not self._has_a_double(address)
        return next(iter(claims)) if len(claims) == 1 and is_sure else None

    def _claims(self, address: str, with_serial: bool = True) -> frozenset[str]:
        known = {address}
        info = self._linked.get(address)
        if with_serial and info is not None and info.serial:
            known.add(_key(info.serial))
        return frozenset(one.runner for one in self._all() if _key(one.sensor) in known)

    def _has_a_double(self, address: str) -> bool:
        """Cheap sensors all carry the same serial number: one that two of them have tells nobody who it is."""
        serial = _key(self._linked[address].serial or "")
        return sum(_key(info.serial or "") == serial for info in self._linked.values()) > 1


def _key(text: str) -> str:
    return text.strip().upper()
