"""Medians of many windows of one column: narrow windows are sorted, wide ones are searched together."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Column = NDArray[np.float64]
Places = NDArray[np.intp]

NARROW = 32  # wider than this, sorting every window costs more than searching all of them digit by digit


def medians(column: Column, first: Places, count: Places) -> Column:
    """The median of each window of `count` values from `first` on; `column` has no NaN, windows are not empty."""
    low, high = first.min(), (first + count).max()
    middles = _of_sorted if count.max() <= NARROW else _of_ranked
    lower, upper = middles(column[low:high], first - low, count)
    return np.asarray((lower + upper) / 2)


def _of_sorted(column: Column, first: Places, count: Places) -> tuple[Column, Column]:
    """The two middle values of each window, of the window's own sorted copy."""
    offsets = np.arange(count.max())
    places = np.minimum(first[:, None] + offsets, len(column) - 1)
    window = np.sort(np.where(offsets < count[:, None], column[places], np.inf), axis=1)
    row = np.arange(len(first))
    return window[row, (count - 1) // 2], window[row, count // 2]


def _of_ranked(column: Column, first: Places, count: Places) -> tuple[Column, Column]:
    """The two middle values of each window, by their rank in the whole column."""
    order = np.argsort(column)
    rank = np.empty(len(order), dtype=np.intp)
    rank[order] = np.arange(len(order))
    even = np.flatnonzero(count % 2 == 0)  # an odd window has one middle
    lower = column[order[_nth(rank, first, first + count, (count - 1) // 2)]]
    upper = lower.copy()
    if len(even):
        upper[even] = column[order[_nth(rank, first[even], (first + count)[even], count[even] // 2)]]
    return lower, upper


def _nth(rank: Places, first: Places, last: Places, wanted: Places) -> Places:
    """The `wanted`-th smallest rank (from 0) of each window, found one binary digit after the other, the largest first.

    At each digit the ranks are parted into those with a 0 and those with a 1, in their order, so that a window stays a
    window in either half; how many of it have a 0 tells in which half the wanted one is.
    """
    found = np.zeros(len(first), dtype=np.intp)
    for digit in reversed(range(len(rank).bit_length())):
        is_one = (rank >> digit & 1).astype(bool)
        zeros = np.concatenate([[0], np.cumsum(~is_one)])
        left, right = zeros[first], zeros[last]
        one = wanted >= right - left
        found |= one.astype(np.intp) << digit
        wanted = np.where(one, wanted - (right - left), wanted)
        first = np.where(one, zeros[-1] + first - left, left)
        last = np.where(one, zeros[-1] + last - right, right)
        rank = np.concatenate([rank[~is_one], rank[is_one]])
    return found
