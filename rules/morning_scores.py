"""Morning scores: daily answers, and the score that speaks of a session."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from rules.numbers import known
from rules.vocabulary import DailyCheckIn, Session

FIRST_AFTER_END = timedelta(hours=5)  # an earlier answer speaks of the night before the run; expert default
LAST_AFTER_END = timedelta(hours=36)


class MorningScore(NamedTuple):
    """A daily answer, 0-10, dated at the waking that it speaks of."""

    at: datetime
    score: float


def daily_scores(daily: Iterable[DailyCheckIn], now: datetime) -> tuple[MorningScore, ...]:
    """The daily answers up to `now` in order of time; of several of one moment the largest."""
    largest: dict[datetime, float] = {}
    for answer in daily:
        score = known(answer.morning)
        if score is not None and answer.at <= now:
            largest[answer.at] = max(score, largest.get(answer.at, score))
    return tuple(MorningScore(at, largest[at]) for at in sorted(largest))


def own_score(session: Session) -> float | None:
    """The morning score that was answered about this session itself."""
    return known(session.check_in.morning) if session.check_in else None


def score_after(session: Session, outing: Sequence[Session], daily: Sequence[MorningScore]) -> float | None:
    """The morning score after a session: its own, else a daily answer, else that of a later session of its outing."""
    own = own_score(session)
    return own if own is not None else _borrowed_score(session, outing, daily)


def _borrowed_score(session: Session, outing: Sequence[Session], daily: Sequence[MorningScore]) -> float | None:
    for answer in daily:
        if FIRST_AFTER_END <= answer.at - session.end <= LAST_AFTER_END:
            return answer.score
    later = (own_score(other) for other in outing if other.start > session.start)
    return max((score for score in later if score is not None), default=None)
