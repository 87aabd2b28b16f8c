"""Voices: who is heard when several sensors say the same thing, and what each of them said."""

from __future__ import annotations

from collections.abc import Mapping
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


def voice_of(channel: str, stream: Stream, values: Column) -> Voice:
    """Of two readings of one moment the larger stays, so that the order of arrival changes nothing."""
    order = np.lexsort((values, stream.t_ns))
    order = order[~np.isnan(values[order])]
    t_ns = stream.t_ns[order]
    last_of_moment = np.append(np.diff(t_ns) > 0, True)[: len(t_ns)]
    return Voice(channel=channel, stream=stream, t_ns=t_ns[last_of_moment], values=values[order][last_of_moment])
