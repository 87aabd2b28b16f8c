"""The slope of the ground from barometric altitude over the distance run."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rules.signal.held import Held, parts, places
from rules.signal.medians import medians

Column = NDArray[np.float64]
Places = NDArray[np.intp]

MEDIAN_HALF_MS = 2500.0
SHORTEST_HALF_MS, LONGEST_HALF_MS = 7500.0, 30_000.0
ENOUGH_M, LEAST_M = 40.0, 20.0
ROUGHEST_M = 1.5  # a line that misses the altitudes by more tells nothing


def slope(run: Held, smooth_m: Column) -> tuple[Column, Column]:
    """Grade (fraction) and the scatter about the line (m), NaN where they cannot be told.

    Least squares of the smoothed altitude on distance, over the smallest window centred on the sample that covers
    40 m and 15 s (at most 60 s). A window never reaches over a gap: what was run there is unknown.
    """
    grade, residual = np.full(len(run.t_ms), np.nan), np.full(len(run.t_ms), np.nan)
    begin, end = _stretch(run)
    known = np.flatnonzero(run.reach_ms)
    for part in parts(len(known)):
        here = known[part]
        first, last = _windows(run, here, begin[here], end[here])
        far_m = np.round((run.area[last] + run.value[last] * run.reach_ms[last] - run.area[first]) / 1e9, 6)
        steepness, scatter = _lines(run.area, smooth_m, first, last + 1)
        grade[here] = np.where((far_m >= LEAST_M) & (scatter <= ROUGHEST_M), steepness, np.nan)
        residual[here] = scatter
    return grade, residual


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
    for part in parts(len(known)):
        first = places(t, t[part] - half[part], "left")
        count = places(t, t[part] + half[part], "right") - first
        out[known[part]] = medians(altitude, first, count)
    return out


def _to_the_edge(t: Column) -> Column:
    """From each moment to the nearer end of its stretch without a silence of more than half a window."""
    silent = np.flatnonzero(np.diff(t) > MEDIAN_HALF_MS) + 1
    edges = np.concatenate([[0], silent, [len(t)]])
    lengths = np.diff(edges)
    begin, end = np.repeat(t[edges[:-1]], lengths), np.repeat(t[edges[1:] - 1], lengths)
    return np.asarray(np.minimum(t - begin, end - t))


def _stretch(run: Held) -> tuple[Places, Places]:
    """For each sample, the first and the last of its unbroken stretch of known speed."""
    silent = run.reach_ms == 0
    torn = silent[1:] | silent[:-1] | (run.t_ms[1:] > (run.t_ms + run.reach_ms)[:-1])
    edges = np.concatenate([[0], np.flatnonzero(torn) + 1, [len(run.t_ms)]])
    lengths = np.diff(edges)
    return np.repeat(edges[:-1], lengths), np.repeat(edges[1:] - 1, lengths)


def _windows(run: Held, here: Places, begin: Places, end: Places) -> tuple[Places, Places]:
    """The first and the last sample of each window; `begin` and `end` are those of its stretch."""
    middle = run.t_ms[here]
    half = _half_widths(run, middle, run.t_ms[begin], run.t_ms[end] + run.reach_ms[end])
    first = np.maximum(places(run.t_ms, middle - half, "left"), begin)
    return first, np.minimum(places(run.t_ms, middle + half, "right") - 1, end)


def _half_widths(run: Held, middle: Column, begin: Column, end: Column) -> Column:
    """Half of the smallest window, in whole milliseconds, that covers enough; found by halving the interval."""

    def far_enough(half: Column, who: Places) -> NDArray[np.bool_]:
        left, right = np.maximum(middle[who] - half, begin[who]), np.minimum(middle[who] + half, end[who])
        return np.asarray(np.round(run.between(left, right)[0] / 1e9, 6) >= ENOUGH_M)

    # Near the end of a stretch the other side has to give what this side lacks.
    shortest = np.maximum(SHORTEST_HALF_MS, 2 * SHORTEST_HALF_MS - np.minimum(middle - begin, end - middle))
    wider = np.flatnonzero(~far_enough(shortest, np.arange(len(middle))))
    halves = shortest.copy()
    halves[wider] = LONGEST_HALF_MS
    wider = wider[far_enough(halves[wider], wider)]
    low, high = shortest[wider], halves[wider]
    while (high - low > 1).any():
        half = np.floor((low + high) / 2)
        found = far_enough(half, wider)
        low, high = np.where(found, low, half), np.where(found, half, high)
    halves[wider] = high
    return np.where(end - begin < 2 * SHORTEST_HALF_MS, LONGEST_HALF_MS, halves)


def _lines(area: Column, y: Column, first: Places, last: Places) -> tuple[Column, Column]:
    """Slope and scatter of the line through the points first..last of each window, over the distance run."""
    low, high = first.min(), last.max()
    x, y = area[low:high] / 1e9, y[low:high]
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
