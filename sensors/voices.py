"""Voices: who wins when two sensors say the same thing, and what a chosen one said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sensors.recording import SENSOR_HOLD_S, Column

Times = NDArray[np.int64]

HOLD_NS = int(SENSOR_HOLD_S * 1e9)
LAST_HOLD_NS = 1_000_000_000  # the last reading of all stands for one second


class Says(NamedTuple):
    """A kind of sensor, the characteristic it speaks through, and the field that says it."""

    kind: str
    characteristic: str
    field: str


# Best first; one voice has a channel for the whole session, never two in turn and never a mean of two: a treadmill
# was seen at 4.0 km/h while the pod on it said 3.2 (qdomyos-zwift issue 4480). The belt's own RSC, of treadmills that
# speak both, stands behind its machine data. A satellite comes last of all, and only in files.
WHO_WINS: Mapping[str, tuple[Says, ...]] = {
    "speed_mps": (
        Says("treadmill", "2ACD", "speed_mps"),
        Says("treadmill", "2A53", "speed_mps"),
        Says("foot pod", "2A53", "speed_mps"),
    ),
    "cadence_spm": (
        Says("foot pod", "2A53", "cadence_per_min"),
        Says("treadmill", "2A53", "cadence_per_min"),
    ),
    "heart_rate_bpm": (
        Says("heart strap", "2A37", "heart_rate_bpm"),
        Says("treadmill", "2A37", "heart_rate_bpm"),
        Says("treadmill", "2ACD", "heart_rate_bpm"),
    ),
    "power_w": (
        Says("foot pod", "2A63", "power_w"),
        Says("treadmill", "2A63", "power_w"),
        Says("treadmill", "2ACD", "power_w"),
    ),
    "grade": (Says("treadmill", "2ACD", "grade"),),
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stream:
    """What one sensor said through one characteristic: `fields` are columns beside `t_ns`, in any order.

    `sensor` is its address, `called` what a person knows it by.
    """

    sensor: str
    called: str
    kind: str
    characteristic: str
    t_ns: Times
    fields: Mapping[str, Column]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Voice:
    """One channel as one sensor said it: no moment twice, in order, without NaN."""

    channel: str
    stream: Stream
    t_ns: Times
    values: Column

    @property
    def spoke_ns(self) -> int:
        """For how long its readings held."""
        return int(np.minimum(np.diff(self.t_ns), HOLD_NS).sum()) + LAST_HOLD_NS

    def at(self, rows_ns: Times) -> Column:
        """The latest reading at each row, NaN where it is older than a sensor's reading holds."""
        latest = np.searchsorted(self.t_ns, rows_ns, side="right") - 1
        fresh = (latest >= 0) & (rows_ns - self.t_ns[latest] <= HOLD_NS)
        return np.where(fresh, self.values[latest], np.nan)


def elect(streams: Sequence[Stream]) -> tuple[dict[str, Voice], list[str]]:
    """Give every channel its one voice, and say in notes who was passed over."""
    heard = {channel: _kinds(channel, streams) for channel in WHO_WINS}
    session_ns = _span_ns([voice for kinds in heard.values() for voices in kinds for voice in voices])
    chosen: dict[str, Voice] = {}
    notes: list[str] = []
    for channel, kinds in heard.items():
        if kinds:
            chosen[channel] = _best([voices[0] for voices in kinds], session_ns)
            others = [voice for voices in kinds for voice in voices if voice is not chosen[channel]]
            notes += _passed_over(chosen[channel], others)
    return chosen, notes


def _kinds(channel: str, streams: Sequence[Stream]) -> list[list[Voice]]:
    """The voices of each kind that spoke, best kind first; within a kind the one that said most, then by address."""
    kinds = []
    for says in WHO_WINS[channel]:
        of_kind = [stream for stream in streams if (stream.kind, stream.characteristic) == says[:2]]
        voices = [_voice(channel, stream, stream.fields[says.field]) for stream in of_kind]
        spoke = [voice for voice in voices if len(voice.values)]
        kinds.append(sorted(spoke, key=lambda voice: (-len(voice.values), voice.stream.sensor)))
    return [voices for voices in kinds if voices]


def _voice(channel: str, stream: Stream, values: Column) -> Voice:
    """Of two readings of one moment the larger stays, so that the order of arrival changes nothing."""
    order = np.lexsort((values, stream.t_ns))
    order = order[~np.isnan(values[order])]
    t_ns = stream.t_ns[order]
    last_of_moment = np.append(np.diff(t_ns) > 0, True)[: len(t_ns)]
    return Voice(channel=channel, stream=stream, t_ns=t_ns[last_of_moment], values=values[order][last_of_moment])


def _span_ns(voices: Sequence[Voice]) -> int:
    if not voices:
        return 0
    first, last = min(voice.t_ns[0] for voice in voices), max(voice.t_ns[-1] for voice in voices)
    return int(last - first) + LAST_HOLD_NS


def _best(voices: Sequence[Voice], session_ns: int) -> Voice:
    """The first that spoke in at least half of the session, else the one that spoke most."""
    for voice in voices:
        if 2 * voice.spoke_ns >= session_ns:
            return voice
    return max(voices, key=lambda voice: voice.spoke_ns)


_WORDS = {
    "speed_mps": "Speed",
    "cadence_spm": "Cadence",
    "heart_rate_bpm": "Heart rate",
    "power_w": "Power",
    "grade": "Incline",
}


def _passed_over(chosen: Voice, others: Sequence[Voice]) -> list[str]:
    """One sentence where others spoke too."""
    if not others:
        return []
    left_out = " and ".join(f"{voice.stream.kind} {voice.stream.called}" for voice in others)
    stream = chosen.stream
    return [f"{_WORDS[chosen.channel]} comes from {stream.kind} {stream.called} alone; {left_out} also spoke."]
