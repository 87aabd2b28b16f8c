"""Treadmill Data (0x2ACD) of the Fitness Machine Service: the speed and the incline of the belt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Self

from sensors.layout import NO_S16, NO_U8, NO_U16, NO_U24, U24, Field, Layout

STEEPEST_UP_PERCENT = 40.0  # the steepest treadmills sold reach 40 % …
STEEPEST_DOWN_PERCENT = -15.0  # … and -6 %; a Trinfit T15 Pro says 82 % at every moment

_MORE_DATA, _PACES = 0x0001, 0x0060
_KMH = 360  # hundredths of a kilometre an hour in one metre a second
_NO_PULSE = (0, *NO_U8)

# Speed is there when "more data" is NOT set: the one inverted flag of the profile.
_BEFORE_PACE = (
    Field("speed_mps", "H", per=_KMH, unless=_MORE_DATA, absent=NO_U16),
    Field("average_speed_mps", "H", per=_KMH, when=0x0002, absent=NO_U16),
    Field("total_distance_m", U24, when=0x0004, absent=NO_U24),
    Field("incline_as_sent_percent", "h", per=10, when=0x0008, absent=NO_S16),
    Field("ramp_angle_deg", "h", per=10, when=0x0008, absent=NO_S16),
    Field("elevation_gain_m", "H", per=10, when=0x0010, absent=NO_U16),
    Field("elevation_loss_m", "H", per=10, when=0x0010, absent=NO_U16),
)
_AFTER_PACE = (
    Field("energy_kcal", "H", when=0x0080, absent=NO_U16),
    Field("energy_per_hour_kcal", "H", when=0x0080, absent=NO_U16),
    Field("energy_per_minute_kcal", "B", when=0x0080, absent=NO_U8),
    Field("heart_rate_bpm", "B", when=0x0100, absent=_NO_PULSE),
    Field("metabolic_equivalent", "B", per=10, when=0x0200, absent=NO_U8),
    Field("elapsed_s", "H", when=0x0400, absent=NO_U16),
    Field("remaining_s", "H", when=0x0800, absent=NO_U16),
    Field("force_n", "h", when=0x1000, absent=NO_S16),
    Field("power_w", "h", when=0x1000, absent=NO_S16),
    Field("step_count", U24, when=0x2000, absent=NO_U24),  # reserved; vendors count steps here
)
# Sources disagree on the pace: a byte of 0.1 km/min, or two bytes of seconds for 500 m.
_BYTE_PACE = Layout(
    "2ACD",
    "H",
    *_BEFORE_PACE,
    Field("pace_mps", "B", per=0.6, when=0x0020, absent=NO_U8),
    Field("average_pace_mps", "B", per=0.6, when=0x0040, absent=NO_U8),
    *_AFTER_PACE,
)
_WIDE_PACE = Layout(
    "2ACD",
    "H",
    *_BEFORE_PACE,
    Field("pace_s_per_500m", "H", when=0x0020, absent=NO_U16),
    Field("average_pace_s_per_500m", "H", when=0x0040, absent=NO_U16),
    *_AFTER_PACE,
)
_UP_TO_PACE = Layout("2ACD", "H", *_BEFORE_PACE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Treadmill:
    """One record, or with `more_data` a part of one whose rest, and whose speed, comes in the next packet.

    `incline_percent` is None beyond what treadmills can do; `incline_as_sent_percent` is the number before that
    judgement, for devices with a scale of their own (see sensors.devices). `total_distance_m` may be a lifetime
    odometer. A pace is given as the speed it means.
    """

    CHARACTERISTIC: ClassVar[str] = "2ACD"
    SERVICE: ClassVar[str] = "1826"
    NOTIFIES: ClassVar[bool] = True
    READABLE: ClassVar[bool] = False

    more_data: bool = False
    speed_mps: float | None = None
    average_speed_mps: float | None = None
    total_distance_m: int | None = None
    incline_percent: float | None = None
    incline_as_sent_percent: float | None = None
    ramp_angle_deg: float | None = None
    elevation_gain_m: float | None = None
    elevation_loss_m: float | None = None
    pace_mps: float | None = None
    average_pace_mps: float | None = None
    energy_kcal: int | None = None
    energy_per_hour_kcal: int | None = None
    energy_per_minute_kcal: int | None = None
    heart_rate_bpm: int | None = None
    metabolic_equivalent: float | None = None
    elapsed_s: int | None = None
    remaining_s: int | None = None
    force_n: int | None = None
    power_w: int | None = None
    step_count: int | None = None
    short_bytes: int = 0
    extra_bytes: int = 0

    @classmethod
    def decode(cls, payload: bytes) -> Self:
        """Raise UnreadablePacket where not even the first promised field is whole."""
        flags = _BYTE_PACE.flags(payload)
        values = _with_pace(flags, payload) if flags & _PACES else _BYTE_PACE.read(payload)[1]
        incline = plausible_incline(values.get("incline_as_sent_percent"))
        return cls(more_data=bool(flags & _MORE_DATA), incline_percent=incline, **values)


def plausible_incline(percent: float | None) -> float | None:
    """None beyond what a treadmill can do."""
    if percent is None or not STEEPEST_DOWN_PERCENT <= percent <= STEEPEST_UP_PERCENT:
        return None
    return percent


def _with_pace(flags: int, payload: bytes) -> dict[str, Any]:
    """The width whose whole length is the packet's; where neither is, everything from the pace on is left unread."""
    if len(payload) == _BYTE_PACE.promised_bytes(flags):
        return _BYTE_PACE.read(payload)[1]
    if len(payload) == _WIDE_PACE.promised_bytes(flags):
        values = _WIDE_PACE.read(payload)[1]
        for narrow in ("pace", "average_pace"):
            seconds = values.pop(f"{narrow}_s_per_500m", None)
            values[f"{narrow}_mps"] = 500 / seconds if seconds else None
        return values
    values = _UP_TO_PACE.read(payload)[1]
    values["short_bytes"] = max(0, _BYTE_PACE.promised_bytes(flags) - len(payload))
    return values
