"""Speed upkeep: after the last stage, how long ago the runner was last near top speed."""

from __future__ import annotations

from rules.numbers import exceeds, metric
from rules.view import View
from rules.windows import whole_days

NUDGE_DAYS = 10  # expert default, after Malone 2017 and Colby 2018 (team sport, wide intervals)
STALE_DAYS = 21  # expert default


def days_without_speed(view: View) -> int:
    """Whole days since the last session with an effort at 90 % of top speed, or since the stage began."""
    fast = [seen.start for seen in view.seen if exceeds(metric(seen.session.metrics, "eff90_n"), 0)]
    return whole_days(view.now, max([*fast[-1:], view.case.stage_entered_at]))


def is_speed_stale(view: View) -> bool:
    """Whether the next fast session should keep to the ceiling of the sprint stage. Only after the last stage."""
    return view.stage.terminal and days_without_speed(view) >= STALE_DAYS
