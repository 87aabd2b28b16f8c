"""Lone zeros: a nought between two readings, which no belt and no foot can mean, is not heard."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sensors.recording import Column

WITHIN_NS = 3_000_000_000  # from the reading before to the one after; no belt stops and runs again in that time


def without_lone_zeros(t_ns: NDArray[np.int64], values: Column) -> tuple[Column, int]:
    """The column with NaN for each 0 that stands alone between two readings above it, and how many those are.

    The order of the rows changes nothing. Two zeros in a row are a standstill and stay.
    """
    order = np.lexsort((values, t_ns))
    told = order[~np.isnan(values[order])]
    at_ns, said = t_ns[told], values[told]
    near = at_ns[2:] - at_ns[:-2] <= WITHIN_NS
    lone = told[1:-1][near & (said[1:-1] == 0) & (said[:-2] > 0) & (said[2:] > 0)]
    heard = values.copy()
    heard[lone] = np.nan
    return heard, len(lone)
