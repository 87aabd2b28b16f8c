"""Time at the moment of judgement: ages of moments, and windows that are closed at both ends.

Ages are differences, so that no date is too early or too late to be judged.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)

HORIZON_DAYS = 60  # a session older than this has no part in any rule
WEEK_DAYS = 7
MONTH_DAYS = 28
ANSWER_HOURS = 36  # the morning answer of a session is awaited until so many hours after its end


def age_days(now: datetime, then: datetime) -> float:
    """Days since `then`, with fractions; negative where it lies ahead."""
    return (now - then) / DAY


def whole_days(now: datetime, then: datetime) -> int:
    """Full periods of 86,400 s since `then`: no calendar, no time zone."""
    return (now - then) // DAY


def within(now: datetime, then: datetime, days: float) -> bool:
    """Whether `then` lies in the window of so many days ending now, both ends included."""
    return 0 <= (now - then) / DAY <= days


def answer_is_due(now: datetime, end: datetime) -> bool:
    """Whether the time for the morning answer of a session that ended then is over."""
    return (now - end) / HOUR >= ANSWER_HOURS


def later(moment: datetime, by: timedelta) -> datetime:
    """The moment so much later; the end of the calendar where it would lie beyond it."""
    last = datetime.max.replace(tzinfo=UTC)
    return moment + by if by <= last - moment else last
