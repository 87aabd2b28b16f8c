"""Efforts: the fast stretches of a session, and whether they were run on the level."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rules.signal.bouts import bouts
from rules.signal.samples import Samples

Column = NDArray[np.float64]

ENDS_AFTER_S = 3.0
COUNTS_FROM_S = 2.0
LEVEL = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """One stretch at or above `percent` of the top speed; `grade` is None where nobody said."""

    percent: int
    start_s: float
    seconds: float
    metres: float
    fastest_mps: float
    grade: float | None
    fatigued: bool

    @property
    def level(self) -> bool:
        """Whether it counts for a dose: on the level, or on a grade that nobody knows."""
        return self.grade is None or abs(self.grade) <= LEVEL


def find(samples: Samples, percent: int, v_max_mps: float | None) -> tuple[Effort, ...]:
    """The efforts at `percent` of the top speed that last two seconds or more, whatever the grade."""
    if v_max_mps is None:
        return ()
    found = bouts(samples, fast(samples, percent / 100 * v_max_mps), ends_after_s=ENDS_AFTER_S)
    seconds = found.sums(samples.hold_ms) / 1000
    metres = found.sums(samples.v_mps * samples.hold_ms) / 1000
    fastest, grades, first = found.largest(samples.v3_mps), found.sums(_weighted(samples)), found.first()
    known_ms = found.sums(np.where(np.isnan(samples.grade), 0.0, samples.hold_ms))
    fatigued = samples.fatigued if samples.fatigued is not None else np.zeros(len(samples.t_ms), dtype=bool)
    return tuple(
        Effort(
            percent=percent,
            start_s=float(samples.t_ms[first[i]]) / 1000,
            seconds=float(seconds[i]),
            metres=float(metres[i]),
            fastest_mps=float(fastest[i]),
            grade=round(float(grades[i] / known_ms[i]), 6) if known_ms[i] > 0 else None,
            fatigued=bool(fatigued[first[i]]),
        )
        for i in np.flatnonzero(seconds >= COUNTS_FROM_S)
    )


def fast(samples: Samples, limit_mps: float) -> NDArray[np.bool_]:
    """Samples whose three-second speed reaches the limit, compared to the micrometre a second."""
    return np.asarray(samples.v3_mps >= round(limit_mps, 6))


def _weighted(samples: Samples) -> Column:
    return np.where(np.isnan(samples.grade), 0.0, samples.grade * samples.hold_ms)
