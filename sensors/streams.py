"""Streams: what each sensor sent, decoded and set on one time axis."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from sensors import ble
from sensors.ble.cycling_power import CyclingPower
from sensors.ble.heart_rate import HeartRate
from sensors.ble.running_speed_cadence import RunningSpeedCadence
from sensors.ble.treadmill import Treadmill, parts
from sensors.columns import Columns, columns
from sensors.devices import SensorInfo, belt_truth, known_device
from sensors.errors import UnreadablePacket
from sensors.lone_zeros import without_lone_zeros
from sensors.split_records import joined
from sensors.voices import Stream, Times

Moment = tuple[int, int, bytes]  # monotonic ns, wall ns, payload
Boots = Mapping[str, Iterable[Moment]]  # what was heard during each boot of the gateway
Heard = Mapping[tuple[str, str], Boots]  # by sensor and characteristic

_SPEAKERS = {
    "2A53": ("foot pod", RunningSpeedCadence.LAYOUT, ("speed_mps", "cadence_per_min")),
    "2A63": ("foot pod", CyclingPower.LAYOUT, ("power_w",)),
    "2A37": ("heart strap", HeartRate.LAYOUT, ("heart_rate_bpm",)),
    "2ACD": ("treadmill", Treadmill.LAYOUT, ("speed_mps", "incline_as_sent_percent", "heart_rate_bpm", "power_w")),
}
# Seen to alternate between nought and what is true: Stryd power in a pause (qdomyos-zwift issue 4480), idle frames of
# treadmills between their records. A pod's speed is not among them: a foot can stand still for one second.
_MAY_ALTERNATE = (("2ACD", "speed_mps"), ("2ACD", "power_w"), ("2A63", "power_w"))
_LIMIT_NS = 1 << 62  # 146 years either side of 1970; a time beyond it is damage and fits no column


@dataclass(slots=True)
class Remarks:
    """What could not be used, by characteristic, and what was done about a device that has its own ways."""

    unreadable: Counter[str] = field(default_factory=Counter)
    short: Counter[str] = field(default_factory=Counter)
    lone_parts: int = 0
    lone_zeros: int = 0
    devices: list[str] = field(default_factory=list)

    def notes(self) -> list[str]:
        """One sentence each."""
        notes = [*self.devices]
        if self.unreadable.total():
            notes.append(f"{_counted(self.unreadable)} could not be read.")
        if self.short.total():
            notes.append(f"{_counted(self.short)} came cut short; what they still said was kept.")
        if self.lone_parts:
            notes.append(f"Parts of treadmill records whose rest never came were left out: {self.lone_parts}.")
        if self.lone_zeros:
            notes.append(
                f"Noughts between two readings, which no belt and no foot can mean, left out: {self.lone_zeros}."
            )
        return notes


def streams_of(
    heard: Heard, offsets_ns: Mapping[str, int], known: Mapping[str, SensorInfo]
) -> tuple[list[Stream], Remarks]:
    """Decode everything; a packet that cannot be read is counted and stops nothing."""
    remarks = Remarks()
    belts = {sensor for sensor, characteristic in heard if characteristic == Treadmill.CHARACTERISTIC}
    streams = []
    for (sensor, characteristic), boots in heard.items():
        t_ns, payloads = _timed(characteristic, boots, offsets_ns, remarks)
        if characteristic in _SPEAKERS:
            read = _columns(characteristic, payloads, remarks)
            streams.append(_stream(sensor, known.get(sensor), sensor in belts, characteristic, t_ns, read, remarks))
        else:
            remarks.unreadable[characteristic] += sum(not _readable(characteristic, payload) for payload in payloads)
    return streams, remarks


def _timed(
    characteristic: str, boots: Boots, offsets_ns: Mapping[str, int], remarks: Remarks
) -> tuple[Times, list[bytes]]:
    times: list[int] = []
    payloads: list[bytes] = []
    for boot in sorted(boots):
        moments, offset_ns = sorted(boots[boot]), offsets_ns[boot]
        if moments[0][0] + offset_ns <= -_LIMIT_NS or moments[-1][0] + offset_ns >= _LIMIT_NS:
            sane = [moment for moment in moments if -_LIMIT_NS < moment[0] + offset_ns < _LIMIT_NS]
            remarks.unreadable[characteristic] += len(moments) - len(sane)
            moments = sane
        times += [mono_ns + offset_ns for mono_ns, _, _ in moments]
        payloads += [payload for _, _, payload in moments]
    return np.array(times, dtype=np.int64), payloads


def _columns(characteristic: str, payloads: list[bytes], remarks: Remarks) -> Columns:
    _kind, layout, names = _SPEAKERS[characteristic]
    read = columns(layout, payloads, names)
    remarks.unreadable[characteristic] += int(np.count_nonzero(~read.readable))
    remarks.short[characteristic] += int(np.count_nonzero(read.short_bytes))
    return read


def _stream(
    sensor: str, info: SensorInfo | None, belt: bool, characteristic: str, t_ns: Times, read: Columns, remarks: Remarks
) -> Stream:
    said = read.readable
    t_ns, fields = t_ns[said], {name: column[said] for name, column in read.fields.items()}
    called = (info and info.name) or sensor
    if characteristic == Treadmill.CHARACTERISTIC:
        device = known_device(info)
        t_ns, fields, left_over = joined(t_ns, parts(read.flags[said]), fields)
        fields = belt_truth(device, fields)
        remarks.lone_parts += left_over
        remarks.devices += [f"Treadmill {called}: {device.note}."] if device and device.note else []
    for name in fields:
        if (characteristic, name) in _MAY_ALTERNATE:
            fields[name], lone = without_lone_zeros(t_ns, fields[name])
            remarks.lone_zeros += lone
    return Stream(
        sensor=sensor,
        called=called,
        kind="treadmill" if belt else _SPEAKERS[characteristic][0],
        characteristic=characteristic,
        t_ns=t_ns,
        fields=fields,
    )


def _readable(characteristic: str, payload: bytes) -> bool:
    try:
        ble.decode(characteristic, payload)
    except UnreadablePacket:
        return False
    return True


def _counted(packets: Counter[str]) -> str:
    total = packets.total()
    by_characteristic = ", ".join(f"{count} of {short}" for short, count in sorted(packets.items()) if count)
    return f"{total} {'packet' if total == 1 else 'packets'} ({by_characteristic})"
