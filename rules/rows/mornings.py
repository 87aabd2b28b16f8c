"""Morning scores that hold: a bad one, and a week of worse ones."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from statistics import median

from rules.morning_scores import MorningScore, own_score
from rules.numbers import known
from rules.view import View
from rules.vocabulary import Decision, Reason
from rules.windows import HORIZON_DAYS, WEEK_DAYS, within

TREND_VALUES = 3  # so few mornings are no trend; expert default
TREND_RISE = 1  # points above the frozen baseline; expert default


def bad_morning(view: View) -> Iterator[Reason]:
    """A daily answer at or above the RED limit: for a week, and until a tolerated run came after it."""
    holding = [answer for answer in view.daily if _holds(answer, view)]
    if holding:
        worst = max(holding, key=lambda answer: (answer.score, answer.at))
        yield _morning("BAD_MORNING", worst.score, view.profile_at(worst.at).red.morning)


def morning_trend(view: View) -> Iterator[Reason]:
    """The median morning of the last seven days above the baseline that was frozen when the stage began."""
    scores = [*_of_outings(view), *_of_days(view)]
    limit = (known(view.case.baseline_morning) or 0.0) + TREND_RISE
    middle = round(median(scores), 6) if len(scores) >= TREND_VALUES else None
    if middle is not None and middle > round(limit, 6):
        yield _morning("MORNING_TREND", middle, limit)


def _holds(answer: MorningScore, view: View) -> bool:
    is_red = answer.score >= view.profile_at(answer.at).red.morning
    if not is_red or not within(view.now, answer.at, HORIZON_DAYS):
        return False
    return within(view.now, answer.at, WEEK_DAYS) or not _tolerated_run_after(answer.at, view)


def _tolerated_run_after(moment: datetime, view: View) -> bool:
    return any(seen.can_settle and seen.start > moment for seen in view.seen)


def _of_outings(view: View) -> Iterator[float]:
    """Of each outing the largest score that was answered about one of its sessions of the week."""
    for outing in view.outings:
        recent = (seen.session for seen in outing.sessions if seen.age_days <= WEEK_DAYS)
        scores = [score for score in map(own_score, recent) if score is not None]
        if scores:
            yield max(scores)


def _of_days(view: View) -> Iterator[float]:
    return (answer.score for answer in view.daily if within(view.now, answer.at, WEEK_DAYS))


def _morning(code: str, measured: float, required: float) -> Reason:
    return Reason(code=code, verdict=Decision.HOLD, item="morning", measured=measured, required=required, unit="0-10")
