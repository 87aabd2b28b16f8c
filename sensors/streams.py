"""Streams: what each sensor sent, decoded and set on one time axis."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

import numpy as np

from sensors import ble
from sensors.ble.treadmill import Treadmill
from sensors.devices import SensorInfo, known_device, true_incline_percent, true_speed_mps
from sensors.errors import UnreadablePacket
from sensors.recording import Column
from sensors.split_records import Joiner
from sensors.voices import WHO_WINS, Stream

Moment = tuple[str, int, int, bytes]  # boot, monotonic ns, wall ns, payload
Heard = Mapping[tuple[str, str], Iterable[Moment]]  # by sensor and characteristic
Timed = list[tuple[int, Any]]  # a measurement and its time

_KINDS = {"2A53": "foot pod", "2A63": "foot pod", "2A37": "heart strap", "2ACD": "treadmill"}
_FIELDS = {
    short: sorted({says.field for ranks in WHO_WINS.values() for says in ranks if says.characteristic == short})
    for short in _KINDS
}
_LIMIT_NS = 1 << 62  # 146 years either side of 1970; a time beyond it is damage and fits no column


@dataclass(slots=True)
class Losses:
    """What could not be used, by characteristic."""

    unreadable: Counter[str] = field(default_factory=Counter)
    short: Counter[str] = field(default_factory=Counter)
    lone_parts: int = 0

    def notes(self) -> list[str]:
        notes = []
        if self.unreadable:
            notes.append(f"{_counted(self.unreadable)} could not be read.")
        if self.short:
            notes.append(f"{_counted(self.short)} came cut short; what they still said was kept.")
        if self.lone_parts:
            notes.append(f"{self.lone_parts} parts of treadmill records were left out, for the rest never came.")
        return notes


def streams_of(
    heard: Heard, offsets_ns: Mapping[str, int], known: Mapping[str, SensorInfo]
) -> tuple[list[Stream], Losses]:
    """Decode everything; a packet that cannot be read is counted and stops nothing."""
    losses = Losses()
    belts = {sensor for sensor, characteristic in heard if characteristic == Treadmill.CHARACTERISTIC}
    streams = []
    for (sensor, characteristic), moments in heard.items():
        timed = _decoded(characteristic, moments, offsets_ns, losses)
        if characteristic in _KINDS and timed:
            kind = "treadmill" if sensor in belts else _KINDS[characteristic]
            streams.append(_stream(sensor, known.get(sensor), kind, characteristic, timed))
    return streams, losses


def _decoded(characteristic: str, moments: Iterable[Moment], offsets_ns: Mapping[str, int], losses: Losses) -> Timed:
    decode = _decoder(characteristic)
    timed: Timed = []
    for boot, mono_ns, _wall_ns, payload in sorted(moments):
        at_ns = offsets_ns[boot] + mono_ns
        try:
            measurement = decode(payload)
        except UnreadablePacket:
            losses.unreadable[characteristic] += 1
            continue
        if not -_LIMIT_NS < at_ns < _LIMIT_NS:
            losses.unreadable[characteristic] += 1
            continue
        if measurement.short_bytes:
            losses.short[characteristic] += 1
        timed.append((at_ns, measurement))
    return _joined(timed, losses) if characteristic == Treadmill.CHARACTERISTIC else timed


def _decoder(characteristic: str) -> Callable[[bytes], ble.Measurement]:
    """Found once a stream, for it is called once a packet."""
    known = ble.characteristics().get(characteristic)
    return known.decode if known else lambda payload: ble.decode(characteristic, payload)


def _joined(timed: Timed, losses: Losses) -> Timed:
    """The whole records of one treadmill; of two parts of one moment that one goes first which says more is to come."""
    joiner = Joiner()
    whole: Timed = []
    for at_ns, part in sorted(timed, key=lambda at: (at[0], not at[1].more_data)):
        record = joiner.add(at_ns, part)
        if record is not None:
            whole.append((at_ns, record))
    joiner.drop()
    losses.lone_parts += joiner.dropped
    return whole


def _stream(sensor: str, info: SensorInfo | None, kind: str, characteristic: str, timed: Timed) -> Stream:
    said = [measurement for _, measurement in timed]
    columns = {name: _column(said, name) for name in _FIELDS[characteristic] if name != "grade"}
    if characteristic == Treadmill.CHARACTERISTIC:
        device = known_device(info)
        columns["speed_mps"] = true_speed_mps(device, columns["speed_mps"])
        columns["grade"] = true_incline_percent(device, _column(said, "incline_as_sent_percent")) / 100
    return Stream(
        sensor=sensor,
        called=(info and info.name) or sensor,
        kind=kind,
        characteristic=characteristic,
        t_ns=np.array([at_ns for at_ns, _ in timed], dtype=np.int64),
        fields=columns,
    )


def _column(said: list[Any], name: str) -> Column:
    return np.array(list(map(attrgetter(name), said)), dtype=np.float64)  # None becomes NaN


def _counted(losses: Counter[str]) -> str:
    total = losses.total()
    by_characteristic = ", ".join(f"{count} of {short}" for short, count in sorted(losses.items()))
    return f"{total} {'packet' if total == 1 else 'packets'} ({by_characteristic})"
