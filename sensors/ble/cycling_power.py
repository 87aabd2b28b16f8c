"""Cycling Power Measurement (0x2A63): how a Stryd foot pod sends running power."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

from sensors.layout import NO_S16, Field, Layout

_BALANCE, _TORQUE, _WHEEL, _CRANK = 0x0001, 0x0004, 0x0010, 0x0020
_FORCES, _TORQUES, _ANGLES, _TOP, _BOTTOM, _ENERGY = 0x0040, 0x0080, 0x0100, 0x0200, 0x0400, 0x0800

# Cycling Power Service, Bluetooth SIG. What only a bicycle knows is named so that the bytes add up.
_LAYOUT = Layout(
    "2A63",
    "H",
    Field("power_w", "h", absent=NO_S16),
    Field("balance_percent", "B", per=2, when=_BALANCE),
    Field("accumulated_torque_nm", "H", per=32, when=_TORQUE),
    Field("wheel_revolutions", "I", when=_WHEEL),
    Field("wheel_event_s", "H", per=2048, when=_WHEEL),
    Field("crank_revolutions", "H", when=_CRANK),
    Field("crank_event_s", "H", per=1024, when=_CRANK),
    Field("largest_force_n", "h", when=_FORCES),
    Field("smallest_force_n", "h", when=_FORCES),
    Field("largest_torque_nm", "h", per=32, when=_TORQUES),
    Field("smallest_torque_nm", "h", per=32, when=_TORQUES),
    Field("extreme_angles_packed", "3s", when=_ANGLES),
    Field("top_dead_spot_deg", "H", when=_TOP),
    Field("bottom_dead_spot_deg", "H", when=_BOTTOM),
    Field("accumulated_energy_kj", "H", when=_ENERGY),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CyclingPower:
    """`extreme_angles_packed` holds two angles of 12 bits, left as they came."""

    CHARACTERISTIC: ClassVar[str] = "2A63"
    SERVICE: ClassVar[str] = "1818"
    NOTIFIES: ClassVar[bool] = True
    READABLE: ClassVar[bool] = False
    LAYOUT: ClassVar[Layout] = _LAYOUT

    power_w: int | None
    balance_percent: float | None = None
    accumulated_torque_nm: float | None = None
    wheel_revolutions: int | None = None
    wheel_event_s: float | None = None
    crank_revolutions: int | None = None
    crank_event_s: float | None = None
    largest_force_n: int | None = None
    smallest_force_n: int | None = None
    largest_torque_nm: float | None = None
    smallest_torque_nm: float | None = None
    extreme_angles_packed: int | None = None
    top_dead_spot_deg: int | None = None
    bottom_dead_spot_deg: int | None = None
    accumulated_energy_kj: int | None = None
    short_bytes: int = 0
    extra_bytes: int = 0

    @classmethod
    def decode(cls, payload: bytes) -> Self:
        """Raise UnreadablePacket where not even the power is whole."""
        _flags, values = _LAYOUT.read(payload)
        return cls(**values)
