"""Order: samples by their time, and those of one moment made one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sensors.recording import Recording

Column = NDArray[np.float64]

FURTHEST_S = 1e10  # a clock further off than three centuries is no clock
MERGED = ("speed_mps", "cadence_spm", "grade", "heart_rate_bpm", "altitude_m")


def in_order(recording: Recording) -> tuple[float, Column, dict[str, Column]]:
    """The first moment, whole milliseconds since then, and the columns.

    Samples of one moment become one, and of two values the larger stays.
    """
    readable = np.flatnonzero(np.abs(recording.t_s) <= FURTHEST_S)
    t_ms = np.rint(recording.t_s[readable] * 1000)
    order = readable[np.argsort(t_ms, kind="stable")]
    t_ms = np.sort(t_ms)
    first_of_moment = np.flatnonzero(np.diff(t_ms, prepend=t_ms[:1] - 1))
    columns = {name: _larger(getattr(recording, name)[order], first_of_moment) for name in MERGED}
    first_ms = float(t_ms[0]) if len(t_ms) else 0.0
    return first_ms, t_ms[first_of_moment] - first_ms, columns


def _larger(column: Column, first_of_moment: NDArray[np.intp]) -> Column:
    return np.asarray(np.fmax.reduceat(column, first_of_moment)) if len(column) else column
