"""Pacing: when a letter may go out to somebody: not in their quiet hours, not too many an hour, not too soon again.

Every number here is an expert default.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from rules.signs.alert_kinds import Urgency

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
AN_HOUR_MOST = 6  # letters to one person, red flags apart; the sixth is the digest of the others
TRY_S = 10.0  # for one try with one provider
LEASE = timedelta(seconds=60)  # a process that died gives its letters back after this long
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=1)
PATIENCE = timedelta(hours=24)  # with one channel, before the next one is tried
PATIENCE_PAGE = timedelta(minutes=10)  # the same for a red flag, which must not wait for a provider
GIVE_UP = timedelta(days=14)  # after this the letter is left unsent, and the alert is still there to be read


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """When and how a person wants to be called; minutes count from midnight in their zone."""

    zone: str = "UTC"
    quiet_from_min: int = 21 * 60
    quiet_until_min: int = 7 * 60
    detail: bool = False
    deputy_id: str | None = None


def quiet_until(now: datetime, wishes: Wishes) -> datetime | None:
    """When the quiet hours end that `now` lies in, None outside them.

    What counts is the clock on the wall: a night of 23 or 25 hours is quiet from the same hour to the same hour.
    """
    if not _is_quiet(now, wishes):
        return None
    moment = now.replace(second=0, microsecond=0) + MINUTE
    while _is_quiet(moment, wishes):
        moment += MINUTE
    return moment


def next_time(now: datetime, zone: str, at_min: int) -> datetime:
    """The next moment, once for each day of this zone, at which its clocks show this minute of the day or a later one.

    A minute that a day skips is the moment after the gap; one that a day has twice is the first of the two.
    """
    today = now.astimezone(place(zone)).date()
    moments = (_first(today + timedelta(days=ahead), zone, at_min) for ahead in range(3))
    return next(moment for moment in moments if moment > now)


def back_off(attempts: int) -> timedelta:
    """How long to wait after so many tries that failed."""
    return min(FIRST_WAIT * float(2 ** min(max(attempts, 1) - 1, 20)), LONGEST_WAIT)


def patience(urgency: int) -> timedelta:
    """How long one channel is tried before the next one."""
    return PATIENCE_PAGE if urgency >= Urgency.PAGE else PATIENCE


def place(zone: str) -> ZoneInfo:
    """The zone of this name; UTC where the machine does not know it."""
    try:
        return ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def _is_quiet(moment: datetime, wishes: Wishes) -> bool:
    local = moment.astimezone(place(wishes.zone))
    minute, begin, end = local.hour * 60 + local.minute, wishes.quiet_from_min, wishes.quiet_until_min
    return begin <= minute < end if begin <= end else minute >= begin or minute < end


def _first(day: date, zone: str, at_min: int) -> datetime:
    """The first moment of this day in this zone at which the minute of the day is reached."""
    here = place(zone)
    wanted = datetime(day.year, day.month, day.day, at_min // 60, at_min % 60)  # noqa: DTZ001  # as the wall shows it
    moment = wanted.replace(tzinfo=here, fold=0).astimezone(UTC) - 2 * HOUR
    while moment.astimezone(here).replace(tzinfo=None) < wanted:
        moment += MINUTE
    return moment
