"""An answer that a phone kept for a while: taken as said then, and never over a later word."""

from datetime import timedelta

import clinic_kit as kit
import pytest

from sensors.files.csv_columns import to_csv
from sensors.recording import Recording
from server.keys import REVIEWER

RUN = to_csv(Recording.of(range(900), speed_mps=[3.0] * 900, start=kit.NOON - timedelta(hours=3), hold_s=3.0))


@pytest.fixture
async def clinic(tmp_path):
    async with kit.clinic(f"sqlite:///{tmp_path / 'clinic.db'}") as running:
        yield running


async def session_of(clinic, http):
    assert (await http.post("/api/v1/runners/r-1/files?name=a.csv", data=RUN)).status == 201
    await clinic.app[REVIEWER].review_due()
    (one,) = (await (await http.get("/api/v1/runners/r-1/sessions")).json())["sessions"]
    return one["id"]


@pytest.mark.parametrize(
    ("kept_for_s", "late", "status"),
    [
        ("3600", {"during": 1}, 409),  # said before the other answer, and otherwise
        ("60", {"during": 1}, 201),  # said after it
        ("3600", {"during": 6}, 201),  # the same again
        ("3600", {"after": 1}, 201),  # another question
        (None, {"during": 1}, 201),  # said now
        ("-5", {"during": 1}, 201),  # a watch that was put back: said now
        ("nan", {"during": 1}, 422),
        ("inf", {"during": 1}, 422),
        ("soon", {"during": 1}, 422),
    ],
)
async def test_an_older_word_never_writes_over_a_newer_one(clinic, kept_for_s, late, status):
    async with clinic.as_(kit.RUNNER) as http:
        session = await session_of(clinic, http)
        path = "/api/v1/runners/r-1/check-ins"
        assert (await http.post(path, json={"session": session, "during": 6})).status == 201
        clinic.now += timedelta(minutes=30)
        headers = {} if kept_for_s is None else {"Kept-For": kept_for_s}
        answer = await http.post(path, json={"session": session, **late}, headers=headers)
        assert answer.status == status, await answer.text()
