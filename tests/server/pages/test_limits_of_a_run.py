"""The limits of a run are those of the verdict before it, and every page, file and feed shows the same distance."""

import html
import json
import re
from datetime import timedelta

import clinic_kit as kit
import numpy as np
import pytest
from active_run_kit import beat, begin_capture, bring_run, complete_dose, heartbeat, verdict_of

from rules.allowance import Allowance, Limit
from rules.speech.explain import explain
from sensors.files.csv_columns import to_csv
from sensors.recording import Recording
from server import allowed, review
from server.keys import REVIEWER
from server.letters import homes
from server.pages.reader import Reader
from server.storage import preferences, runs
from server.storage.preferences import Preferences
from server.storage.runs import Plan

PAGE, LIVE = "/runners/r-1", "/runners/r-1/live"
UNKNOWN = "no limits are known for today"
BEFORE_THIS_RUN = "They come from before this run and hold until it ends."
JUMP_S, BASE_M, SHOWN_M = 3800, 6300, 6100


@pytest.fixture
async def clinic(tmp_path):
    async with kit.clinic(f"sqlite:///{tmp_path / 'clinic.db'}") as running:
        yield running


@pytest.fixture
async def after_a_jump(clinic):
    """A hold: 9.5 km yesterday, tolerated so far, after a longest run of 6.3 km."""
    references = {**kit.plan().body["references"], "declared_longest_m": BASE_M, "declared_at": "2026-03-14T00:00:00Z"}
    body = kit.plan(references=references).body
    with clinic.desk.database.write() as db:
        runs.save_plan(db, Plan(runner_id="r-1", version=2, valid_from=kit.NOON, by="p-1", body=body))
    await bring_run(clinic, clinic.now - timedelta(days=9), 900)
    await bring_run(clinic, clinic.now - timedelta(hours=30), JUMP_S)
    return clinic


async def html_of(clinic, path, person=kit.RUNNER):
    async with clinic.as_(person) as http:
        answer = await http.get(path)
        assert answer.status == 200
        return await answer.text()


async def text_of(clinic, path, person=kit.RUNNER):
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", await html_of(clinic, path, person))))


async def live_limits(clinic):
    """The limits as the live page lists them."""
    return re.findall(r"<span>([^<]*: at most [^<]*)</span>", await html_of(clinic, LIVE))


# During a run


async def test_a_live_page_that_is_opened_during_a_run_shows_the_limits_of_the_verdict_before_it(clinic):
    before = await live_limits(clinic)
    assert before
    await begin_capture(clinic)
    await beat(clinic, heartbeat(clinic))
    during = await text_of(clinic, LIVE)
    assert BEFORE_THIS_RUN in during and UNKNOWN not in during
    assert await live_limits(clinic) == before


@pytest.mark.parametrize("minutes", [3, 20, 180], ids=["3 min", "20 min", "3 h"])
async def test_they_stay_for_the_whole_run_although_the_gateway_is_out_of_reach(clinic, minutes):
    before = await live_limits(clinic)
    await begin_capture(clinic)
    await beat(clinic, heartbeat(clinic))
    clinic.now += timedelta(minutes=minutes)
    during = await text_of(clinic, LIVE)
    assert (await verdict_of(clinic))["stale"] and "has not arrived completely" in during
    assert await live_limits(clinic) == before and BEFORE_THIS_RUN in during


async def test_after_half_a_day_without_a_word_it_is_this_run_no_longer(clinic):
    await begin_capture(clinic)
    await beat(clinic, heartbeat(clinic))
    clinic.now += timedelta(hours=12)
    assert UNKNOWN in await text_of(clinic, LIVE)


async def test_the_limits_are_those_at_the_start_of_the_run(clinic):
    """At its start the jump of eight days ago still held; now it holds no longer."""
    await complete_dose(clinic)
    started_at = clinic.now - timedelta(days=1)
    await beat(clinic, heartbeat(clinic, started_at=started_at.isoformat()))
    with clinic.desk.database.read() as db:
        look = review.look(db, kit.RUNNER, clinic.now)
    assert look.shown.decision.name == "CONTINUE"
    assert (look.before_run.now, look.before_run.case.now) == (started_at, started_at)
    assert look.before_run.shown.decision.name == "HOLD"
    assert allowed.allowed(look) == allowed.allowed(look.before_run)


async def test_what_arrived_of_the_run_by_another_way_does_not_change_its_limits(clinic):
    await complete_dose(clinic)
    before = await live_limits(clinic)
    start = clinic.now - timedelta(minutes=20)
    recording = Recording.of(np.arange(900), speed_mps=np.full(900, 2.5), start=start)
    async with clinic.gateway() as http:
        assert (await http.post("/api/v1/runners/r-1/files?name=run.csv", data=to_csv(recording))).status == 201
    await clinic.app[REVIEWER].review_due()
    assert await live_limits(clinic) != before, "for another run today there is less left"
    await beat(clinic, heartbeat(clinic, started_at=start.isoformat()))
    assert await live_limits(clinic) == before


async def test_two_incomplete_runs_of_which_none_certainly_goes_on_have_no_limits(clinic):
    await begin_capture(clinic, "c-0", clinic.now - timedelta(hours=3))
    await begin_capture(clinic)
    await beat(clinic, heartbeat(clinic))
    assert UNKNOWN in await text_of(clinic, LIVE), "the run before it has not arrived"


async def test_a_gateway_that_does_not_name_its_captures_leaves_the_live_page_as_it_was(clinic):
    await begin_capture(clinic)
    await beat(clinic, {"held": {"r-1": 7}})
    assert UNKNOWN in await text_of(clinic, LIVE)


@pytest.mark.parametrize("minutes", [0, 5], ids=["named now", "out of reach"])
async def test_a_red_flag_during_a_run_stops_it_on_the_live_page(clinic, minutes):
    await begin_capture(clinic)
    await beat(clinic, heartbeat(clinic))
    async with clinic.as_(kit.RUNNER) as http:
        assert (await http.post("/api/v1/runners/r-1/flags", json={"code": "saddle_numbness"})).status == 201
    clinic.now += timedelta(minutes=minutes)
    assert "No run until this has been looked at." in await text_of(clinic, LIVE)


async def test_no_page_reads_ready_during_a_run_and_each_says_why(clinic):
    await complete_dose(clinic)
    assert 'data-decision="PROGRESS_READY"' in await html_of(clinic, f"{PAGE}/physio", kit.PHYSIO)
    await begin_capture(clinic)
    await beat(clinic, heartbeat(clinic))
    runner = await text_of(clinic, PAGE)
    assert "Carry on at this stage" in runner
    assert "A run is being recorded. We look at the next step after it." in runner
    for path in ("/physio", "/report", ""):
        page = await html_of(clinic, f"{PAGE}{path}", kit.PHYSIO)
        assert 'data-decision="CONTINUE"' in page or path == "/report"
        assert "PROGRESS_READY" not in page.replace('<option value="PROGRESS_READY">', ""), path
        assert "Ready to talk about the next step" not in page
    assert "The next step is judged after it." in await text_of(clinic, f"{PAGE}/physio", kit.PHYSIO)
    assert "Ready" not in (await text_of(clinic, "/caseload", kit.PHYSIO)).partition("Ada Example")[2]


async def test_the_page_of_today_calls_them_the_limits_of_this_run(clinic):
    assert "Your next run" in await text_of(clinic, PAGE)
    await beat(clinic, heartbeat(clinic))
    during = await text_of(clinic, PAGE)
    assert "Limits of this run" in during and "Your next run" not in during and "from now on" not in during


# Withheld


@pytest.mark.parametrize("named", [False, True], ids=["an old gateway", "out of reach"])
async def test_while_the_verdict_is_withheld_no_limit_is_shown_as_current_and_the_page_says_so(clinic, named):
    await begin_capture(clinic)
    if named:
        await beat(clinic, heartbeat(clinic))
        clinic.now += timedelta(minutes=3)
    for person in (kit.RUNNER, kit.PHYSIO):
        page = await text_of(clinic, PAGE, person)
        assert "We can't give limits for the next run yet." in page
        assert "How far" not in page and "How long" not in page
    with clinic.desk.database.read() as db:
        *_, state = homes.messages(db, "r-1", "s", clinic.now)
    assert json.loads(state[1])["limits"] == {}


# One distance


async def test_a_hold_after_a_jump_says_no_more_than_the_limit_on_any_page_file_or_feed(after_a_jump):
    clinic = after_a_jump
    verdict = (await verdict_of(clinic))["verdict"]
    assert verdict["decision"] == "HOLD" and any(reason["code"].startswith("SPIKE") for reason in verdict["reasons"])
    assert "How far at most 6.1 km" in await text_of(clinic, PAGE)
    assert "How far at most 6.1 km" in await text_of(clinic, PAGE, kit.PHYSIO)
    assert "at most 6.1 km" in await text_of(clinic, LIVE)
    await beat(clinic, heartbeat(clinic))
    assert "How far at most 6.1 km" in await text_of(clinic, PAGE)
    assert "at most 6.1 km" in await text_of(clinic, LIVE)
    with clinic.desk.database.read() as db:
        *_, state = homes.messages(db, "r-1", "s", clinic.now)
        look = review.look(db, kit.RUNNER, clinic.now)
    assert json.loads(state[1])["limits"]["run_m"] == SHOWN_M
    assert "At most 6.1 km in all." in explain(look.verdict, look.case, allowed=allowed.allowed(look), height=None)


async def test_a_hold_never_says_to_repeat_a_run_that_was_a_jump(after_a_jump):
    for path in ("", "/physio", "/report", "/live"):
        page = await text_of(after_a_jump, f"{PAGE}{path}", kit.PHYSIO)
        assert not re.search(r"at most 9|repeat your last|Repeat your last", page), path


def test_in_miles_a_limit_is_rounded_down():
    miles = Reader(Preferences(distance="mi"))
    assert miles.distance(SHOWN_M) == "3.8 mi" and miles.distance_limit(SHOWN_M) == "3.7 mi"
    assert [Reader().distance_limit(metres) for metres in (6100, 6199, 999.9, 0)] == [
        "6.1 km",
        "6.1 km",
        "999 m",
        "0 m",
    ]


def test_a_limit_on_the_distance_itself_is_never_more_than_what_is_shown():
    far, long = (
        Limit(metric="run_m", label="distance", most=9500, unit="m"),
        Limit(metric="run_s", label="running time", most=3300, unit="s"),
    )
    held = Allowance(may_run=True, distance_m=6300.0, shown_distance_m=6100.0, limits=(far, long))
    assert {limit.metric: limit.most for limit in allowed._with_shown_distance(held).limits} == {
        "run_m": 6100,
        "run_s": 3300,
    }


def test_of_two_programmes_the_shorter_distance_is_shown():
    one, other = Allowance(may_run=True, shown_distance_m=6100.0), Allowance(may_run=True, shown_distance_m=5200.0)
    assert allowed._lower(one, other).shown_distance_m == allowed._lower(other, one).shown_distance_m == 5200.0


async def test_it_is_all_said_in_german_too(after_a_jump):
    clinic = after_a_jump
    german = Preferences(language="de")
    await clinic.desk.write(preferences.save_preferences, "r-1", german)
    assert "Bleib vorerst hier." in await text_of(clinic, PAGE)
    await beat(clinic, heartbeat(clinic))
    assert "Grenzen für diesen Lauf" in await text_of(clinic, LIVE)
    clinic.now += timedelta(minutes=5)
    assert "Wir können für den nächsten Lauf noch keine Grenzen nennen." in await text_of(clinic, PAGE)
