"""Earliest: from when on the next run has its place in the stage."""

from __future__ import annotations

from datetime import datetime, timedelta

from rules.view import View
from rules.windows import WEEK_DAYS, later


def earliest_run(view: View) -> datetime:
    """After the spacing since the last run, and not before the week has room for one more."""
    moments = [view.now]
    runs = [seen for seen in view.seen if seen.is_run]
    if runs and view.stage.spacing_h is not None:
        moments.append(later(runs[-1].start, timedelta(hours=view.stage.spacing_h)))
    allowed = view.stage.ceil7.get("runs")
    week = view.last_days(WEEK_DAYS)
    if allowed is not None and len(week) >= allowed >= 1:
        # The window is closed at both ends, so that a run leaves it only after its seven days.
        moments.append(later(week[-int(allowed)].start, timedelta(days=WEEK_DAYS, seconds=1)))
    return max(moments)
