"""Gaps: time without a run since the stage began."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from rules.windows import HORIZON_DAYS, whole_days

LAPSE_DAYS = 8  # expert default, as all of these
LAYOFF_DAYS = 15
LONG_LAYOFF_DAYS = 28
RESTART_DAYS = 56


class Gap(NamedTuple):
    """Whole days from one run to the next, or from the stage entry to the first; `end` is None while it lasts."""

    days: int
    end: datetime | None


def gaps_since(entered_at: datetime, runs: Sequence[datetime], now: datetime) -> tuple[Gap, ...]:
    """Every gap since the stage began, or of the last 60 days if that is later; the last one is the current one.

    `runs` are the starts of runs in order of time.
    """
    begin = now - min(timedelta(days=HORIZON_DAYS), now - entered_at)
    if begin > now:
        return (Gap(0, None),)
    moments = [begin, *(start for start in runs if start >= begin)]
    ended = (Gap(whole_days(later, earlier), later) for earlier, later in pairwise(moments))
    return (*ended, Gap(whole_days(now, moments[-1]), None))


def stages_back(days: float) -> int | None:
    """How many stages a layoff of so many days leads back; None for all the way to the first."""
    if days >= RESTART_DAYS:
        return None
    return 2 if days >= LONG_LAYOFF_DAYS else 1
