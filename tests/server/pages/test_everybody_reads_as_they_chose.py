"""A reader: the same moment, distance and speed as different people read them."""

from datetime import UTC, datetime, timedelta

import clinic_kit as kit
import pytest

from server.pages import languages
from server.pages.reader import Reader
from server.storage.preferences import Preferences

MILES = Reader(Preferences(distance="mi", zone="America/New_York", week_starts=6))
TREADMILL = Reader(Preferences(speed="speed"))
KATHMANDU = Reader(Preferences(zone="Asia/Kathmandu"))
LATE = datetime(2026, 3, 28, 20, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "read"),
    [
        (Reader().distance(7240.4), "7.2 km"),
        (Reader().distance(5000), "5.0 km"),
        (Reader().distance(400), "400 m"),
        (MILES.distance(5000), "3.1 mi"),
        (Reader().pace(2.75), "6:04 min/km"),
        (MILES.pace(2.75), "9:45 min/mi"),
        (TREADMILL.pace(2.75), "9.9 km/h"),
        (Reader().pace(0.0), "not measured"),
        (Reader().pace(float("nan")), "not measured"),
        (Reader().amount(None, "s"), "not measured"),
        (Reader().amount(float("nan"), "m"), "not measured"),
        (Reader().amount("PENDING"), "not answered yet"),
        (Reader().amount(1200, "s"), "20 min"),
        (Reader().amount(75, "s"), "1:15 min"),
        (Reader().amount(61.25, "%"), "61.2 %"),
        (Reader().amount(1.304, None), "1.304"),
        (Reader().amount(1.3, None), "1.3"),
        (Reader().amount(1.522, None), "1.5"),
        (Reader().amount(1.08, None), "1.08"),
        (Reader().amount(1.31, None), "1.31"),
        (Reader().amount(2.004, None), "2.004"),
        (Reader().amount(0.694, None), "0.7"),
        (Reader().amount(12, "efforts"), "12"),
        (Reader().amount(1, "times"), "1"),
        (Reader().amount(3, None), "3"),
        (Reader().amount(1, "d"), "1 day"),
        (Reader().amount(14, "d"), "14 days"),
        (Reader().day(LATE), "Sat 28 Mar"),
        (KATHMANDU.day(LATE), "Sun 29 Mar"),
        (KATHMANDU.clock(LATE), "Sun 29 Mar, 02:15"),
        (Reader().ago(LATE, LATE + timedelta(days=2, hours=3)), "2 days ago"),
        (Reader().ago(LATE, LATE), "just now"),
    ],
)
def test_it_reads(said, read):
    assert said == read


def test_a_week_begins_where_the_reader_lets_it_begin():
    assert Reader().week_of(LATE).isoformat() == "2026-03-23T00:00:00+00:00"
    assert MILES.week_of(LATE).isoformat() == "2026-03-22T00:00:00-04:00"


@pytest.mark.parametrize(("wanted", "served"), [([], "en"), (["xx"], "en"), (["en-US", "en"], "en")])
def test_a_language_that_is_not_there_is_read_in_english(wanted, served):
    assert languages.best(wanted) == served


async def test_a_choice_is_kept_and_an_impossible_one_refused(tmp_path):
    choice = {"language": "en", "zone": "Asia/Kathmandu", "distance": "mi", "speed": "pace", "week_starts": "6"}
    async with kit.clinic(f"sqlite:///{tmp_path / 'clinic.db'}") as clinic, clinic.as_(kit.RUNNER) as http:
        saved = await http.post("/settings", data=choice)
        assert saved.status == 200 and "Asia/Kathmandu" in await saved.text()
        for wrong in ({"zone": "Mars/Olympus"}, {"distance": "furlongs"}, {"language": "xx"}, {"week_starts": "9"}):
            assert (await http.post("/settings", data=choice | wrong)).status == 422
