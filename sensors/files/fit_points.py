"""One record of a FIT file as a point, and which of two cadences or powers a run is measured with."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from sensors.files.columns import Point, strides_or_steps
from sensors.recording import CadenceUnit

FIT_EPOCH_S = 631_065_600  # 1989-12-31 00:00 UTC
NO_ALTITUDE_M = -499.9  # raw 0 is -500 m: TomTom writes it before the first fix

# Developer fields (Stryd, RunScribe) differ from the watch's own only by a capital letter; the units string of their
# description says which foot they count: Stryd wrote steps in 2016 and strides in 2024.
_STEPS = ("spm", "steps/min", "step/min")
_STRIDES = ("rpm", "strides/min", "stride/min")
_WATTS = ("w", "watt", "watts")


def point_of(message: Any) -> Point:
    """The channels of a record, in our units, and beside them `cadence`, `dev_steps`, `dev_strides`, `dev_power`."""
    own: dict[str, float] = {}
    added: dict[str, float] = {}
    for one in message.fields:
        value = _number(one.raw_value if one.name == "timestamp" else one.value)
        if value is None:
            continue
        if one.field_def is None:
            own.setdefault(one.name, value)  # expanded by the reader from a coarser field
        elif one.field_def.is_dev:
            _add_developer(added, one, value)
        else:
            own[one.name] = value
    return {**_translated(own), **added}


def at_s(value: object) -> float | None:
    """Seconds since 1970 of a FIT time."""
    seconds = _number(value)
    return None if seconds is None else FIT_EPOCH_S + seconds


def cadence_of(points: Sequence[Point]) -> tuple[list[dict[str, float]], CadenceUnit | None, str]:
    """The cadence that was heard more often: of the watch, or of a pod through a developer field."""
    names = ("cadence", "dev_steps", "dev_strides")
    name = max(names, key=lambda each: _times_told(points, each))
    column = [{"cadence_spm": point.get(name, math.nan)} for point in points]
    if name != "cadence":
        return column, "steps" if name == "dev_steps" else "strides", "pod"
    cadence = np.array([point.get("cadence", math.nan) for point in points])
    speed = np.array([point.get("speed_mps", math.nan) for point in points])
    return column, strides_or_steps(cadence, speed), "watch"


def power_of(points: Sequence[Point]) -> tuple[list[dict[str, float]], str]:
    """The power that was heard more often: of the watch, or of a pod through a developer field."""
    name = max(("power", "dev_power"), key=lambda each: _times_told(points, each))
    return [{"power_w": point.get(name, math.nan)} for point in points], "watch" if name == "power" else "pod"


def _translated(own: Mapping[str, float]) -> dict[str, float]:
    point: dict[str, float] = {}
    if "timestamp" in own:
        point["at_s"] = FIT_EPOCH_S + own["timestamp"]
    altitude_m = own.get("enhanced_altitude", own.get("altitude"))
    if altitude_m is not None and altitude_m > NO_ALTITUDE_M:
        point["altitude_m"] = round(altitude_m, 1)  # its steps are 0.2 m; the offset of 500 leaves dust behind them
    if "cadence" in own:
        point["cadence"] = own["cadence"] + own.get("fractional_cadence", 0.0)
    if "grade" in own:
        point["grade"] = round(own["grade"] / 100, 4)  # it comes in hundredths of a percent
    speed_mps = own.get("enhanced_speed", own.get("speed"))
    for name, value in (
        ("speed_mps", speed_mps),
        ("distance_m", own.get("distance")),
        ("heart_rate_bpm", own.get("heart_rate")),
        ("power", own.get("power")),
    ):
        if value is not None:
            point[name] = value
    return point


def _add_developer(added: dict[str, float], one: Any, value: float) -> None:
    units = str(one.units or "").strip().casefold()
    if one.name == "Cadence" and units in _STEPS:
        added.setdefault("dev_steps", value)
    elif one.name == "Cadence" and units in _STRIDES:
        added.setdefault("dev_strides", value)
    elif one.name == "Power" and (not units or units in _WATTS):
        added.setdefault("dev_power", value)


def _times_told(points: Sequence[Point], name: str) -> int:
    return sum(point.get(name, 0.0) > 0 for point in points)


def _number(value: object) -> float | None:
    """A plain number; a bool, a text or a list of an odd file is none."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)
