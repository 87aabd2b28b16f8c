"""An answer that a phone kept for a while: taken as said then, and never over a later word."""

from datetime import timedelta

import clinic_kit as kit
import pytest

from sensors.files.csv_columns import to_csv
from sensors.recording import Recording
from server.keys import REVIEWER
from server.storage import runs

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


async def seq_of(clinic):
    return await clinic.desk.read(runs.last_seq, "r-1")


@pytest.mark.parametrize(
    ("saw_it", "clock_put_back", "status"),
    [
        (True, timedelta(0), 201),  # the other answer was on the page on which this one was given
        (True, timedelta(days=1), 201),
        (False, timedelta(0), 409),
        (False, timedelta(days=1), 409),  # which was later cannot be told: the runner is asked
    ],
)
async def test_an_answer_that_the_runner_saw_is_corrected_whatever_the_clocks_say(
    clinic, saw_it, clock_put_back, status
):
    async with clinic.as_(kit.RUNNER) as http:
        session = await session_of(clinic, http)
        path = "/api/v1/runners/r-1/check-ins"
        before = await seq_of(clinic)
        assert (await http.post(path, json={"session": session, "during": 6})).status == 201
        seen = await seq_of(clinic) if saw_it else before
        clinic.now += timedelta(minutes=30) - clock_put_back
        headers = {"Kept-For": "3600", "Seen-Seq": str(seen)}
        answer = await http.post(path, json={"session": session, "during": 1}, headers=headers)
        assert answer.status == status, await answer.text()


async def test_who_saw_the_refusal_can_send_the_answer_all_the_same(clinic):
    async with clinic.as_(kit.RUNNER) as http:
        session = await session_of(clinic, http)
        path, late = "/api/v1/runners/r-1/check-ins", {"session": session, "during": 1}
        assert (await http.post(path, json={"session": session, "during": 6})).status == 201
        clinic.now -= timedelta(hours=1)
        refused = await http.post(path, json=late, headers={"Kept-For": "60", "Seen-Seq": "0"})
        assert refused.status == 409
        seen = str((await refused.json())["seq"])
        assert (await http.post(path, json=late, headers={"Kept-For": "0.1", "Seen-Seq": seen})).status == 201


@pytest.mark.parametrize("seen", ["-1", "1.5", "soon", "٣", "9" * 12])
async def test_a_place_that_is_none_is_refused(clinic, seen):
    async with clinic.as_(kit.RUNNER) as http:
        session = await session_of(clinic, http)
        body, headers = {"session": session, "during": 1}, {"Seen-Seq": seen}
        assert (await http.post("/api/v1/runners/r-1/check-ins", json=body, headers=headers)).status == 422


async def test_the_page_says_what_was_stored_last_when_it_was_made(clinic):
    async with clinic.as_(kit.RUNNER) as http:
        session = await session_of(clinic, http)
        for expected in (0, 1):
            assert f'data-seq="{expected}"' in await (await http.get("/runners/r-1")).text()
            body = {"session": session, "during": 1}
            assert (await http.post("/api/v1/runners/r-1/check-ins", json=body)).status == 201
