"""Sensor Location (0x2A5D): where on the body, or on the machine, a sensor says it sits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

from sensors.errors import UnreadablePacket

# Bluetooth SIG, in the order of its numbers.
LOCATIONS = (
    "other",
    "top_of_shoe",
    "in_shoe",
    "hip",
    "front_wheel",
    "left_crank",
    "right_crank",
    "left_pedal",
    "right_pedal",
    "front_hub",
    "rear_dropout",
    "chainstay",
    "rear_wheel",
    "rear_hub",
    "chest",
    "spider",
    "chain_ring",
)


def location_name(code: int) -> str | None:
    """None for a number without a meaning; FITSHOW treadmills send such."""
    return LOCATIONS[code] if code < len(LOCATIONS) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorLocation:
    CHARACTERISTIC: ClassVar[str] = "2A5D"
    SERVICE: ClassVar[str] = "1814"
    NOTIFIES: ClassVar[bool] = False
    READABLE: ClassVar[bool] = True

    location: str | None
    location_code: int
    short_bytes: int = 0
    extra_bytes: int = 0

    @classmethod
    def decode(cls, payload: bytes) -> Self:
        """Raise UnreadablePacket where there is no byte."""
        if not payload:
            raise UnreadablePacket(cls.CHARACTERISTIC, payload, "there is no byte in it")
        return cls(location=location_name(payload[0]), location_code=payload[0], extra_bytes=len(payload) - 1)
