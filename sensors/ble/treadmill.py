"""Treadmill Data (0x2ACD) of the Fitness Machine Service: the speed and the incline of the belt."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from sensors.layout import NO_S16, NO_U8, NO_U16, NO_U24, U24, Field, Layout, Plan

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


class _TreadmillLayout(Layout):
    """Sources disagree on the pace: a byte of 0.1 km/min, or two bytes of seconds for 500 m.

    That width is right whose whole length is the packet's; where neither is, everything from the pace on stays unread.
    """

    def __init__(self) -> None:
        super().__init__(
            "2ACD",
            "H",
            *_BEFORE_PACE,
            Field("pace_mps", "B", per=0.6, when=0x0020, absent=NO_U8),
            Field("average_pace_mps", "B", per=0.6, when=0x0040, absent=NO_U8),
            *_AFTER_PACE,
        )

    def plan(self, flags: int, size: int) -> Plan:
        if not flags & _PACES or size == self.promised_bytes(flags):
            return super().plan(flags, size)
        if size == _WIDE_PACE.promised_bytes(flags):
            return _WIDE_PACE.plan(flags, size)
        plan = replace(_NO_PACE.plan(flags, size), short_bytes=max(0, self.promised_bytes(flags) - size))
        return plan if plan.fields else replace(plan, complaint="its pace has no known width and nothing is before it")


_WIDE_PACE = Layout(
    "2ACD",
    "H",
    *_BEFORE_PACE,
    Field("pace_s_per_500m", "H", when=0x0020, absent=(0, *NO_U16)),
    Field("average_pace_s_per_500m", "H", when=0x0040, absent=(0, *NO_U16)),
    *_AFTER_PACE,
)
_NO_PACE = Layout("2ACD", "H", *_BEFORE_PACE)

_LAYOUT = _TreadmillLayout()


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
    LAYOUT: ClassVar[Layout] = _LAYOUT

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
        flags, values = _LAYOUT.read(payload)
        for pace in ("pace", "average_pace"):
            seconds = values.pop(f"{pace}_s_per_500m", None)
            if seconds:
                values[f"{pace}_mps"] = 500 / seconds
        incline = plausible_incline(values.get("incline_as_sent_percent"))
        return cls(more_data=bool(flags & _MORE_DATA), incline_percent=incline, **values)


def parts(flags: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Of many packets, those whose record goes on in a later packet."""
    more: NDArray[np.bool_] = (flags & _MORE_DATA).astype(np.bool_)
    return more


def plausible_incline(percent: float | None) -> float | None:
    """None beyond what a treadmill can do."""
    if percent is None or not STEEPEST_DOWN_PERCENT <= percent <= STEEPEST_UP_PERCENT:
        return None
    return percent
