"""Metres climbed by altitude, where a rise counts only once it is out of the barometer's noise."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Column = NDArray[np.float64]

COUNTS_FROM_M = 2.0


def climbed_m(t_ms: Column, end_ms: Column, smooth_m: Column) -> float:
    """The sum of all rises of 2 m or more above the lowest point since the last one; none is counted over a gap."""
    known = np.flatnonzero(~np.isnan(smooth_m))
    height = smooth_m[known]
    torn = np.concatenate([[True], t_ms[known[1:]] > end_ms[known[:-1]]]) if len(known) else np.empty(0, dtype=bool)
    turns = _turning_points(height, torn)
    climbed, lowest = 0.0, np.inf
    for altitude, new_stretch in zip(height[turns].tolist(), torn[turns].tolist(), strict=True):
        if new_stretch or altitude < lowest:
            lowest = altitude
        elif altitude - lowest >= COUNTS_FROM_M:
            climbed += altitude - lowest
            lowest = altitude
    return climbed


def _turning_points(height: Column, torn: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Where the way up becomes the way down or the other way round, and both ends of every stretch."""
    if len(height) < 3:
        return np.arange(len(height))
    direction = np.sign(np.diff(height))
    turns = np.concatenate([[True], direction[1:] != direction[:-1], [True]])
    return np.flatnonzero(turns | torn | np.append(torn[1:], True))
