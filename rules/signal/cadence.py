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
    """The value that half of the weight lies below; between two where it falls between them. None without a value.

    No value is negative. Only what shares its whole number with the middle is sorted: a day of samples is long.
    """
    known = ~np.isnan(values)
    values, weights = values[known], weights[known]
    if not len(values):
        return None
    whole = values.astype(np.intp)
    below, half = np.cumsum(np.bincount(whole, weights)), weights.sum() / 2
    first, last = np.searchsorted(below, half, side="left"), np.searchsorted(below, half, side="right")
    near = (whole >= first) & (whole <= last)
    order = np.argsort(values[near])
    ordered, reached = values[near][order], np.cumsum(weights[near][order]) + (below[first - 1] if first else 0.0)
    lower, upper = np.searchsorted(reached, half, side="left"), np.searchsorted(reached, half, side="right")
    return float(ordered[lower] + ordered[min(upper, len(ordered) - 1)]) / 2


def _plausible(column: Column, slowest: float = SLOWEST) -> Column:
    return np.where((column >= slowest) & (column <= FASTEST), column, np.nan)
