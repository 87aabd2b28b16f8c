"""The slope of the ground from barometric altitude over the distance run."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rules.signal.held import Held

Column = NDArray[np.float64]
Places = NDArray[np.intp]

MEDIAN_HALF_MS = 2500.0
SHORTEST_HALF_MS, LONGEST_HALF_MS = 7500.0, 30_000.0
ENOUGH_M, LEAST_M = 40.0, 20.0
ROUGHEST_M = 1.5  # a line that misses the altitudes by more tells nothing
AT_ONCE = 4096


def slope(t_ms: Column, hold_ms: Column, v_mps: Column, altitude_m: Column) -> tuple[Column, Column]:
    """Grade (fraction) and the scatter about the line (m), NaN where they cannot be told.

    Least squares of the smoothed altitude on distance, over the smallest window centred on the sample that covers
    40 m and 15 s (at most 60 s). A window never reaches over a gap: what was run there is unknown.
    """
    grade, residual, far = (np.full(len(t_ms), np.nan) for _ in range(3))
    smooth, run = smoothed(t_ms, altitude_m), Held.of(t_ms, hold_ms, v_mps)
    begin, end = _stretch(t_ms, hold_ms, v_mps)
    known = np.flatnonzero(~np.isnan(v_mps))
    half = _half_widths(run, t_ms[known], t_ms[begin[known]], (t_ms + hold_ms)[end[known]])
    first = np.maximum(np.searchsorted(t_ms, t_ms[known] - half, side="left"), begin[known])
    last = np.minimum(np.searchsorted(t_ms, t_ms[known] + half, side="right") - 1, end[known])
    far[known] = _metres(run, t_ms[first], (t_ms + hold_ms)[last])
    for part in range(0, len(known), AT_ONCE):
        here = slice(part, part + AT_ONCE)
        grade[known[here]], residual[known[here]] = _lines(run.area / 1e9, smooth, first[here], last[here] + 1)
    return np.where((far >= LEAST_M) & (residual <= ROUGHEST_M), grade, np.nan), residual


def smoothed(t_ms: Column, altitude_m: Column) -> Column:
    """The median altitude of the five seconds around each sample that has one.

    Near the first and the last reading of a stretch the window shrinks on both sides alike: one that leans to one
    side would flatten every slope there.
    """
    known, out = np.flatnonzero(~np.isnan(altitude_m)), np.full(len(t_ms), np.nan)
    if not len(known):
        return out
    t, altitude = t_ms[known], altitude_m[known]
    half = np.minimum(MEDIAN_HALF_MS, _to_the_edge(t))
    first = np.searchsorted(t, t - half, side="left")
    count = np.searchsorted(t, t + half, side="right") - first
    for part in range(0, len(known), AT_ONCE):
        here = slice(part, part + AT_ONCE)
        out[known[here]] = _medians(altitude, first[here], count[here])
    return out


def _to_the_edge(t: Column) -> Column:
    """From each moment to the nearer end of its stretch without a silence of more than half a window."""
    silent = np.flatnonzero(np.diff(t) > MEDIAN_HALF_MS) + 1
    edges = np.concatenate([[0], silent, [len(t)]])
    lengths = np.diff(edges)
    begin, end = np.repeat(t[edges[:-1]], lengths), np.repeat(t[edges[1:] - 1], lengths)
    return np.asarray(np.minimum(t - begin, end - t))


def _medians(altitude: Column, first: Places, count: Places) -> Column:
    offsets = np.arange(count.max())
    places = np.minimum(first[:, None] + offsets, len(altitude) - 1)
    window = np.sort(np.where(offsets < count[:, None], altitude[places], np.inf), axis=1)
    row = np.arange(len(first))
    return np.asarray((window[row, (count - 1) // 2] + window[row, count // 2]) / 2)


def _stretch(t_ms: Column, hold_ms: Column, v_mps: Column) -> tuple[Places, Places]:
    """For each sample, the first and the last of its unbroken stretch of known speed."""
    torn = np.isnan(v_mps[1:]) | np.isnan(v_mps[:-1]) | (t_ms[1:] > (t_ms + hold_ms)[:-1])
    edges = np.concatenate([[0], np.flatnonzero(torn) + 1, [len(t_ms)]])
    lengths = np.diff(edges)
    return np.repeat(edges[:-1], lengths), np.repeat(edges[1:] - 1, lengths)


def _half_widths(run: Held, middle: Column, begin: Column, end: Column) -> Column:
    """Half of the smallest window, in whole milliseconds, that covers enough; found by halving the interval."""

    def enough(half: Column, who: Places) -> NDArray[np.bool_]:
        left, right = np.maximum(middle[who] - half, begin[who]), np.minimum(middle[who] + half, end[who])
        return np.asarray((_metres(run, left, right) >= ENOUGH_M) & (right - left >= 2 * SHORTEST_HALF_MS))

    halves = np.full(len(middle), SHORTEST_HALF_MS)
    wider = np.flatnonzero(~enough(halves, np.arange(len(middle))))
    low, high = halves[wider], np.full(len(wider), LONGEST_HALF_MS)
    while (high - low > 1).any():
        half = np.floor((low + high) / 2)
        found = enough(half, wider)
        low, high = np.where(found, low, half), np.where(found, half, high)
    halves[wider] = high
    return halves


def _metres(run: Held, from_ms: Column, to_ms: Column) -> Column:
    return np.round(run.between(from_ms, to_ms)[0] / 1e9, 6)


def _lines(x: Column, y: Column, first: Places, last: Places) -> tuple[Column, Column]:
    """Slope and scatter of the line through the points first..last of each window."""
    low, high = first.min(), last.max()
    x, y = x[low:high], y[low:high]
    known = ~np.isnan(y)
    x = np.where(known, x - x[0], 0.0)
    y = np.where(known, y - (y[known][0] if known.any() else 0.0), 0.0)
    sums = [_running_sum(column) for column in (known.astype(np.float64), x, y, x * x, x * y, y * y)]
    n, sx, sy, sxx, sxy, syy = (column[last - low] - column[first - low] for column in sums)
    count = np.maximum(n, 1.0)
    xx, xy, yy = sxx - sx * sx / count, sxy - sx * sy / count, syy - sy * sy / count
    line = (n >= 3) & (xx > 1e-6 * count)
    steepness = np.where(line, xy, np.nan) / np.where(line, xx, 1.0)
    scatter = np.sqrt(np.maximum(yy - steepness * xy, 0.0) / count)
    return steepness, scatter


def _running_sum(column: Column) -> Column:
    return np.concatenate([[0.0], np.cumsum(column)])
