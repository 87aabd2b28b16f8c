"""Losses: intervals in which samples of the speed are missing, and the samples too near to them to be counted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Column = NDArray[np.float64]
Mask = NDArray[np.bool_]
Places = NDArray[np.intp]

LONGEST_STEP_MS = 1500.0  # slower recordings hide short efforts; expert default
LOST_FROM_STEPS = 1.5  # an interval of more than so many steps has lost a sample; expert default
NEAR_MS = 1500.0  # half of the window of the three-second speed


@dataclass(frozen=True, slots=True, eq=False)
class Losses:
    """`near` are the samples within 1.5 s of a loss; `pieces` numbers the parts of the recording between losses.

    The beginning and the end of the recording count as losses.
    """

    near: Mask
    pieces: Places


def usual_step_ms(t_ms: Column, known: Mask, *, from_packets: bool) -> float:
    """The usual interval between samples of the speed; NaN with fewer than two of them.

    The lower quartile if packets may have been lost, the median of a file.
    """
    intervals = np.diff(t_ms[known])
    if not len(intervals):
        return float("nan")
    return float(np.percentile(intervals, 25.0 if from_packets else 50.0))


def find_losses(t_ms: Column, known: Mask, step_ms: float) -> Losses:
    """The losses of a recording whose samples usually follow each other after `step_ms`."""
    speed_ms = t_ms[known]
    if not len(speed_ms):
        return Losses(np.ones(len(t_ms), dtype=bool), np.zeros(len(t_ms), dtype=np.intp))
    lost = np.flatnonzero(np.diff(speed_ms) > LOST_FROM_STEPS * step_ms)
    beside_ms = np.unique(np.concatenate([speed_ms[lost], speed_ms[lost + 1], speed_ms[[0, -1]]]))
    later = np.minimum(np.searchsorted(beside_ms, t_ms), len(beside_ms) - 1)
    earlier = np.maximum(later - 1, 0)
    distance_ms = np.minimum(np.abs(t_ms - beside_ms[later]), np.abs(t_ms - beside_ms[earlier]))
    pieces = np.searchsorted(speed_ms[lost + 1], t_ms, side="right")
    return Losses(distance_ms <= NEAR_MS, np.asarray(pieces))
