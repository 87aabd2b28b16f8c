"""Quiet hours and daily looks in both nights of a year whose hours are moved, against a table made by hand.

Berlin 2026: 29 March 01:00Z from +1 to +2, 25 October 01:00Z back. New York 2026: 8 March 07:00Z from -5 to -4,
1 November 06:00Z back. Lord Howe 2026 moves by half an hour: 4 April 15:00Z back from +11 to +10:30, 3 October 15:30Z
from +10:30 to +11. Kathmandu is +05:45 and Kiritimati +14 all the year.
"""

from datetime import UTC, datetime, timedelta

import pytest

from server.pacing import LONGEST_WAIT, Wishes, back_off, next_time, quiet_until

BERLIN, NEW_YORK, LORD_HOWE = "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"
KATHMANDU, KIRITIMATI = "Asia/Kathmandu", "Pacific/Kiritimati"


def at(text):
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=UTC)


# zone, what, now, and the moment at which 07:00 (the quiet hours' end) or 02:30 (a daily look) is on the wall, in UTC
ENDS = [
    (BERLIN, "the night of 23 hours", "2026-03-28 22:00", "2026-03-29 05:00"),
    (BERLIN, "the night before it", "2026-03-27 22:00", "2026-03-28 06:00"),
    (BERLIN, "the night of 25 hours", "2026-10-24 20:00", "2026-10-25 06:00"),
    (BERLIN, "the night after it", "2026-10-25 22:00", "2026-10-26 06:00"),
    (NEW_YORK, "the night of 23 hours", "2026-03-08 03:00", "2026-03-08 11:00"),
    (NEW_YORK, "the night of 25 hours", "2026-11-01 02:00", "2026-11-01 12:00"),
    (LORD_HOWE, "the night that is half an hour longer", "2026-04-04 11:00", "2026-04-04 20:30"),
    (LORD_HOWE, "the night that is half an hour shorter", "2026-10-03 11:00", "2026-10-03 20:00"),
    (KATHMANDU, "three quarters of an hour off", "2026-03-28 16:00", "2026-03-29 01:15"),
    (KIRITIMATI, "where the day begins", "2026-03-28 08:00", "2026-03-28 17:00"),
]


@pytest.mark.parametrize(("zone", "what", "now", "end"), ENDS, ids=[f"{row[0]}: {row[1]}" for row in ENDS])
def test_the_quiet_hours_end_at_seven_on_the_wall(zone, what, now, end):
    wishes = Wishes(zone=zone)  # 21:00 to 07:00
    assert quiet_until(at(now), wishes) == at(end)
    assert quiet_until(at(end) - timedelta(minutes=1), wishes) == at(end)
    assert quiet_until(at(end), wishes) is None


# Days of 24, 23 and 25 hours in a row: the moments of 02:30 of each, one a day.
DAILY = [
    (BERLIN, "2026-03-27 12:00", ["2026-03-28 01:30", "2026-03-29 01:00", "2026-03-30 00:30"]),  # 02:30 is skipped
    (BERLIN, "2026-10-23 12:00", ["2026-10-24 00:30", "2026-10-25 00:30", "2026-10-26 01:30"]),  # 02:30 comes twice
    (NEW_YORK, "2026-03-06 12:00", ["2026-03-07 07:30", "2026-03-08 07:00", "2026-03-09 06:30"]),
    (NEW_YORK, "2026-10-30 12:00", ["2026-10-31 06:30", "2026-11-01 07:30", "2026-11-02 07:30"]),
    (LORD_HOWE, "2026-04-03 00:00", ["2026-04-03 15:30", "2026-04-04 16:00", "2026-04-05 16:00"]),
    (LORD_HOWE, "2026-10-02 00:00", ["2026-10-02 16:00", "2026-10-03 15:30", "2026-10-04 15:30"]),
    (KATHMANDU, "2026-03-27 12:00", ["2026-03-27 20:45", "2026-03-28 20:45", "2026-03-29 20:45"]),
    (KATHMANDU, "2026-10-23 12:00", ["2026-10-23 20:45", "2026-10-24 20:45", "2026-10-25 20:45"]),
    (KIRITIMATI, "2026-03-27 13:00", ["2026-03-28 12:30", "2026-03-29 12:30", "2026-03-30 12:30"]),
    (KIRITIMATI, "2026-10-23 11:00", ["2026-10-23 12:30", "2026-10-24 12:30", "2026-10-25 12:30"]),
]


@pytest.mark.parametrize(("zone", "now", "moments"), DAILY, ids=[f"{row[0]} from {row[1]}" for row in DAILY])
def test_a_daily_look_comes_once_a_day_however_often_it_is_asked_for(zone, now, moments):
    moment, found = at(now), []
    while len(found) < 3:
        following = next_time(moment, zone, 150)
        if following not in found:
            found.append(following)
        moment = min(moment + timedelta(minutes=7), following)
    assert found == [at(text) for text in moments]


def test_equal_ends_mean_no_quiet_hours_and_an_unknown_zone_is_utc():
    assert quiet_until(at("2026-03-28 03:00"), Wishes(quiet_from_min=60, quiet_until_min=60)) is None
    assert quiet_until(at("2026-03-28 03:00"), Wishes(zone="Nowhere/At_All")) == at("2026-03-28 07:00")
    inside_a_day = Wishes(quiet_from_min=12 * 60, quiet_until_min=14 * 60)
    assert quiet_until(at("2026-03-28 13:00"), inside_a_day) == at("2026-03-28 14:00")
    assert quiet_until(at("2026-03-28 15:00"), inside_a_day) is None


def test_waits_double_and_never_grow_beyond_an_hour():
    assert [back_off(tries).total_seconds() for tries in (1, 2, 3, 8, 9, 500)] == [30, 60, 120, 3600, 3600, 3600]
    assert back_off(10**6) == LONGEST_WAIT
