"""Our own captures: one Bluetooth packet a line, as the gateway kept them, with what it knew of the sensors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import msgspec

from sensors.clock import BootClock
from sensors.devices import SensorInfo
from sensors.errors import UnreadableFile
from sensors.files.run import PARTIAL, FileRun
from sensors.files.sport import NO_RUN
from sensors.packet import BrokenLine, Packet
from sensors.timeline import merge


class _Completion(msgspec.Struct, kw_only=True):
    """The document that completes an upload; a line of its own here, before or behind the packets."""

    sensors: list[SensorInfo] = []
    clock: list[BootClock] = []
    packets: int | None = None
    dropped: int = 0


def recognises(head: bytes) -> bool:
    """Lines of JSON of which one holds the gateway's monotonic time and a payload."""
    return head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") and b'"mono_ns"' in head and b'"hex"' in head


def read(data: bytes) -> tuple[FileRun, ...]:
    """The one run of the capture. Lines that are no packets are counted among the unreadable packets.

    Raise UnreadableFile where not one line is a packet, or no packet tells anything.
    """
    packets, completion, broken = _lines(data)
    if not packets:
        raise UnreadableFile("This looks like a recording of ours, but no packet in it can be read.")
    recording = merge(packets, sensors=completion.sensors, clocks=completion.clock)
    if len(recording) == 0:
        raise UnreadableFile(NO_RUN)
    recording = replace(
        recording,
        unreadable_packets=recording.unreadable_packets + broken,
        notes=(*recording.notes, *_losses(completion, len(packets), broken)),
    )
    return (FileRun(recording=recording, sport="running"),)


def _lines(data: bytes) -> tuple[list[Packet], _Completion, int]:
    packets: list[Packet] = []
    completion, broken = _Completion(), 0
    for line in data.removeprefix(b"\xef\xbb\xbf").splitlines():
        if not line.strip():
            continue
        try:
            packets.append(Packet.from_line(line))
        except (BrokenLine, RecursionError):
            document = _completion(line)
            broken += document is None
            completion = document or completion
    return packets, completion, broken


def _completion(line: bytes) -> _Completion | None:
    if b'"sensors"' not in line and b'"clock"' not in line:
        return None
    try:
        return _decoder.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def _losses(completion: _Completion, read: int, broken: int) -> Sequence[str]:
    """What is missing between the sensor and this file."""
    losses = []
    if broken:
        losses.append(f"{broken} lines of the recording could not be read")
    if completion.dropped:
        losses.append(f"{completion.dropped} packets were dropped while recording")
    if completion.packets is not None and completion.packets > read:
        losses.append(f"{PARTIAL}{completion.packets - read} of {completion.packets} packets are missing")
    return losses


_decoder = msgspec.json.Decoder(_Completion)
