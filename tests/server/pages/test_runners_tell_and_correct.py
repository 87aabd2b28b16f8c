"""What a runner says through the forms of the pages: kept at once, answered in a sentence, and open to correction."""

import html
import re
from datetime import timedelta

import clinic_kit as kit
import numpy as np
import pytest

from rules.red_flags import RED_FLAGS
from sensors.files.csv_columns import to_csv
from sensors.recording import Recording
from server.keys import REVIEWER

PAGE = "/runners/r-1"
NO_FLAGS = dict.fromkeys(RED_FLAGS, "no")
TYPED = {"start": "2026-03-29T07:30", "minutes": "30", "distance": "5,2", "rpe": "", "incline": ""}


@pytest.fixture
async def clinic(tmp_path):
    async with kit.clinic(f"sqlite:///{tmp_path / 'clinic.db'}") as running:
        yield running


@pytest.fixture
async def runner(clinic):
    async with clinic.as_(kit.RUNNER) as http:
        yield http


async def bring(clinic, start=kit.NOON - timedelta(hours=30), seconds=1800):
    body = to_csv(Recording.of(np.arange(seconds), speed_mps=np.full(seconds, 3.0), start=start))
    async with clinic.gateway() as http:
        assert (await http.post("/api/v1/runners/r-1/files?name=run.csv", data=body)).status == 201
    await clinic.app[REVIEWER].review_due()


async def sessions(http):
    return (await (await http.get("/api/v1/runners/r-1/sessions")).json())["sessions"]


async def words(http, path):
    text = re.sub(r"<[^>]+>", " ", await (await http.get(path)).text())
    return re.sub(r"\s+", " ", html.unescape(text))


async def test_the_questions_are_asked_until_every_one_is_answered_and_again_after_a_week(clinic, runner):
    assert "Answer the questions" in await words(runner, PAGE)
    left_open = await runner.post(f"{PAGE}/flags", data={**NO_FLAGS, "fever_unwell": ""})
    assert left_open.status == 422 and "1 question is still open" in await left_open.text()
    assert "Answer the questions" in await words(runner, PAGE)
    answered = await runner.post(f"{PAGE}/flags", data=NO_FLAGS)
    assert answered.status == 200 and "Nothing of this was answered with yes" in await answered.text()
    assert "Answer the questions" not in await words(runner, PAGE)
    clinic.now += timedelta(days=7)
    assert "Answer the questions" in await words(runner, PAGE)


async def test_a_yes_shows_where_it_leads_at_once_even_where_other_questions_are_left_open(clinic, runner):
    answered = await runner.post(f"{PAGE}/flags", data={"saddle_numbness": "yes"})
    assert answered.status == 422
    assert "Go to an emergency department now." in await answered.text()
    assert 'data-decision="STOP_REFER"' in await (await runner.get(PAGE)).text()
    await runner.post(f"{PAGE}/flags", data={**NO_FLAGS, "saddle_numbness": "yes"})
    async with clinic.as_(kit.PHYSIO) as physio:
        assert (await words(physio, f"{PAGE}/flags")).count("Go to an emergency department now.") == 1


async def test_a_later_no_takes_no_flag_back(runner):
    await runner.post(f"{PAGE}/flags", data={**NO_FLAGS, "fever_unwell": "yes"})
    assert "Same-day medical assessment" in await words(runner, PAGE)
    await runner.post(f"{PAGE}/flags", data=NO_FLAGS)
    assert "Same-day medical assessment" in await words(runner, PAGE)


async def test_after_a_run_that_was_not_tolerated_the_questions_are_asked_again(clinic, runner):
    await bring(clinic)
    await runner.post(f"{PAGE}/flags", data=NO_FLAGS)
    clinic.now += timedelta(hours=1)
    session = (await sessions(runner))[0]["id"]
    await runner.post(f"{PAGE}/check-ins", data={"session": session, "during": "8", "after": "7", "morning": "6"})
    assert "Your last run was not tolerated" in await words(runner, PAGE)
    clinic.now += timedelta(hours=1)
    await runner.post(f"{PAGE}/flags", data=NO_FLAGS)
    assert "Answer the questions" not in await words(runner, PAGE)


async def test_a_run_without_a_sensor_is_typed_in_and_said_to_count_for_load_alone(runner):
    told = await runner.post(f"{PAGE}/runs", data=TYPED)
    assert told.status == 200 and "Your run is kept" in await told.text()
    (session,) = await sessions(runner)
    assert session["measured"]["run_m"] == 5200 and session["measured"]["quality"] == "POOR"
    assert session["start"] == "2026-03-29T07:30:00Z"


async def test_a_typed_run_reads_the_clock_and_the_unit_of_its_runner(runner):
    choice = {"language": "en", "zone": "America/New_York", "distance": "mi", "speed": "pace", "week_starts": "6"}
    await runner.post("/settings", data=choice)
    await runner.post(f"{PAGE}/runs", data=TYPED | {"distance": "3"})
    (session,) = await sessions(runner)
    assert session["start"] == "2026-03-29T11:30:00Z"
    assert session["measured"]["run_m"] == pytest.approx(4828.032)


@pytest.mark.parametrize("wrong", [{"start": "soon"}, {"minutes": "many"}, {"minutes": ""}, {"distance": "900"}])
async def test_a_run_that_cannot_be_is_refused_with_a_sentence_and_nothing_is_kept(runner, wrong):
    refused = await runner.post(f"{PAGE}/runs", data=TYPED | wrong, headers={"Accept": "text/html"})
    assert refused.status == 422 and "<h1>" in await refused.text()
    assert await sessions(runner) == []


async def test_a_day_without_a_run_and_a_morning_are_told(runner):
    assert (
        "Now it is known as a day of rest"
        in await (await runner.post(f"{PAGE}/no-run", data={"day": "2026-03-29"})).text()
    )
    assert "Your morning is kept" in await (await runner.post(f"{PAGE}/mornings", data={"morning": "2"})).text()


async def test_a_later_answer_corrects_an_earlier_one_and_an_empty_box_says_no(clinic, runner):
    await bring(clinic)
    session = (await sessions(runner))[0]["id"]
    first = {
        "session": session,
        "during": "4",
        "stopped": "true",
        "character": ["tightness", "numb"],
        "site": "buttock",
    }
    await runner.post(f"{PAGE}/check-ins", data=first)
    fixed = await runner.post(f"{PAGE}/check-ins", data={"session": session, "during": "1", "back": "run"})
    assert str(fixed.url).endswith(f"/runs/{session}")
    check_in = (await sessions(runner))[0]["check_in"]
    assert check_in == {
        "during": 1, "stopped": False, "sharp_sudden": False, "character": ["tightness", "numb"], "site": "buttock",
    }  # fmt: skip


async def test_not_my_run_counts_no_more_and_comes_back(clinic, runner):
    await bring(clinic)
    session = (await sessions(runner))[0]["id"]
    page = f"{PAGE}/runs/{session}"
    await runner.post(f"{page}/not-mine")
    assert "Marked as somebody else's run" in await words(runner, PAGE)
    assert not (await sessions(runner))[0]["mine"]
    await runner.post(f"{page}/not-mine", data={"mine": "yes"})
    assert (await sessions(runner))[0]["mine"]


async def test_one_run_becomes_two_and_two_become_one(clinic, runner):
    await bring(clinic)
    session = (await sessions(runner))[0]["id"]
    assert (await runner.post(f"{PAGE}/runs/{session}/split", data={"minutes": "10"})).status == 200
    later, earlier = await sessions(runner)
    assert round(earlier["measured"]["run_s"]) == 600
    assert (await runner.post(f"{PAGE}/runs/{session}/join", data={"with": later["id"]})).status == 200
    assert len(await sessions(runner)) == 1
    assert (await runner.post(f"{PAGE}/runs/{session}/split", data={"minutes": "90"})).status == 422


async def test_the_page_of_a_run_says_what_it_gave_and_where_the_original_is(clinic, runner):
    await bring(clinic)
    session = (await sessions(runner))[0]["id"]
    page = await (await runner.get(f"{PAGE}/runs/{session}")).text()
    assert "Whether it counts is known once the next morning has been answered." in page
    original = re.search(r'href="([^"]+/original[^"]*)"', page)[1].replace("&amp;", "&")
    assert (await runner.get(original)).status == 200
    assert "HR_ABSENT_INFO" not in page and "No drift of the heart rate could be measured" in page


async def test_history_marks_a_jump_and_calls_no_unknown_day_a_rest(clinic, runner):
    await bring(clinic, kit.NOON - timedelta(days=3), 900)
    await bring(clinic, kit.NOON - timedelta(days=1), 2400)
    page = await words(runner, f"{PAGE}/history")
    assert "1 run was a jump" in page and "They never decide anything here." in page
    assert "26 of the last 28 days are neither a run nor a day" in page and "cannot tell" in page
    for day in range(1, 31):
        await runner.post(f"{PAGE}/no-run", data={"day": f"2026-03-{day:02}"})
    assert "of the last 28 days are neither" not in await words(runner, f"{PAGE}/history")


async def test_the_live_page_says_near_before_passed_and_when_the_data_stopped(clinic, runner):
    await bring(clinic, kit.NOON - timedelta(days=4))
    assert "No run is being recorded" in await words(runner, f"{PAGE}/live")
    # The stage began 16 days before the first run: the limits are those of the stage to go back to, 35 min.
    for running_s, word in ((600, "within"), (1900, "near the limit"), (2101, "over the limit")):
        glance = {"capture": "c", "at": kit.NOON.isoformat(), "elapsed_s": running_s, "running_s": running_s}
        async with clinic.gateway() as gateway:
            assert (await gateway.post("/api/v1/runners/r-1/live", json=glance)).status == 202
        page = await words(runner, f"{PAGE}/live")
        assert re.search(rf"Running time: at most 35 min {word}", page, re.IGNORECASE)
    clinic.now += timedelta(seconds=11)
    stopped = await words(runner, f"{PAGE}/live")
    assert "No data since 12:00:00" in stopped and "over the limit" not in stopped
