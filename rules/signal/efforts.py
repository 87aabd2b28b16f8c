"""Efforts: the fast stretches of a session, found in its samples."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rules.signal.bouts import Bouts, bouts
from rules.signal.effort import Effort
from rules.signal.samples import Samples
from rules.signal.stretches import stretches

ENDS_AFTER_S = 3.0
COUNTS_FROM_S = 2.0


def find(samples: Samples, percent: int, v_max_mps: float | None) -> tuple[Effort, ...]:
    """The efforts at `percent` of the top speed that last two seconds or more, whatever the grade."""
    if v_max_mps is None:
        return ()
    found = bouts(samples, fast(samples, percent / 100 * v_max_mps), ends_after_s=ENDS_AFTER_S)
    lasting_ms = found.sums(samples.hold_ms[found.places])
    return _efforts(samples, percent, found, lasting_ms >= COUNTS_FROM_S * 1000)


def find_for_dose(samples: Samples, percent: int, v_max_mps: float | None) -> tuple[Effort, ...]:
    """The same without what lost samples may have made: nothing near a loss counts, and no loss ends an effort."""
    if v_max_mps is None or samples.is_sparse:
        return find(samples, percent, v_max_mps)
    quick, measured = fast(samples, percent / 100 * v_max_mps), samples.v_known & ~samples.losses.near
    found = stretches(samples, quick, ~quick, measured, samples.losses.pieces, ends_after_s=ENDS_AFTER_S)
    lasting_ms = found.longest_ms(found.pieces, samples.hold_ms)
    return _efforts(samples, percent, found.whole, lasting_ms >= COUNTS_FROM_S * 1000)


def _efforts(samples: Samples, percent: int, found: Bouts, counts: NDArray[np.bool_]) -> tuple[Effort, ...]:
    here, first = found.places, found.first()
    hold_ms, grade = samples.hold_ms[here], samples.grade[here]
    seconds, metres = found.sums(hold_ms) / 1000, found.sums(samples.v_mps[here] * hold_ms) / 1000
    fastest, is_graded = found.largest(samples.v3_mps[here]), ~np.isnan(grade)
    grades = found.sums(np.where(is_graded, grade * hold_ms, 0.0))
    graded_ms = found.sums(np.where(is_graded, hold_ms, 0.0))
    fatigued = samples.fatigued if samples.fatigued is not None else np.zeros(len(samples.t_ms), dtype=bool)
    return tuple(
        Effort(
            percent=percent,
            start_s=float(samples.t_ms[first[i]]) / 1000,
            seconds=float(seconds[i]),
            metres=float(metres[i]),
            fastest_mps=float(fastest[i]),
            grade=round(float(grades[i] / graded_ms[i]), 6) if graded_ms[i] > 0 else None,
            fatigued=bool(fatigued[first[i]]),
        )
        for i in np.flatnonzero(counts)
    )


def fast(samples: Samples, limit_mps: float) -> NDArray[np.bool_]:
    """Samples whose three-second speed reaches the limit, compared to the micrometre a second."""
    return reaches(samples.v3_mps, limit_mps)


def reaches(speed_mps: NDArray[np.float64], limit_mps: float) -> NDArray[np.bool_]:
    """Where a mean speed reaches a limit; one that is not known (NaN) does not."""
    return np.asarray(speed_mps >= round(limit_mps, 6))
