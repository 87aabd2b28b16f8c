"""Morning dates: a morning score belongs to the waking that it speaks of, not to the moment it was entered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from server.problem import Problem

USUAL_WAKING = time(7)  # local; specification, rules version 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Waking:
    """`at` is the moment, `day` the date in the runner's time zone."""

    at: datetime
    day: date


def waking(at: datetime | None, day: date | None, zone: ZoneInfo, now: datetime) -> Waking:
    """The time that was given, else 07:00 local of `day` or today, but not later than now.

    Raises Problem 422 for a day that has not come, and for a time on another day than `day`.
    """
    today = now.astimezone(zone).date()
    if at is not None:
        local = at.astimezone(zone).date()
        if day is not None and local != day:
            raise Problem(422, "Which morning", "The time of waking is not on the day of the morning.")
        return Waking(at=at.astimezone(now.tzinfo), day=local)
    if day is not None and day > today:
        raise Problem(422, "Which morning", "That morning has not come yet.")
    usual = datetime.combine(day or today, USUAL_WAKING, zone).astimezone(now.tzinfo)
    return Waking(at=min(usual, now), day=day or today)
