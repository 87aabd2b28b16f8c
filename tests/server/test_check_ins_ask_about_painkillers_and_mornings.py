"""Painkillers are asked about and never guessed; each run is asked for its morning, which is dated at the waking."""

import html
import io
import json
import re
import zipfile
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import clinic_kit as kit
import numpy as np
import pytest

from sensors.files.csv_columns import to_csv
from sensors.recording import Recording
from server import morning_dates, review, said
from server.keys import REVIEWER
from server.problem import Problem
from server.storage import runs

HOME, PAGE = "/api/v1/runners/r-1", "/runners/r-1"


@pytest.fixture
async def clinic(database_url):
    async with kit.clinic(database_url) as running:
        yield running


@pytest.fixture
async def runner(clinic):
    async with clinic.as_(kit.RUNNER) as http:
        yield http


async def bring(clinic, *days):
    for back in days:
        start = kit.NOON - timedelta(days=back)
        body = to_csv(Recording.of(np.arange(1800), speed_mps=np.full(1800, 2.5), start=start))
        async with clinic.gateway() as http:
            assert (await http.post(f"{HOME}/files", data=body)).status == 201
    await clinic.app[REVIEWER].review_due()


async def sessions(http):
    """The newest first."""
    return (await (await http.get(f"{HOME}/sessions")).json())["sessions"]


async def answer(http, session, **answers):
    assert (await http.post(f"{HOME}/check-ins", json={"session": session["id"], **answers})).status == 201


async def case(clinic):
    return (await clinic.desk.read(review.look, kit.RUNNER, clinic.now)).case


async def asked_since(clinic, moment):
    """As if the first plan had been saved then."""
    from server.storage.tables.runs import PlanRow

    def change(db):
        row = db.get(PlanRow, ("r-1", 1))
        row.valid_from = moment
        db.add(row)

    await clinic.desk.write(change)


async def test_painkillers_are_null_until_somebody_answers(clinic, runner):
    await bring(clinic, 2)
    (session,) = await sessions(runner)
    await answer(runner, session, during=1, after=1, morning=1)
    assert "painkillers" not in (await sessions(runner))[0]["check_in"]
    assert (await case(clinic)).sessions[0].check_in.painkillers is None
    for taken in (True, False, None):
        await answer(runner, session, painkillers=taken)
        assert (await case(clinic)).sessions[0].check_in.painkillers is taken


async def test_the_page_asks_after_the_run_and_with_the_morning_and_keeps_only_what_was_answered(clinic, runner):
    await bring(clinic, 1.0)
    (session,) = await sessions(runner)
    page = await (await runner.get(PAGE)).text()
    assert "Painkillers before the run, or since?" in page
    assert not re.search(r'name="painkillers"[^>]*checked', page)
    await runner.post(f"{PAGE}/check-ins", data={"session": session["id"], "during": "1", "after": "1"})
    assert "painkillers" not in (await sessions(runner))[0]["check_in"]
    morning = await (await runner.get(PAGE)).text()
    assert "How was it this morning, after waking?" in html.unescape(morning)
    assert "Painkillers before the run, or since?" in morning
    sent = {"session": session["id"], "morning": "1", "painkillers": "true"}
    await runner.post(f"{PAGE}/check-ins", data=sent)
    assert (await sessions(runner))[0]["check_in"]["painkillers"] is True
    shown = await (await runner.get(f"{PAGE}/runs/{session['id']}")).text()
    assert re.search(r'value="true" checked', shown) and "<dt>Painkillers</dt><dd>yes</dd>" in shown


async def test_a_no_after_the_run_is_not_sent_again_by_the_mornings_form(clinic, runner):
    """Whoever took a tablet in the evening must not pass as somebody who took none."""
    await bring(clinic, 1.0)
    (session,) = await sessions(runner)
    await answer(runner, session, during=1, after=1, painkillers=False)
    assert not re.search(r'name="painkillers"[^>]*checked', await (await runner.get(PAGE)).text())
    await answer(runner, session, painkillers=True)
    assert re.search(r'value="true" checked', await (await runner.get(PAGE)).text())


async def test_the_export_and_the_schema_hold_the_answer(clinic, runner):
    await bring(clinic, 2)
    (session,) = await sessions(runner)
    await answer(runner, session, painkillers=True)
    archive = zipfile.ZipFile(io.BytesIO(await (await runner.get(f"{HOME}/export")).read()))
    (run,) = json.loads(archive.read("runs.json"))
    assert run["check_ins"][-1]["body"] == {"painkillers": True}
    schema = await (await runner.get("/openapi.json")).json()
    assert "painkillers" in schema["components"]["schemas"]["AnswerCheckIn"]["properties"]


async def test_each_run_without_a_morning_is_asked_about_it(clinic, runner):
    await asked_since(clinic, kit.NOON - timedelta(days=20))
    await bring(clinic, 8, 6, 4, 1.0)
    newest, fourth, sixth, eighth = await sessions(runner)
    for session in (newest, fourth, sixth, eighth):
        await answer(runner, session, during=1, after=1)
    await answer(runner, sixth, morning=2)
    page = html.unescape(await (await runner.get(PAGE)).text())
    asked = page.split('id="missed-mornings"')[1].split("</section>")[0]
    assert re.findall(r'name="session" value="([^"]+)"', asked) == [fourth["id"], eighth["id"]]
    assert asked.count("How was it the next morning, after waking?") == 2
    await runner.post(f"{PAGE}/check-ins", data={"session": fourth["id"], "morning": "1"})
    await runner.post(f"{PAGE}/check-ins", data={"session": eighth["id"], "morning": "1"})
    assert 'id="missed-mornings"' not in await (await runner.get(PAGE)).text()


async def test_a_daily_score_of_that_morning_answers_for_the_run(clinic, runner):
    await asked_since(clinic, kit.NOON - timedelta(days=20))
    await bring(clinic, 4, 1.0)
    told = {"morning": 1, "day": "2026-03-27"}
    assert (await runner.post(f"{HOME}/mornings", json=told)).status == 201
    assert 'id="missed-mornings"' not in await (await runner.get(PAGE)).text()


@pytest.mark.parametrize("first_plan", [kit.NOON, kit.NOON - timedelta(days=20)])
async def test_nobody_asks_about_an_imported_history(clinic, runner, first_plan):
    """Runs from before the first plan are not asked about, and do not count as unanswered."""
    await asked_since(clinic, first_plan)
    await bring(clinic, 6, 4, 1.0)
    is_history = first_plan == kit.NOON
    assert ('id="missed-mornings"' not in await (await runner.get(PAGE)).text()) is is_history
    assert (await case(clinic)).asked_since == first_plan
    verdict = (await (await runner.get(f"{HOME}/verdict")).json())["verdict"]
    assert ("MISSING_24H" not in [reason["code"] for reason in verdict["reasons"]]) is is_history


async def test_a_later_version_of_the_plan_does_not_move_the_moment(clinic):
    later = runs.Plan(
        runner_id="r-1", version=2, valid_from=kit.NOON + timedelta(days=9), by="p-1", body=kit.plan().body
    )
    await clinic.desk.write(runs.save_plan, later)
    assert (await case(clinic)).asked_since == kit.NOON


@pytest.mark.parametrize(
    ("zone", "at", "day", "found"),
    [
        ("UTC", None, None, "2026-03-30T07:00:00+00:00"),
        ("Europe/Berlin", None, None, "2026-03-30T05:00:00+00:00"),
        ("America/Los_Angeles", None, None, "2026-03-30T12:00:00+00:00"),  # it is 05:00 there: no later than now
        ("Pacific/Auckland", None, None, "2026-03-30T18:00:00+00:00"),  # already the next day there, and before 07:00
        ("Europe/Berlin", None, date(2026, 3, 28), "2026-03-28T06:00:00+00:00"),  # the last day of winter time
        ("Europe/Berlin", datetime(2026, 3, 30, 4, 30, tzinfo=ZoneInfo("Europe/Berlin")), None,
         "2026-03-30T02:30:00+00:00"),
    ],
)  # fmt: skip
def test_a_morning_is_dated_at_the_waking_it_speaks_of(zone, at, day, found):
    waking = morning_dates.waking(at, day, ZoneInfo(zone), kit.NOON)
    expected = min(datetime.fromisoformat(found), kit.NOON)
    assert waking.at == expected


@pytest.mark.parametrize(
    ("at", "day"),
    [(None, date(2026, 3, 31)), (datetime(2026, 3, 29, 7, tzinfo=ZoneInfo("UTC")), date(2026, 3, 30))],
)
def test_no_morning_is_told_before_it_came_nor_of_two_days(at, day):
    with pytest.raises(Problem):
        morning_dates.waking(at, day, ZoneInfo("UTC"), kit.NOON)


async def test_mornings_are_dated_in_the_runners_zone_and_corrected_by_their_day(clinic, runner):
    choice = {"language": "en", "zone": "Pacific/Auckland", "distance": "km", "speed": "pace", "week_starts": "0"}
    await runner.post("/settings", data=choice)
    clinic.now = kit.NOON + timedelta(hours=15)  # 16:00 of the next day there
    assert (await runner.post(f"{HOME}/mornings", json={"morning": 4})).status == 201
    assert await clinic.desk.read(said.mornings, "r-1") == [{"at": "2026-03-30T18:00:00Z", "morning": 4}]
    corrected = {"morning": "2", "day": "2026-03-31", "woke_at": "13:30"}  # in UTC another day than 07:00 was
    assert (await runner.post(f"{PAGE}/mornings", data=corrected)).status == 200
    assert await clinic.desk.read(said.mornings, "r-1") == [{"at": "2026-03-31T00:30:00Z", "morning": 2}]
    assert (await runner.post(f"{HOME}/mornings", json={"morning": None})).status == 201
    assert await clinic.desk.read(said.mornings, "r-1") == []


async def test_an_evening_answer_speaks_of_the_morning_and_so_of_last_nights_run(clinic, runner):
    """Typed 37 hours after the run, a score of the waking before still answers for it."""
    await bring(clinic, 1.0)
    clinic.now += timedelta(hours=9)
    assert (await runner.post(f"{HOME}/mornings", json={"morning": 1})).status == 201
    (morning,) = (await case(clinic)).daily
    assert morning.at == datetime.fromisoformat("2026-03-30T07:00:00Z")


async def test_a_nerve_check_is_a_physios_word_with_findings_and_dates_the_case(clinic, runner):
    assert (await case(clinic)).nerve_checked_at is None
    assert (await runner.post(f"{HOME}/nerve-checks", json={"note": "it tingles no more"})).status == 403
    async with clinic.as_(kit.PHYSIO) as physio:
        assert (await physio.post(f"{HOME}/nerve-checks", json={"note": "fine"})).status == 422
        kept = await physio.post(f"{HOME}/nerve-checks", json={"note": "slump test negative, reflexes equal"})
        assert kept.status == 201 and "nerve_check" in await kept.json()
        assert (await case(clinic)).nerve_checked_at == kit.NOON
        clinic.now += timedelta(minutes=5)
        page = await physio.post(f"{PAGE}/nerve-checks", data={"note": "strength equal on both sides"})
        text = await page.text()
        assert "slump test negative" in text and "strength equal on both sides" in text
        assert (await case(clinic)).nerve_checked_at == kit.NOON + timedelta(minutes=5)
        assert "Nerves examined" in await (await physio.get(f"{PAGE}/changes")).text()


async def test_signs_of_the_nerve_hold_until_the_nerves_were_examined(clinic, runner):
    await bring(clinic, 3, 1.0)
    for session in await sessions(runner):
        signs = {"character": ["tingling"], "distal_spread": True}
        await answer(runner, session, during=1, after=1, morning=1, **signs)

    async def codes(http):
        return [reason["code"] for reason in (await (await http.get(f"{HOME}/verdict")).json())["verdict"]["reasons"]]

    assert "NERVE_SIGNS" in await codes(runner)
    async with clinic.as_(kit.PHYSIO) as physio:
        assert "hold this runner until" in await (await physio.get(f"{PAGE}/physio")).text()
        note = {"note": "slump test negative, reflexes equal"}
        assert (await physio.post(f"{HOME}/nerve-checks", json=note)).status == 201
        assert "NERVE_SIGNS" not in await codes(physio)


async def test_a_nerve_check_that_was_saved_while_the_clock_was_ahead_clears_no_later_sign(clinic, runner):
    await bring(clinic, 3, 1.0)
    newest, oldest = await sessions(runner)
    await answer(runner, oldest, during=1, after=1, morning=1, character=["tingling"], distal_spread=True)
    clinic.now += timedelta(days=1)
    async with clinic.as_(kit.PHYSIO) as physio:
        note = {"note": "slump test negative, reflexes equal"}
        assert (await physio.post(f"{HOME}/nerve-checks", json=note)).status == 201
    clinic.now -= timedelta(days=1)
    assert (await case(clinic)).nerve_checked_at is None
    await answer(runner, newest, during=1, after=1, morning=1, character=["tingling"], distal_spread=True)
    clinic.now += timedelta(days=2)
    assert (await case(clinic)).nerve_checked_at is None


async def test_a_nerve_check_of_a_server_whose_clock_is_seconds_ahead_counts(clinic, runner):
    await bring(clinic, 1.0)
    clinic.now += timedelta(seconds=3)
    async with clinic.as_(kit.PHYSIO) as physio:
        note = {"note": "slump test negative, reflexes equal"}
        assert (await physio.post(f"{HOME}/nerve-checks", json=note)).status == 201
    clinic.now -= timedelta(seconds=2)
    await answer(runner, (await sessions(runner))[0], during=1, after=1, morning=1)
    assert (await case(clinic)).nerve_checked_at == clinic.now
