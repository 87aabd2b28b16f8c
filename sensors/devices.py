"""Known devices: what each does its own way, and where that was seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sensors.ble.treadmill import STEEPEST_DOWN_PERCENT, STEEPEST_UP_PERCENT
from sensors.recording import CadenceUnit, Column


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
    """One known device, recognised by how its advertised name or its model begins, in any case.

    The true incline is (sent - `incline_offset_percent`) * `incline_scale`, in whole percent with `incline_levels`.
    With `incline_known` or `speed_known` False the number sent is not used, for what it means cannot be told.
    `note` tells the reader of a session what was done about it.
    """

    prefix: str
    source: str
    cadence_unit: CadenceUnit | None = None
    incline_known: bool = True
    incline_offset_percent: float = 0.0
    incline_scale: float = 1.0
    incline_levels: bool = False
    speed_known: bool = True
    note: str = ""


_MILES = "it sends km/h or mph as its own menu is set, which cannot be told from here, so its speed was not used"

KNOWN = (
    Device(prefix="tickr x", cadence_unit="steps", source="OpenTracks issue 1164"),
    Device(prefix="stryd", cadence_unit="strides", source="OpenTracks issue 962"),
    Device(prefix="polar stride", cadence_unit="strides", source="Polar V800 manual"),
    Device(prefix="polar run", cadence_unit="strides", source="Polar V800 manual"),
    Device(prefix="runn", cadence_unit="steps", source="TrackMyIndoorWorkout runn_rsc_test.dart"),
    Device(prefix="technogym run", cadence_unit="steps", source="TrackMyIndoorWorkout technogym_run_rsc_test.dart"),
    Device(prefix="zwift runpod", cadence_unit="strides", source="qdomyos-zwift issue 1099"),
    Device(
        prefix="t01_",
        incline_scale=0.15,  # sent as hundredths of its 15 levels: 60 for the first, 1000 for the last
        incline_levels=True,
        source="qdomyos-zwift issue 2511 and the table in horizontreadmill.cpp",
        note="it sends its incline as a part of its 15 levels; a level was taken as 1 %",
    ),
    Device(
        prefix="adidas t-800",
        incline_offset_percent=6.0,
        source="qdomyos-zwift issue 5113",
        note="it says 6 % where the belt is level; 6 % were taken off its incline",
    ),
    Device(
        prefix="trinfit t15",
        incline_known=False,
        source="qdomyos-zwift issue 4808",
        note="it says 82 % at every moment; its incline was not used",
    ),
    Device(
        prefix="noblepro",
        incline_known=False,
        source="qdomyos-zwift issues 1303 and 1361",
        note="it counts its incline in steps of its own; its incline was not used",
    ),
    Device(
        prefix="domyos-ts100",
        incline_known=False,
        source="qdomyos-zwift",
        note="it stands at an incline that it does not send; its incline was not used",
    ),
    Device(
        prefix="tunturi t60",
        incline_known=False,
        source="qdomyos-zwift horizontreadmill.cpp",
        note="the incline it sends means nothing; it was not used",
    ),
    Device(prefix="bfx_t9_", speed_known=False, source="qdomyos-zwift issue 4210, pull request 4212", note=_MILES),
    Device(prefix="bowflex t9", speed_known=False, source="qdomyos-zwift issue 4210, pull request 4212", note=_MILES),
    Device(prefix="3g elite", speed_known=False, source="qdomyos-zwift pull requests 4057 and 4212", note=_MILES),
    Device(prefix="therun t15", speed_known=False, source="qdomyos-zwift pull request 4364", note=_MILES),
)


def known_device(info: SensorInfo | None) -> Device | None:
    """The device of this name or model; the longest beginning wins."""
    if info is None:
        return None
    called = [" ".join(text.casefold().split()) for text in (info.name, info.model) if text]  # "THERUN  T15"
    fitting = [device for device in KNOWN if any(_begins(text, device.prefix) for text in called)]
    return max(fitting, key=lambda device: len(device.prefix), default=None)


def _begins(text: str, prefix: str) -> bool:
    """With whole words: "RUNN 77" is a Runn, and "Runner's pod" is not."""
    return text.startswith(prefix) and not text[len(prefix) :][:1].isalpha()


# Metres from one count of the cadence to the next, at running speed: no step is longer and no stride shorter.
STEP_M = (0.5, 1.6)
STRIDE_M = (1.7, 4.0)
RUNNING_MPS = 2.0  # below it walking and running overlap, and the length proves nothing
ENOUGH_READINGS = 10


def cadence_unit(info: SensorInfo | None, speed_mps: Column, cadence_per_min: Column) -> tuple[CadenceUnit | None, str]:
    """What a sensor's cadence counts, and how that is known: configured, by the device, by the length, or not at all.

    `speed_mps` and `cadence_per_min` are of the same packets; the sensor's whole session decides, once.
    """
    if info is not None and info.cadence_unit is not None:
        return info.cadence_unit, "so it was set for this sensor"
    device = known_device(info)
    if device is not None and device.cadence_unit is not None:
        return device.cadence_unit, f"so does every {device.prefix}"
    length_m = _median_length_m(speed_mps, cadence_per_min)
    if STEP_M[0] <= length_m <= STEP_M[1]:
        return "steps", f"one count goes {length_m:.2f} m"
    if STRIDE_M[0] <= length_m <= STRIDE_M[1]:
        return "strides", f"one count goes {length_m:.2f} m"
    return None, "neither the sensor nor its speed tells"


def _median_length_m(speed_mps: Column, cadence_per_min: Column) -> float:
    running = (speed_mps >= RUNNING_MPS) & (cadence_per_min > 0)
    if np.count_nonzero(running) < ENOUGH_READINGS:
        return float("nan")
    return float(np.median(60 * speed_mps[running] / cadence_per_min[running]))


def belt_truth(device: Device | None, as_sent: Mapping[str, Column]) -> dict[str, Column]:
    """A treadmill's columns with `grade` (a fraction) in place of the incline as sent, and without doubtful numbers.

    The grade is NaN beyond what treadmills can do.
    """
    said = dict(as_sent)
    percent = said.pop("incline_as_sent_percent")
    if device is not None:
        percent = (percent - device.incline_offset_percent) * device.incline_scale
        percent = np.round(percent) if device.incline_levels else percent
        percent = percent if device.incline_known else np.full(len(percent), np.nan)
    if device is not None and not device.speed_known:
        said["speed_mps"] = np.full(len(percent), np.nan)
    possible = (percent >= STEEPEST_DOWN_PERCENT) & (percent <= STEEPEST_UP_PERCENT)
    return said | {"grade": np.where(possible, percent, np.nan) / 100}
