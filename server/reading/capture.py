"""The packets of a capture, as the gateway sent them, and what it said when it had sent them all."""

from __future__ import annotations

from dataclasses import replace

import msgspec

from sensors.packet import BrokenLine, Packet
from sensors.recording import Recording
from sensors.timeline import BootClock, SensorInfo, merge


class _Closing(msgspec.Struct, kw_only=True):
    sensors: list[SensorInfo] = []
    clock: list[BootClock] = []


def recording_of_capture(body: bytes, closing: bytes) -> Recording:
    """Merge the packets of a capture; a line that is no packet is counted among the unreadable ones."""
    packets, broken = [], 0
    for line in body.splitlines():
        try:
            packets.append(Packet.from_line(line))
        except BrokenLine:
            broken += 1
    said = msgspec.json.decode(closing, type=_Closing)
    recording = merge(packets, sensors=said.sensors, clocks=said.clock)
    return replace(recording, unreadable_packets=recording.unreadable_packets + broken)
