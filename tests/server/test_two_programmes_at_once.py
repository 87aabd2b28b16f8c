"""A runner with two injuries holds two programmes: the more cautious of the two verdicts holds, with all reasons."""

from datetime import timedelta

import clinic_kit as kit
import numpy as np
import pytest

from sensors.files.csv_columns import to_csv
from sensors.recording import Recording
from server.keys import REVIEWER

PLAN = "/api/v1/runners/r-1/plan"
SECOND = {"programme": "FIBRE", "stage": "F4", "stage_entered_at": "2026-03-20T00:00:00Z", "baseline_morning": 0}


@pytest.fixture
async def clinic(database_url):
    async with kit.clinic(database_url) as running:
        for days in (1, 4, 8):
            start = kit.NOON - timedelta(days=days)
            body = to_csv(Recording.of(np.arange(2400), speed_mps=np.full(2400, 3.0), start=start))
            async with running.gateway() as http:
                assert (await http.post("/api/v1/runners/r-1/files", data=body)).status == 201
        await running.app[REVIEWER].review_due()
        yield running


async def save(clinic, second, version=1, **changed):
    body = {**kit.plan().body, "second": second, **changed}
    async with clinic.as_(kit.PHYSIO) as http:
        answer = await http.put(PLAN, json=body, headers={"If-Match": f'"{version}"'})
        return answer.status, await answer.json()


async def verdict(clinic):
    async with clinic.as_(kit.PHYSIO) as http:
        said = await (await http.get("/api/v1/runners/r-1/verdict")).json()
    assert not said["stale"], said
    return said["verdict"]


async def test_the_more_cautious_verdict_holds_with_the_reasons_of_both(clinic):
    alone = await verdict(clinic)
    assert (await save(clinic, SECOND))[0] == 200
    both = await verdict(clinic)
    assert len(both["missing"]) > len(alone["missing"])
    codes = {reason["code"] for reason in both["reasons"]}
    assert {reason["code"] for reason in alone["reasons"]} <= codes
    ranks = ("STOP_REFER", "REGRESS", "HOLD", "INSUFFICIENT_DATA", "CONTINUE", "PROGRESS_READY")
    assert ranks.index(both["decision"]) <= ranks.index(alone["decision"])


async def test_each_programme_counts_running_as_tired_from_its_own_moment_on(clinic):
    second = {**SECOND, "stage_override": {"fatigue_onset_s": 600, "total": {"fat_s": 3000}}}
    status, answer = await save(clinic, second, stage_override={"fatigue_onset_s": 2000, "total": {"fat_s": 2500}})
    assert status == 200, answer
    async with clinic.as_(kit.RUNNER) as http:
        newest = (await (await http.get("/api/v1/runners/r-1/sessions")).json())["sessions"][0]
    assert newest["measured"]["fat_s"] == pytest.approx(400, abs=2)
    from server import review

    with clinic.desk.database.read() as db:
        look = review.look(db, kit.RUNNER, clinic.now)
    assert look.second.sessions[-1].metrics["fat_s"] == pytest.approx(1800, abs=2)


async def test_a_stage_that_asks_for_a_second_sign_of_fatigue_cannot_tell_where_no_sensor_gave_one(clinic):
    """These runs told their speed alone."""
    second = {
        **SECOND,
        "stage_override": {"fatigue_onset_s": 600, "fatigue_mode": "corroborated", "total": {"fat_s": 3000}},
    }
    status, answer = await save(clinic, second, stage_override={"fatigue_onset_s": 600, "total": {"fat_s": 2500}})
    assert status == 200, answer
    from server import review

    with clinic.desk.database.read() as db:
        look = review.look(db, kit.RUNNER, clinic.now)
    tired_s = [case.sessions[-1].metrics["fat_s"] for case in (look.case, look.second)]
    assert tired_s == [pytest.approx(1800, abs=2), None]


@pytest.mark.parametrize(
    "change",
    [
        {"stage_override": {"fatigue_onset_s": 2300}},
        {"stage_override": {"fatigue_onset_s": 600, "fatigue_mode": "corroborated"}},
        {"references": {"v_max_mps": 3.2, "v_max_kind": "measured", "v_thr_mps": 3.1}},
    ],
)
async def test_what_a_change_would_decide_today_is_what_is_said_once_it_is_saved(clinic, change):
    """The runs are measured for the trial as they will be: by the new references, and tired from the new moment on."""
    async with clinic.as_(kit.RUNNER) as http:
        for one in (await (await http.get("/api/v1/runners/r-1/sessions")).json())["sessions"]:
            felt = {"session": one["id"], "during": 1, "after": 1, "morning": 1}
            assert (await http.post("/api/v1/runners/r-1/check-ins", json=felt)).status == 201
    before = await verdict(clinic)
    async with clinic.as_(kit.PHYSIO) as http:
        tried = await (await http.post("/api/v1/runners/r-1/plan/preview", json={"change": change})).json()
    assert tried["days"][-1]["as_it_is"] == before
    assert (await save(clinic, None, **change))[0] == 200
    after = await verdict(clinic)
    assert tried["days"][-1]["as_it_would_be"] == after != before


async def test_a_second_programme_that_nobody_could_do_is_refused(clinic):
    assert (await save(clinic, {**SECOND, "stage": "F99"}))[0] == 422
    assert (await save(clinic, {**SECOND, "programme": "NOTHING"}))[0] == 422


async def test_each_programme_takes_its_own_steps(clinic):
    await save(clinic, SECOND)
    async with clinic.as_(kit.PHYSIO) as http:
        step = {"stage": "F5", "second": True, "reason": "strong on the treadmill today"}
        moved = await (await http.post("/api/v1/runners/r-1/stage", json=step)).json()
        assert (moved["plan"]["stage"], moved["plan"]["second"]["stage"]) == ("P3", "F5")
        missing = await http.post("/api/v1/runners/r-1/flags", json={"code": "fever_unwell"})
        assert missing.status == 201
        refused = await http.post("/api/v1/runners/r-1/stage", json={"stage": "F6", "second": True})
        assert refused.status == 409


async def test_without_a_second_programme_there_is_no_step_in_it(clinic):
    async with clinic.as_(kit.PHYSIO) as http:
        assert (await http.post("/api/v1/runners/r-1/stage", json={"stage": "F5", "second": True})).status == 404
