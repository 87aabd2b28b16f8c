"""Known devices: what each does its own way, and where that was seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sensors.ble.treadmill import STEEPEST_DOWN_PERCENT, STEEPEST_UP_PERCENT
from sensors.recording import CadenceUnit, Column

MPH = 1.609344


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorInfo:
    """What the gateway knows of one sensor; `cadence_unit` is what a person configured, None where nobody did."""

    address: str
    name: str | None = None
    model: str | None = None
    serial: str | None = None
    location: str | None = None
    cadence_unit: CadenceUnit | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """One known device, recognised by how its advertised name or its model begins.

    The true incline is (sent - `incline_offset_percent`) * `incline_scale`; `incline_known` is False where the number
    sent means nothing. `speed_scale` turns the speed sent into the unit of the profile.
    """

    prefix: str
    source: str
    cadence_unit: CadenceUnit | None = None
    incline_known: bool = True
    incline_scale: float = 1.0
    incline_offset_percent: float = 0.0
    speed_scale: float = 1.0
    remark: str = ""


KNOWN = (
    Device(prefix="tickr x", cadence_unit="steps", source="OpenTracks issue 1164, pull request 1170"),
    Device(prefix="stryd", cadence_unit="strides", source="OpenTracks issue 962"),
    Device(prefix="polar run", cadence_unit="strides", source="Polar V800 and RS800CX manuals"),
    Device(prefix="runn", cadence_unit="steps", source="TrackMyIndoorWorkout runn_rsc_test.dart, a real packet"),
    Device(prefix="technogym run", cadence_unit="steps", source="TrackMyIndoorWorkout technogym_run_rsc_test.dart"),
    Device(prefix="zwift runpod", cadence_unit="strides", source="qdomyos-zwift issue 1099"),
)


def known_device(info: SensorInfo | None) -> Device | None:
    """The device of this name or model; the longest prefix wins."""
    if info is None:
        return None
    called = [text.strip().casefold() for text in (info.name, info.model) if text]
    fitting = [device for device in KNOWN if any(text.startswith(device.prefix) for text in called)]
    return max(fitting, key=lambda device: len(device.prefix), default=None)


# Metres between two counts of the cadence, at running speed: no step is this long and no stride this short.
STEP_M = (0.5, 1.6)
STRIDE_M = (1.7, 4.0)
RUNNING_MPS = 2.0  # below it, walking and running overlap and the length proves nothing
ENOUGH_READINGS = 10


def cadence_unit(info: SensorInfo | None, speed_mps: Column, cadence_per_min: Column) -> tuple[CadenceUnit | None, str]:
    """What a sensor's cadence counts, and how that is known: configured, by the device, by the length, or nobody knows.

    `speed_mps` and `cadence_per_min` are of the same packets. Decided once for a whole session.
    """
    if info is not None and info.cadence_unit is not None:
        return info.cadence_unit, "as configured"
    device = known_device(info)
    if device is not None and device.cadence_unit is not None:
        return device.cadence_unit, f"as every {device.prefix} counts"
    length_m = _median_length_m(speed_mps, cadence_per_min)
    if STEP_M[0] <= length_m <= STEP_M[1]:
        return "steps", f"for one count goes {length_m:.2f} m"
    if STRIDE_M[0] <= length_m <= STRIDE_M[1]:
        return "strides", f"for one count goes {length_m:.2f} m"
    return None, "nobody said, and the speed does not tell"


def _median_length_m(speed_mps: Column, cadence_per_min: Column) -> float:
    running = (speed_mps >= RUNNING_MPS) & (cadence_per_min > 0)
    if np.count_nonzero(running) < ENOUGH_READINGS:
        return float("nan")
    return float(np.median(60 * speed_mps[running] / cadence_per_min[running]))


def belt_truth(device: Device | None, as_sent: Mapping[str, Column]) -> dict[str, Column]:
    """A treadmill's columns with the speed in its true unit and `grade` (a fraction) in place of the incline as sent.

    The grade is NaN beyond what treadmills can do.
    """
    said = dict(as_sent)
    percent = said.pop("incline_as_sent_percent")
    if device is not None:
        said["speed_mps"] = said["speed_mps"] * device.speed_scale
        percent = (percent - device.incline_offset_percent) * device.incline_scale
    known = (percent >= STEEPEST_DOWN_PERCENT) & (percent <= STEEPEST_UP_PERCENT)
    if device is not None and not device.incline_known:
        known[:] = False
    return said | {"grade": np.where(known, percent, np.nan) / 100}
