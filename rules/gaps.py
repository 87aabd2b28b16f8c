"""Gaps: time without a run since the stage began."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from rules.view import View
from rules.windows import HORIZON_DAYS, MONTH_DAYS, age_days, whole_days

LAPSE_DAYS = 8  # expert default, as all of these
LAYOFF_DAYS = 15
LONG_LAYOFF_DAYS = 28
RESTART_DAYS = 56


class Gap(NamedTuple):
    """Whole days from one run to the next, or from the stage entry to the first; `end` is None while it lasts."""

    days: int
    end: datetime | None


def gaps_since_entry(view: View) -> list[Gap]:
    """Every gap since the stage began, or of the last 60 days if that is later; the last one is the current one."""
    begin = view.now - min(timedelta(days=HORIZON_DAYS), view.now - view.case.stage_entered_at)
    if begin > view.now:
        return [Gap(0, None)]
    runs = [seen.start for seen in view.seen if seen.is_run and seen.start >= begin]
    ended = [Gap(whole_days(later, earlier), later) for earlier, later in pairwise([begin, *runs])]
    return [*ended, Gap(whole_days(view.now, [begin, *runs][-1]), None)]


def current_gap_days(view: View) -> int:
    """Whole days since the last run, or since the stage began if that is later."""
    return gaps_since_entry(view)[-1].days


def layoff_days(view: View) -> int:
    """The longest gap that counts as a layoff: at the first stage the current one, at the last those of 28 days."""
    gaps = gaps_since_entry(view)
    if view.stage_index == 0:
        gaps = gaps[-1:]
    if view.stage.terminal:
        gaps = [gap for gap in gaps if gap.end is None or age_days(view.now, gap.end) <= MONTH_DAYS]
    return max(gap.days for gap in gaps)


def stages_back(days: float) -> int | None:
    """How many stages a layoff of so many days leads back; None for all the way to the first."""
    if days >= RESTART_DAYS:
        return None
    return 2 if days >= LONG_LAYOFF_DAYS else 1
