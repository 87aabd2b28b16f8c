"""Response: how one session was tolerated over its 24 hours."""

from __future__ import annotations

from datetime import datetime

from rules.numbers import known
from rules.profiles import Limits, Profile
from rules.vocabulary import CheckIn, Response, Session
from rules.windows import answer_is_due

STIFFNESS_RISE_MIN = 30  # minutes of morning stiffness above the baseline that are no longer GREEN; expert default
_NOT_ASKED = CheckIn()


def classify(
    check_in: CheckIn | None, profile: Profile, baseline_morning: float | None, baseline_stiff_min: float | None
) -> Response:
    """RED before AMBER before UNKNOWN before GREEN: one bad answer is enough, GREEN needs the answers themselves.

    Pain 0-10, stiffness in minutes; a baseline that is None is 0. `morning` is judged by its rise and by itself.
    `after` and `sitting` may be missing in a GREEN session. With painkillers nothing can be GREEN.
    """
    answers = check_in or _NOT_ASKED
    scores = _scores(answers, known(baseline_morning) or 0.0)
    if _ended_badly(answers, profile) or _any_red(scores, profile.red):
        return Response.RED
    if answers.distal_spread or _any_amber(scores, profile.green) or _stiffer(answers, baseline_stiff_min):
        return Response.AMBER
    if known(answers.during) is None or known(answers.morning) is None or answers.painkillers:
        return Response.UNKNOWN
    return Response.GREEN


def is_pending(session: Session, response: Response, now: datetime, morning: float | None) -> bool:
    """Whether the class is open only because the morning answer may still come; after painkillers it stays unknown."""
    took_painkillers = session.check_in is not None and session.check_in.painkillers
    awaited = morning is None and not answer_is_due(now, session.end)
    return response is Response.UNKNOWN and awaited and not took_painkillers


def rise_above(morning: float, baseline: float) -> float:
    """Points of a morning score above the baseline, 0 if it is not above it."""
    return max(0.0, round(morning - baseline, 6))  # 2.2 - 1.2 is a little above 1 in floating point, and must not be


_Scores = tuple[tuple[float, str], ...]


def _scores(answers: CheckIn, baseline: float) -> _Scores:
    """The scores that were given, each with the name of the limit that it is compared with."""
    morning = known(answers.morning)
    scores = (
        (known(answers.during), "during"),
        (known(answers.after), "after"),
        (morning, "morning"),
        (None if morning is None else rise_above(morning, baseline), "rise"),
        (known(answers.sitting), "sitting"),
    )
    return tuple((score, item) for score, item in scores if score is not None)


def _ended_badly(answers: CheckIn, profile: Profile) -> bool:
    return bool(answers.stopped or answers.sharp_sudden or (profile.spread_is_red and answers.distal_spread))


def _any_red(scores: _Scores, red: Limits) -> bool:
    limits = ((score, red.of(item)) for score, item in scores)
    return any(limit is not None and score >= limit for score, limit in limits)


def _any_amber(scores: _Scores, green: Limits) -> bool:
    limits = ((score, green.of(item)) for score, item in scores)
    return any(limit is not None and score > limit for score, limit in limits)


def _stiffer(answers: CheckIn, baseline_min: float | None) -> bool:
    stiff_min = known(answers.stiff_min)
    return stiff_min is not None and stiff_min >= (known(baseline_min) or 0.0) + STIFFNESS_RISE_MIN
