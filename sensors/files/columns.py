"""From the points of a file to a Recording: order, gaps, missing speeds and the unit of cadence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from sensors.errors import UnreadableFile
from sensors.files.run import PARTIAL
from sensors.files.sport import NO_RUN
from sensors.recording import CHANNELS, SENSOR_HOLD_S, SMART_HOLD_S, CadenceUnit, Column, Recording

Point = Mapping[str, float]
"""One moment of a file: `at_s` (seconds since 1970), `distance_m` from the start, and channels of a Recording."""

SMART_INTERVAL_S = 1.5  # a watch that speaks less often records only when something changed
DAY_S = 86_400.0
CLOCK_SET_S = 899_501_056.0  # FIT counts a time before July 1998 from when the watch was switched on
LONGEST_STEP_S = 10.0  # a mean speed over a longer silence says nothing about any moment of it

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def recording_of(
    points: Sequence[Point],
    *,
    sources: Mapping[str, str],
    cadence_unit: CadenceUnit | None = None,
    pauses: Iterable[tuple[float, float]] = (),
    notes: Iterable[str] = (),
) -> Recording:
    """A Recording of one run, sorted by time; `pauses` are in seconds since 1970 as the points are.

    Raise UnreadableFile where no point has a time.
    """
    columns = _columns(points)
    columns, jumps = _without_days_between(columns)
    at_s = columns.pop("at_s")
    distance_m = columns.pop("distance_m")
    if not np.any(columns["speed_mps"] > 0) and np.any(distance_m > 0):
        # Not told, or told as 0 throughout by a watch on a treadmill that counted the metres all the same.
        columns["speed_mps"] = speed_between(at_s, distance_m)
    return Recording.of(
        at_s - at_s[0],
        **columns,
        start=_EPOCH + timedelta(seconds=float(at_s[0])) if at_s[0] >= CLOCK_SET_S else None,
        sources={name: source for name, source in sources.items() if not np.isnan(columns[name]).all()},
        cadence_unit=None if np.isnan(columns["cadence_spm"]).all() else cadence_unit,
        hold_s=hold_for(at_s),
        pauses_s=_within(pauses, at_s),
        notes=(*notes, *jumps),
    )


def hold_for(t_s: Column) -> float:
    """How long a sample of a file stands for: longer where the watch recorded only what changed."""
    steps = np.diff(np.unique(t_s))
    smart = len(steps) > 0 and float(np.median(steps)) > SMART_INTERVAL_S
    return SMART_HOLD_S if smart else SENSOR_HOLD_S


def speed_between(at_s: Column, distance_m: Column) -> Column:
    """Metres per second from each moment to the next, NaN at the last and before a long silence.

    Forward, for a sample stands for the time until the next one: the sum of speed and time is then the distance.
    """
    speed = np.full(len(at_s), np.nan)
    told = np.flatnonzero(~np.isnan(distance_m))
    step_s = np.diff(at_s[told])
    usable = (step_s > 0) & (step_s <= LONGEST_STEP_S)
    speed[told[:-1][usable]] = np.diff(distance_m[told])[usable] / step_s[usable]
    return np.round(speed, 3)  # as exact as a watch states it


def strides_or_steps(cadence: Column, speed_mps: Column) -> CadenceUnit | None:
    """What a field that should hold strides really holds; None where it cannot be told.

    Nobody takes more than 130 strides a minute, or at 2 m/s and more fewer than 115 steps (expert default; the rules
    decide at 115 where nothing is said). A walk has 95 steps and more, and no walk has 95 strides.
    """
    fast = cadence[(speed_mps >= 2.0) & (cadence > 0)]
    told = fast if len(fast) else cadence[cadence > 0]
    usual = float(np.median(told)) if len(told) else 0.0
    if usual < (115 if len(fast) else 95):
        return "strides"
    return "steps" if usual >= 130 else None


def _columns(points: Sequence[Point]) -> dict[str, Column]:
    timed = [point for point in points if "at_s" in point]
    if not timed:
        raise UnreadableFile(NO_RUN)
    names = ("at_s", "distance_m", *CHANNELS)
    columns = {name: np.array([point.get(name, np.nan) for point in timed], dtype=np.float64) for name in names}
    order = np.argsort(columns["at_s"], kind="stable")
    return {name: column[order] for name, column in columns.items()}


def _without_days_between(columns: dict[str, Column]) -> tuple[dict[str, Column], tuple[str, ...]]:
    """Keep the part with the most points where a clock was set in the middle of a run.

    A gap of more than a day inside one run is a wrong clock. The smaller part is left out rather than moved, for
    nobody can say how long the true gap was; the note makes the run a partial one.
    """
    breaks = np.flatnonzero(np.diff(columns["at_s"]) > DAY_S) + 1
    if len(breaks) == 0:
        return columns, ()
    parts: list[NDArray[np.int64]] = np.split(np.arange(len(columns["at_s"])), breaks)
    kept = max(parts, key=len)
    left_out = len(columns["at_s"]) - len(kept)
    note = f"{PARTIAL}the clock jumped by more than a day, {left_out} samples on its other side were left out"
    return {name: column[kept] for name, column in columns.items()}, (note,)


def _within(pauses: Iterable[tuple[float, float]], at_s: Column) -> tuple[tuple[float, float], ...]:
    first, last = float(at_s[0]), float(at_s[-1])
    clipped = ((max(begin, first) - first, min(end, last) - first) for begin, end in pauses)
    return tuple((begin, end) for begin, end in clipped if end > begin)
