"""Grade: where the slope comes from, what it is from a barometer, and what running up it costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rules.signal import barometer
from rules.signal.held import Held

Column = NDArray[np.float64]

STATED = "stated"  # where the recording does not name who filled the column
ENTERED = "runner"  # typed in by the runner: enough to enforce a ceiling, never to earn a dose
BAROMETRIC = "barometer"
WORKED_OUT = (BAROMETRIC, "gps")
FLAT_COST = 3.6  # J/kg/m


@dataclass(frozen=True, slots=True, eq=False)
class Slope:
    """A grade column (fraction, NaN = unknown), who said it, and of a barometric one how badly the line fitted (m) and
    the smoothed altitude (m) that it was drawn through.
    """

    grade: Column
    source: str | None
    residual_m: Column
    smooth_m: Column


def best(sources: Mapping[str, str], run: Held, stated: Column, altitude_m: Column) -> Slope:
    """The first source that says anything: a stated incline, then the barometer. Satellite altitude is no source.

    A grade that a watch worked out of its altitude is not a stated one: satellites know no slope, and what a barometer
    knows is worked out here.
    """
    nothing, said = np.full(len(run.t_ms), np.nan), sources.get("grade", STATED)
    if said not in WORKED_OUT and not np.isnan(stated).all():
        return Slope(np.round(stated, 6), said, nothing, nothing)
    if sources.get("altitude_m") == BAROMETRIC and not np.isnan(altitude_m).all():
        smooth_m = barometer.smoothed(run.t_ms, altitude_m)
        grade, residual_m = barometer.slope(run, smooth_m)
        if not np.isnan(grade).all():
            return Slope(np.round(grade, 6), BAROMETRIC, residual_m, smooth_m)
    return Slope(nothing, None, nothing, nothing)


def cost(grade: Column) -> Column:
    """Energy of running, J/kg/m, at a grade (Minetti 2002, fitted from -0.45 to 0.45)."""
    i = np.minimum(np.maximum(grade, -0.45), 0.45)
    return np.asarray(((((155.4 * i - 30.4) * i - 43.3) * i + 46.3) * i + 19.5) * i + FLAT_COST)


def equivalent_speed(v_mps: Column, grade: Column) -> Column:
    """The level speed that costs as much. Metabolic: it never stands for a flat speed."""
    return np.asarray(v_mps * cost(grade) / FLAT_COST)
