"""RSC Measurement (0x2A53): speed and cadence of a foot pod, and of some treadmills."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

from sensors.layout import Field, Layout

_STRIDE_LENGTH, _TOTAL_DISTANCE, _RUNNING = 0x01, 0x02, 0x04

# Running Speed and Cadence Service, Bluetooth SIG; it defines no value for "not available".
_LAYOUT = Layout(
    "2A53",
    "B",
    Field("speed_mps", "H", per=256),
    Field("cadence_per_min", "B"),
    Field("stride_length_m", "H", per=100, when=_STRIDE_LENGTH),
    Field("total_distance_m", "I", per=10, when=_TOTAL_DISTANCE),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningSpeedCadence:
    """`cadence_per_min` counts steps on some devices and strides on others (see sensors.devices).

    `running` is the sensor's own word and holds only where its RSC Feature says that it can tell: a Technogym Run
    leaves it unset at 12 km/h. `total_distance_m` may be a lifetime odometer.
    """

    CHARACTERISTIC: ClassVar[str] = "2A53"
    SERVICE: ClassVar[str] = "1814"
    NOTIFIES: ClassVar[bool] = True
    READABLE: ClassVar[bool] = False
    LAYOUT: ClassVar[Layout] = _LAYOUT

    speed_mps: float
    cadence_per_min: int
    running: bool
    stride_length_m: float | None = None
    total_distance_m: float | None = None
    short_bytes: int = 0
    extra_bytes: int = 0

    @classmethod
    def decode(cls, payload: bytes) -> Self:
        """Raise UnreadablePacket where speed and cadence are not whole: no packet is shorter than four bytes."""
        flags, values = _LAYOUT.read(payload)
        return cls(running=bool(flags & _RUNNING), **values)
