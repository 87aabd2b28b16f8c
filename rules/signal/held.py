"""Held speed: each sample speaks until the next, so every mean is a difference of two integrals."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Column = NDArray[np.float64]
Places = NDArray[np.intp]

AT_ONCE = 4096  # samples looked at together: so few stay near the processor, however long the recording is


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """The running integral of a held column; values in millionths, times in milliseconds, so that sums are exact.

    `reach_ms` is how long a sample speaks, 0 where it says nothing; `area` and `covered` are what lies before it.
    """

    t_ms: Column
    reach_ms: Column
    value: Column
    area: Column
    covered: Column

    @classmethod
    def of(cls, t_ms: Column, hold_ms: Column, values: Column) -> Held:
        known = ~np.isnan(values)
        reach = np.where(known, hold_ms, 0.0)
        value = np.where(known, np.rint(values * 1e6), 0.0)
        return cls(t_ms, reach, value, _before(value * reach), _before(reach))

    def until(self, moment_ms: Column) -> tuple[Column, Column]:
        """Integral and covered milliseconds from the first sample up to each moment."""
        sample = np.maximum(places(self.t_ms, moment_ms, "right") - 1, 0)
        inside = np.minimum(np.maximum(moment_ms - self.t_ms[sample], 0.0), self.reach_ms[sample])
        return self.area[sample] + self.value[sample] * inside, self.covered[sample] + inside

    def between(self, from_ms: Column, to_ms: Column) -> tuple[Column, Column]:
        """Integral and covered milliseconds of each window."""
        area_from, covered_from = self.until(from_ms)
        area_to, covered_to = self.until(to_ms)
        return area_to - area_from, covered_to - covered_from

    def centred_mean(self, width_ms: float, *, least_covered: float = 0.0) -> Column:
        """The mean over a window centred on the middle of each sample's hold, over its covered part.

        NaN where the sample itself said nothing, and where less than `least_covered` of the window is covered; rounded
        to millionths, so that a threshold is met or not met exactly.
        """
        mean = np.full(len(self.t_ms), np.nan)
        for here in parts(len(mean)):
            reach = self.reach_ms[here]
            middle = self.t_ms[here] + reach / 2
            area, covered = self.between(middle - width_ms / 2, middle + width_ms / 2)
            is_known = (reach > 0) & (covered >= least_covered * width_ms)
            mean[here] = np.where(is_known, np.rint(area / np.where(covered > 0, covered, 1.0)) / 1e6, np.nan)
        return mean

    def peak_mean(self, width_ms: float) -> float | None:
        """The highest mean over a window without a gap and with at least two samples in it, or None."""
        highest = max((self._highest(here, width_ms) for here in parts(len(self.t_ms))), default=-np.inf)
        return highest / width_ms / 1e6 if highest > -np.inf else None

    def _highest(self, here: slice, width_ms: float) -> float:
        """The largest integral of a window that begins or ends with one of these samples; -inf without any.

        The mean of a held column is highest where an edge of the window meets an edge of a sample: only those are
        tried. A window that one sample fills alone tells of that sample, not of three seconds.
        """
        t, reach, area, covered = self.t_ms[here], self.reach_ms[here], self.area[here], self.covered[here]
        short = (reach > 0) & (reach < width_ms)
        if not short.any():
            return -np.inf
        to, covered_to = self.until(t[short] + width_ms)
        from_, covered_from = self.until((t + reach)[short] - width_ms)
        after, covered_after = (area + self.value[here] * reach)[short], (covered + reach)[short]
        begins, ends = covered_to - covered[short] == width_ms, covered_after - covered_from == width_ms
        return float(max((to - area[short])[begins].max(initial=-np.inf), (after - from_)[ends].max(initial=-np.inf)))


def parts(count: int) -> Iterator[slice]:
    """So many samples, a part after the other."""
    return (slice(begin, begin + AT_ONCE) for begin in range(0, count, AT_ONCE))


def places(t_ms: Column, moment_ms: Column, side: Literal["left", "right"]) -> Places:
    """Where each moment stands among ordered times; only the times that lie among the moments are looked through."""
    if not len(moment_ms):
        return np.empty(0, dtype=np.intp)
    low, high = np.searchsorted(t_ms, [moment_ms.min(), moment_ms.max()], side=side)
    return np.asarray(low + np.searchsorted(t_ms[low:high], moment_ms, side=side))


def _before(column: Column) -> Column:
    """The sum of all values before each."""
    return np.concatenate([[0.0], np.cumsum(column[:-1])]) if len(column) else column
