"""Held speed: each sample speaks until the next, so every mean is a difference of two integrals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Column = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """The running integral of a held column; values in millionths, times in milliseconds, so that sums are exact."""

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
        sample = np.maximum(np.searchsorted(self.t_ms, moment_ms, side="right") - 1, 0)
        inside = np.clip(moment_ms - self.t_ms[sample], 0.0, self.reach_ms[sample])
        return self.area[sample] + self.value[sample] * inside, self.covered[sample] + inside

    def between(self, from_ms: Column, to_ms: Column) -> tuple[Column, Column]:
        """Integral and covered milliseconds of each window."""
        area_from, covered_from = self.until(from_ms)
        area_to, covered_to = self.until(to_ms)
        return area_to - area_from, covered_to - covered_from


def centred_mean(t_ms: Column, hold_ms: Column, values: Column, width_ms: float) -> Column:
    """The mean over a window centred on the middle of each sample's hold, over its covered part.

    NaN where the sample itself said nothing; rounded to millionths, so that a threshold is met or not met exactly.
    """
    if not len(t_ms):
        return np.empty(0)
    middle = t_ms + hold_ms / 2
    area, covered = Held.of(t_ms, hold_ms, values).between(middle - width_ms / 2, middle + width_ms / 2)
    mean = area / np.where(covered > 0, covered, 1.0)
    return np.where(np.isnan(values), np.nan, np.rint(mean) / 1e6)


def peak_mean(t_ms: Column, hold_ms: Column, values: Column, width_ms: float) -> float | None:
    """The highest mean over a window without a gap and with at least two samples in it, or None.

    The mean of a held column is highest where an edge of the window meets an edge of a sample: only those are tried.
    """
    short = hold_ms < width_ms  # a window that one sample fills alone tells of that sample, not of three seconds
    starts = np.concatenate([t_ms[short], (t_ms + hold_ms)[short] - width_ms])
    if not len(starts):
        return None
    area, covered = Held.of(t_ms, hold_ms, values).between(starts, starts + width_ms)
    whole = covered == width_ms
    return float(area[whole].max()) / width_ms / 1e6 if whole.any() else None


def _before(column: Column) -> Column:
    """The sum of all values before each."""
    return np.concatenate([[0.0], np.cumsum(column[:-1])]) if len(column) else column
