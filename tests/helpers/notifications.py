"""Notifications as sensors send them, for tests of what is made of them."""

from __future__ import annotations

import struct

from sensors.packet import Packet

SECOND_NS = 1_000_000_000
WALL_NS = 1_760_000_000 * SECOND_NS  # 9 October 2025, when these runs were not run

BELT, POD, STRAP = "AA:AA:AA:00:00:01", "BB:BB:BB:00:00:02", "CC:CC:CC:00:00:03"


def heard(at_s: float, sensor: str, characteristic: str, payload: bytes, *, boot: str = "boot-1") -> Packet:
    """One packet at a moment of one boot, with a wall clock that is right."""
    mono_ns = round(at_s * SECOND_NS)
    return Packet(
        boot=boot,
        mono_ns=mono_ns,
        wall_ns=WALL_NS + mono_ns,
        adapter="hci0",
        sensor=sensor,
        characteristic=characteristic,
        payload=payload,
    )


def pod_says(at_s: float, speed_mps: float, cadence: int = 170, *, sensor: str = POD, boot: str = "boot-1") -> Packet:
    return heard(at_s, sensor, "2A53", struct.pack("<BHB", 0, round(speed_mps * 256), cadence), boot=boot)


def belt_says(
    at_s: float, speed_kmh: float, incline_percent: float = 0.0, *, sensor: str = BELT, boot: str = "boot-1"
) -> Packet:
    payload = struct.pack("<HHhh", 0x0008, round(speed_kmh * 100), round(incline_percent * 10), 0)
    return heard(at_s, sensor, "2ACD", payload, boot=boot)


def strap_says(at_s: float, bpm: int, *, sensor: str = STRAP, boot: str = "boot-1") -> Packet:
    return heard(at_s, sensor, "2A37", bytes([0x16, bpm, 0x90, 0x01]), boot=boot)
