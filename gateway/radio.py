"""Radio: which Bluetooth the gateway speaks through, the machine's own or one without hardware."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bleak.backends.adapter import BaseBleakAdapter
from bleak.backends.client import BaseBleakClient
from bleak.backends.scanner import BaseBleakScanner


@dataclass(frozen=True, slots=True, kw_only=True)
class Radio:
    """`adapter` is the name that goes into each packet; the three backends are None where bleak shall choose.

    A sweep listens for `sweep_s` seconds, and the next follows after `pause_s`.
    """

    adapter: str
    simulated: bool = False
    scanner: type[BaseBleakScanner] | None = None
    client: type[BaseBleakClient] | None = None
    adapter_backend: type[BaseBleakAdapter] | None = None
    sweep_s: float = 5.0
    pause_s: float = 10.0

    def options(self) -> dict[str, Any]:
        """How to tell bleak's BlueZ part which adapter is meant; others have only one."""
        return {} if self.simulated or not self.adapter.startswith("hci") else {"bluez": {"adapter": self.adapter}}


def system_radio(adapter: str | None) -> Radio:
    """The machine's Bluetooth; `adapter` such as "hci1" where it has several."""
    return Radio(adapter=adapter or "default")
