"""Cadence in steps a minute, whatever the sensor counted."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Column = NDArray[np.float64]

SLOWEST, FASTEST = 40.0, 260.0
STRIDES_BELOW = 115.0  # nobody runs at fewer steps a minute: such a device counts one foot


def in_steps(column: Column, unit: str | None, v_mps: Column, hold_ms: Column) -> tuple[Column, bool]:
    """The cadence in steps a minute, and whether it had to be doubled on suspicion."""
    if unit == "steps":
        return _plausible(column), False
    if unit == "strides":
        return _plausible(_plausible(column, 0.0) * 2), False
    column = _plausible(column)
    middle = weighted_median(column[v_mps >= 2.0], hold_ms[v_mps >= 2.0])
    if middle is not None and middle < STRIDES_BELOW:
        return _plausible(column * 2), True
    return column, False


def weighted_median(values: Column, weights: Column) -> float | None:
    """The value that half of the weight lies below; between two where it falls between them. None without a value."""
    known = ~np.isnan(values)
    order = np.argsort(values[known], kind="stable")
    ordered, reached = values[known][order], np.cumsum(weights[known][order])
    if not len(ordered):
        return None
    lower = np.searchsorted(reached, reached[-1] / 2, side="left")
    upper = min(np.searchsorted(reached, reached[-1] / 2, side="right"), len(ordered) - 1)
    return float(ordered[lower] + ordered[upper]) / 2


def _plausible(column: Column, slowest: float = SLOWEST) -> Column:
    return np.where((column >= slowest) & (column <= FASTEST), column, np.nan)
