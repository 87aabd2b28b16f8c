"""The reserve above threshold speed, emptied by faster running and refilled by slower: a model that only informs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rules.references import usable
from rules.signal.held import AT_ONCE

Column = NDArray[np.float64]


def balance(
    level_mps: Column, hold_ms: Column, v_thr_mps: float | None, d_prime_m: float | None
) -> dict[str, float | None]:
    """Lowest reserve (m), seconds at 30 % of it or less, and whether it fell so far below zero that the model is wrong.

    Differential form: above threshold the reserve falls by the metres run too fast; below, it rises by the metres run
    too slow, times the share that is missing.
    """
    reserve = usable(d_prime_m)
    if reserve is None or v_thr_mps is None or np.isnan(level_mps).all():
        return {"d_prime_min_m": None, "depleted_s": None, "d_model_broken": None}
    metres = np.nan_to_num(level_mps - v_thr_mps) * hold_ms / 1000
    left = reserve - _missing(metres, reserve)
    lowest = min(float(left.min()), reserve)
    return {
        "d_prime_min_m": lowest,
        "depleted_s": float(hold_ms[left <= 0.3 * reserve].sum()) / 1000,
        "d_model_broken": float(lowest < -0.2 * reserve),
    }


def _missing(metres: Column, reserve: float) -> Column:
    """What is missing after each sample: x becomes keep * x + add, all samples combined by doubling.

    From the last part to the first, so that what lies a step before is still as it was when it is read.
    """
    add = np.maximum(metres, 0.0)
    keep = np.minimum(np.maximum(1 + np.minimum(metres, 0.0) / reserve, 0.0), 1.0)
    step = 1
    while step < len(add):
        for end in range(len(add), step, -AT_ONCE):
            here = slice(max(step, end - AT_ONCE), end)
            before = slice(here.start - step, end - step)
            add[here] += keep[here] * add[before]
            keep[here] *= keep[before]
        step *= 2
    return add
