"""Weeks and days of a reader's calendar: nothing is counted twice, and a day of which nobody knows is no rest."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from server.pages.reader import Reader
from server.runs import weeks
from server.storage.preferences import Preferences
from server.storage.sessions import Training

NOW = datetime(2026, 3, 30, 12, tzinfo=UTC)  # a Monday, the day after the clocks went forward in Berlin
BERLIN = Reader(Preferences(zone="Europe/Berlin"))
SUNDAYS = Reader(Preferences(week_starts=6))


def training(start, run_m=5000.0):
    return Training(
        runner_id="r-1", id=f"{start:%m%dT%H%M}", start=start, end=start + timedelta(minutes=30), mine=True,
        run_s=1800.0, made_of=[], rules_version="1", decoder_version="1", measured_with="x", measured={"run_m": run_m},
    )  # fmt: skip


def test_a_run_late_on_sunday_belongs_to_the_week_of_whoever_reads():
    late = training(datetime(2026, 3, 29, 22, 30, tzinfo=UTC))  # Monday at 00:30 in Berlin
    assert [week.runs for week in weeks.weeks([late], BERLIN.week_of, NOW, 2)] == [0, 1]
    assert [week.runs for week in weeks.weeks([late], Reader().week_of, NOW, 2)] == [1, 0]
    assert [week.runs for week in weeks.weeks([late], SUNDAYS.week_of, NOW, 2)] == [0, 1]


def test_weeks_lie_side_by_side_over_a_change_of_the_clocks():
    found = weeks.weeks([], BERLIN.week_of, NOW, 12)
    assert all(one.end == after.start for one, after in pairwise(found))
    assert all(one.start.hour == 0 and one.start.weekday() == 0 for one in found)


def test_a_distance_that_nobody_knows_is_told_and_not_added_as_nothing():
    (week,) = weeks.weeks([training(NOW, None), training(NOW - timedelta(hours=3))], Reader().week_of, NOW, 1)
    assert (week.metres, week.runs, week.unknown) == (5000.0, 2, 1)


def test_a_day_is_a_rest_only_where_somebody_said_so():
    runs = [training(NOW - timedelta(days=1)), training(NOW - timedelta(days=3), None)]
    assert weeks.daily(runs, {"2026-03-28"}, Reader().local, NOW, 5) == [None, None, 0.0, 5000.0, None]
