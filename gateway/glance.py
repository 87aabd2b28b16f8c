"""Glance: what the sensors of a run say at this moment, each value from the one sensor that is believed for it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import numpy as np

from gateway.inlet import decoded
from sensors.devices import SensorInfo, belt_truth, known_device
from sensors.packet import Packet
from sensors.voices import WHO_WINS

BELT = "2ACD"
SHOWN = {  # by the channel whose order of belief holds; what a cadence counts shows only over a whole session
    "speed_mps": "speed_mps",
    "cadence_spm": "cadence_per_min",
    "grade": "grade",
    "heart_rate_bpm": "heart_rate_bpm",
}
Glance = dict[str, float | None]


def glance(packets: Iterable[Packet], sensors: Mapping[str, SensorInfo]) -> Glance:
    """The latest value of each kind from the latest packets of the sensors that still speak.

    {"speed_mps", "cadence_per_min", "grade", "heart_rate_bpm"}: None where nobody says it; `grade` is a fraction.
    """
    latest = [packet for packet in packets if packet.sensor in sensors]
    belts = {packet.sensor for packet in latest if packet.characteristic == BELT}
    said = {
        (packet.sensor in belts, packet.characteristic): _truth(packet, sensors[packet.sensor]) for packet in latest
    }
    return {name: _believed(channel, name, said) for channel, name in SHOWN.items()}


def _believed(channel: str, name: str, said: Mapping[tuple[bool, str], Mapping[str, float]]) -> float | None:
    """The value of the first in the order of belief who says one."""
    for who in WHO_WINS[channel]:
        value = said.get((who.kind == "treadmill", who.characteristic), {}).get(name)
        if value is not None:
            return value
    return None


def _truth(packet: Packet, info: SensorInfo) -> dict[str, float]:
    """What a packet says, without the numbers that this device is known to get wrong."""
    values = decoded(packet)
    numbers = {name: float(value) for name, value in values.items() if isinstance(value, int | float)}
    if packet.characteristic == BELT:
        as_sent = {name: np.array([numbers.get(name, math.nan)]) for name in ("speed_mps", "incline_as_sent_percent")}
        truth = belt_truth(known_device(info), as_sent)
        numbers |= {name: float(column[0]) for name, column in truth.items()}
    return {name: value for name, value in numbers.items() if math.isfinite(value)}
