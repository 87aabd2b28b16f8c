"""Load charts: ratios of daily load that are drawn beside a verdict and never enter it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, pstdev

WEEK, MONTH = 7, 28
LEAST_SESSIONS = 6
MOST_UNKNOWN_DAYS = 3

DailyLoads = Sequence[float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadCharts:
    """Foster 1998 (monotony, strain), Williams 2017 (EWMA). None where too little is known."""

    week_load: float | None
    week_ratio: float | None
    monotony: float | None
    strain: float | None
    acwr_coupled: float | None
    acwr_uncoupled: float | None
    acwr_ewma: float | None


def load_charts(daily: DailyLoads) -> LoadCharts:
    """Charts of daily loads, oldest first, today last; a known rest day is 0, a day nobody knows of is None.

    The unit of the loads is free (metres, steps, sRPE, TRIMP). The ratios of 28 days need 28 days of history with six
    days of load, and at most three unknown days among the last 28 (expert default). A day that is no number is unknown.
    """
    days = [_known(load) for load in daily]
    week = _whole(days[-WEEK:], WEEK)
    before = _whole(days[-2 * WEEK : -WEEK], WEEK)
    spread = None if week is None else _ratio(fmean(week), pstdev(week))
    month = days if _enough(days) else []
    return LoadCharts(
        week_load=None if week is None else sum(week),
        week_ratio=None if week is None or before is None else _ratio(sum(week), sum(before)),
        monotony=spread,
        strain=None if week is None or spread is None else sum(week) * spread,
        acwr_coupled=_ratio(_mean(month[-WEEK:]), _mean(month[-MONTH:])),
        acwr_uncoupled=_ratio(_mean(month[-WEEK:]), _mean(month[-MONTH:-WEEK])),
        acwr_ewma=_ratio(_weighted_mean(month, WEEK), _weighted_mean(month, MONTH)),
    )


def session_rpe_load(exertion: float | None, minutes: float | None) -> float | None:
    """Exertion from 0 to 10, rated 10 to 30 minutes after, times minutes; None where either is not known."""
    if exertion is None or minutes is None or not (0 <= exertion <= 10 and 0 <= minutes < math.inf):
        return None
    return exertion * minutes


def _known(load: float | None) -> float | None:
    return load if load is not None and 0 <= load <= 1e9 else None


def _whole(days: DailyLoads, length: int) -> list[float] | None:
    """The days, where there are so many and every one is known."""
    known = [load for load in days if load is not None]
    return known if len(known) == length else None


def _enough(days: DailyLoads) -> bool:
    unknown = sum(load is None for load in days[-MONTH:])
    return len(days) >= MONTH and sum(bool(load) for load in days) >= LEAST_SESSIONS and unknown <= MOST_UNKNOWN_DAYS


def _mean(days: DailyLoads) -> float | None:
    known = [load for load in days if load is not None]
    return fmean(known) if known else None


def _weighted_mean(days: DailyLoads, length: int) -> float | None:
    """Exponentially weighted from the first known day on; an unknown day leaves it as it was."""
    share, mean = 2 / (length + 1), None
    for load in days:
        if load is not None:
            mean = load if mean is None else share * load + (1 - share) * mean
    return mean


def _ratio(above: float | None, below: float | None) -> float | None:
    """The quotient; None over nothing, and over so little that it would mean nothing."""
    if above is None or below is None or below <= 1e-9:
        return None
    return above / below
