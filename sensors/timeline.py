"""Packets of several sensors become one Recording, whatever order they came in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import numpy as np

from sensors.clock import BootClock, boot_offsets_ns
from sensors.devices import SensorInfo, cadence_unit
from sensors.election import elect
from sensors.packet import Packet, short_uuid
from sensors.recording import CadenceUnit, Recording
from sensors.streams import Heard, Moment, streams_of
from sensors.voices import HOLD_NS, Times, Voice

__all__ = ["BootClock", "SensorInfo", "merge"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def merge(
    packets: Iterable[Packet], *, sensors: Sequence[SensorInfo] = (), clocks: Sequence[BootClock] = ()
) -> Recording:
    """One run from all that was heard during it.

    Any order, any repetition of the packets gives the same Recording. Time is each packet's monotonic time plus the
    offset of its boot, never its wall time. The rows are the moments of the speed, with every other channel's latest
    reading of the last 3 s, and, where the speed is silent for longer, the moments of the others. Packets that cannot
    be read are counted in `unreadable_packets`, and what was decided on the way stands in `notes`. Without a reading
    the Recording has no rows. Never raises because of what is in a packet.
    """
    heard = _heard(packets)
    offsets_ns, clock_notes = boot_offsets_ns(_clock_differences(heard, {clock.boot for clock in clocks}), clocks)
    known = {info.address.upper(): info for info in sorted(sensors, key=repr)}
    streams, remarks = streams_of(heard, offsets_ns, known)
    voices, voice_notes = elect(streams)
    unit, unit_notes = _cadence_unit(voices.get("cadence_spm"), known)
    rows_ns = _rows(voices)
    speedless = [] if "speed_mps" in voices else ["No sensor told the speed."]
    return Recording.of(
        (rows_ns - rows_ns[:1]) / 1e9,
        **{channel: voice.at(rows_ns) for channel, voice in voices.items()},
        start=_EPOCH + timedelta(microseconds=int(rows_ns[0]) // 1000) if len(rows_ns) else None,
        sources={channel: voice.stream.kind for channel, voice in voices.items()},
        cadence_unit=unit,
        from_packets=True,
        unreadable_packets=remarks.unreadable.total(),
        notes=(*speedless, *voice_notes, *unit_notes, *remarks.notes(), *clock_notes),
    )


def _heard(packets: Iterable[Packet]) -> Heard:
    """Every packet once, by sensor and characteristic, and then by boot."""
    raw: dict[tuple[str, str, str], dict[Moment, None]] = defaultdict(dict)
    for packet in packets:
        moment = (packet.mono_ns, packet.wall_ns, packet.payload)
        raw[packet.sensor, packet.characteristic, packet.boot][moment] = None
    heard: dict[tuple[str, str], dict[str, dict[Moment, None]]] = defaultdict(lambda: defaultdict(dict))
    for (sensor, characteristic, boot), moments in raw.items():
        heard[sensor.upper(), short_uuid(characteristic)][boot] |= moments
    return dict(sorted(heard.items()))


def _clock_differences(heard: Heard, stated: set[str]) -> dict[str, list[int]]:
    """By boot, wall less monotonic time of its packets; none for a boot whose offset was stated."""
    differences: dict[str, list[int]] = defaultdict(list)
    for boots in heard.values():
        for boot in boots.keys() - stated:
            differences[boot] += [wall_ns - mono_ns for mono_ns, wall_ns, _ in boots[boot]]
    return differences


def _cadence_unit(voice: Voice | None, known: Mapping[str, SensorInfo]) -> tuple[CadenceUnit | None, list[str]]:
    """Decided once for the session, by the one sensor whose cadence is used."""
    if voice is None:
        return None, []
    said = voice.stream.fields
    unit, how = cadence_unit(known.get(voice.stream.sensor), said["speed_mps"], said["cadence_per_min"])
    return unit, [f"Cadence counts {unit or 'steps or strides'}: {how}."]


def _rows(voices: dict[str, Voice]) -> Times:
    """The moments of the speed, and between them, where it is silent for longer than it holds, those of the others.

    A row sooner than that would cut the hold of the speed before it.
    """
    nothing = np.array([], dtype=np.int64)
    speed_ns = voices["speed_mps"].t_ns if "speed_mps" in voices else nothing
    other_ns = np.concatenate([nothing, *(voice.t_ns for name, voice in voices.items() if name != "speed_mps")])
    before = np.searchsorted(speed_ns, other_ns, side="right") - 1
    since_speed = other_ns - np.append(speed_ns, 0)[before]
    silent = (before < 0) | (since_speed > HOLD_NS)
    return np.sort(np.concatenate([speed_ns, np.unique(other_ns[silent])]))
