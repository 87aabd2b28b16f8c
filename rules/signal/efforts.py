"""Efforts: the fast stretches of a session, found in its samples."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rules.signal.bouts import bouts
from rules.signal.effort import Effort
from rules.signal.samples import Samples

ENDS_AFTER_S = 3.0
COUNTS_FROM_S = 2.0


def find(samples: Samples, percent: int, v_max_mps: float | None) -> tuple[Effort, ...]:
    """The efforts at `percent` of the top speed that last two seconds or more, whatever the grade."""
    if v_max_mps is None:
        return ()
    found = bouts(samples, fast(samples, percent / 100 * v_max_mps), ends_after_s=ENDS_AFTER_S)
    here, first = found.places, found.first()
    hold_ms, grade = samples.hold_ms[here], samples.grade[here]
    seconds, metres = found.sums(hold_ms) / 1000, found.sums(samples.v_mps[here] * hold_ms) / 1000
    fastest, told = found.largest(samples.v3_mps[here]), ~np.isnan(grade)
    grades, known_ms = found.sums(np.where(told, grade * hold_ms, 0.0)), found.sums(np.where(told, hold_ms, 0.0))
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
