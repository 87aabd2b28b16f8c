"""Battery Level (0x2A19): how full the sensor's battery is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

from sensors.errors import UnreadablePacket


@dataclass(frozen=True, slots=True, kw_only=True)
class Battery:
    CHARACTERISTIC: ClassVar[str] = "2A19"
    SERVICE: ClassVar[str] = "180F"
    NOTIFIES: ClassVar[bool] = False
    READABLE: ClassVar[bool] = True

    battery_percent: int | None
    short_bytes: int = 0
    extra_bytes: int = 0

    @classmethod
    def decode(cls, payload: bytes) -> Self:
        """A level above 100 is no level. Raises UnreadablePacket where there is no byte."""
        if not payload:
            raise UnreadablePacket(cls.CHARACTERISTIC, payload, "there is no byte in it")
        return cls(battery_percent=payload[0] if payload[0] <= 100 else None, extra_bytes=len(payload) - 1)
