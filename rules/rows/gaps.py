"""Gaps: time without running; rest alone earns nothing."""

from __future__ import annotations

from collections.abc import Iterator

from rules.gaps import LAPSE_DAYS, LAYOFF_DAYS
from rules.view import View
from rules.vocabulary import Decision, Reason
from rules.windows import MONTH_DAYS, age_days


def lapse(view: View) -> Iterator[Reason]:
    """8 to 14 days without a run: was one not recorded?"""
    days = view.gaps[-1].days
    if LAPSE_DAYS <= days < LAYOFF_DAYS and layoff_days(view) < LAYOFF_DAYS:
        yield _gap_reason("LAPSE", Decision.INSUFFICIENT_DATA, days, LAPSE_DAYS)


def layoff(view: View) -> Iterator[Reason]:
    """15 days or more without a run since the stage began, until a physio enters a stage: a jog does not undo them.

    Back by one stage, by two from 28 days on, to the first from 56 days on.
    """
    days = layoff_days(view)
    if days >= LAYOFF_DAYS:
        yield _gap_reason("LAYOFF", Decision.REGRESS, days, LAYOFF_DAYS)


def no_sessions(view: View) -> Iterator[Reason]:
    """Not one run in the last 60 days, on a stage entered less than 8 days ago."""
    if view.gaps[-1].days < LAPSE_DAYS and not any(seen.is_run for seen in view.seen):
        yield Reason(
            code="NO_SESSIONS",
            verdict=Decision.INSUFFICIENT_DATA,
            item="sessions",
            measured=0,
            required=1,
            unit="sessions",
        )


def layoff_days(view: View) -> int:
    """The longest gap that counts as a layoff: at the first stage the current one, at the last those of 28 days."""
    gaps = view.gaps[-1:] if view.stage_index == 0 else view.gaps
    if view.stage.terminal:
        gaps = tuple(gap for gap in gaps if gap.end is None or age_days(view.now, gap.end) <= MONTH_DAYS)
    return max(gap.days for gap in gaps)


def _gap_reason(code: str, verdict: Decision, days: int, from_days: int) -> Reason:
    return Reason(code=code, verdict=verdict, item="gap", measured=days, required=from_days, unit="d")
