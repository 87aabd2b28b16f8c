"""Gaps: time without running; rest alone earns nothing."""

from __future__ import annotations

from collections.abc import Iterator

from rules.gaps import LAPSE_DAYS, LAYOFF_DAYS, current_gap_days, layoff_days
from rules.view import View
from rules.vocabulary import Decision, Reason


def lapse(view: View) -> Iterator[Reason]:
    """8 to 14 days without a run: was one not recorded?"""
    days = current_gap_days(view)
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
    if current_gap_days(view) < LAPSE_DAYS and not any(seen.is_run for seen in view.seen):
        yield Reason(
            code="NO_SESSIONS",
            verdict=Decision.INSUFFICIENT_DATA,
            item="sessions",
            measured=0,
            required=1,
            unit="sessions",
        )


def _gap_reason(code: str, verdict: Decision, days: int, from_days: int) -> Reason:
    return Reason(code=code, verdict=verdict, item="gap", measured=days, required=from_days, unit="d")
