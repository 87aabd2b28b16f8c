"""Gaps: time without running; rest alone brings nobody further."""

from __future__ import annotations

from collections.abc import Iterator

from rules.numbers import exceeds, metric
from rules.view import Seen, View
from rules.vocabulary import Decision, Reason
from rules.windows import whole_days

LAPSE_DAYS = 8  # expert default, as all of these
LAYOFF_DAYS = 15
LONG_LAYOFF_DAYS = 28
RESTART_DAYS = 56


def lapse(view: View) -> Iterator[Reason]:
    """8 to 14 days without a run: did you run, and not log it?"""
    if LAPSE_DAYS <= gap_days(view) < LAYOFF_DAYS:
        yield _gap("LAPSE", Decision.INSUFFICIENT_DATA, view, LAPSE_DAYS)


def layoff(view: View) -> Iterator[Reason]:
    """15 days or more without a run: back by one stage, by two from 28 days on, to the first from 56 days on."""
    if gap_days(view) >= LAYOFF_DAYS:
        yield _gap("LAYOFF", Decision.REGRESS, view, LAYOFF_DAYS)


def no_sessions(view: View) -> Iterator[Reason]:
    """Not one run in the last 60 days, on a stage entered less than 8 days ago."""
    if gap_days(view) < LAPSE_DAYS and not any(map(is_run, view.seen)):
        yield Reason(
            code="NO_SESSIONS",
            verdict=Decision.INSUFFICIENT_DATA,
            item="sessions",
            measured=0,
            required=1,
            unit="sessions",
        )


def gap_days(view: View) -> int:
    """Whole days since the start of the last run of any quality, or since the stage began where that is later."""
    last_run = next((seen.start for seen in reversed(view.seen) if is_run(seen)), view.case.stage_entered_at)
    return whole_days(view.now, max(last_run, view.case.stage_entered_at))


def stages_back(days: float) -> int | None:
    """How many stages a layoff of so many days leads back; None for all the way to the first."""
    if days >= RESTART_DAYS:
        return None
    return 2 if days >= LONG_LAYOFF_DAYS else 1


def is_run(seen: Seen) -> bool:
    """Whether anything was run at all: a walk ends no layoff."""
    metrics = seen.session.metrics
    return exceeds(metric(metrics, "run_s"), 0) or exceeds(metric(metrics, "run_m"), 0)


def _gap(code: str, verdict: Decision, view: View, from_days: int) -> Reason:
    return Reason(code=code, verdict=verdict, item="gap", measured=gap_days(view), required=from_days, unit="d")
