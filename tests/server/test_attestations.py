"""What a physio attests stands in for what was not measured or only typed in, never for what a sensor measured."""

import html
import re
from datetime import timedelta

import clinic_kit as kit
import numpy as np
import pytest
from active_run_kit import ENDED_WELL, verdict_of

from sensors.files.csv_columns import to_csv
from sensors.recording import Recording
from server import attestations
from server.keys import REVIEWER
from server.problem import Problem
from server.storage import preferences, runs
from server.storage.preferences import Preferences
from server.storage.runs import Plan

ATTESTATIONS, HAND = "/api/v1/runners/r-1/attestations", "/api/v1/runners/r-1/runs"
SECONDS = 1300


@pytest.fixture
async def clinic(database_url):
    async with kit.clinic(database_url) as running:
        yield running


async def plan_stage(clinic, stage, **changed):
    body = kit.plan(stage=stage, **changed).body
    with clinic.desk.database.write() as db:
        runs.save_plan(db, Plan(runner_id="r-1", version=2, valid_from=kit.NOON, by="p-1", body=body))
    await clinic.app[REVIEWER].review("r-1")


async def bring_foot_pod_run(clinic, capture, start):
    """A capture of a foot pod alone, with its check-in; returns the id of its session."""
    chunks, began_ns = kit.chunks(kit.packets(SECONDS, start, 2.5)), int(start.timestamp()) * 10**9
    path = f"/api/v1/captures/{capture}"
    async with clinic.gateway() as http:
        await http.put(path, json={"runner": "r-1", "started_at": start.isoformat()})
        for seq, body in enumerate(chunks):
            assert (await http.put(f"{path}/chunks/{seq}", data=body, headers=kit.digest(body))).status == 201
        closed = await http.post(f"{path}/complete", json=kit.closing(capture, chunks, began_ns))
        assert closed.status == 200, await closed.text()
    await clinic.app[REVIEWER].review_due()
    return await answer_latest(clinic)


async def answer_latest(clinic):
    async with clinic.as_(kit.RUNNER) as http:
        session = (await (await http.get("/api/v1/runners/r-1/sessions")).json())["sessions"][0]["id"]
        answers = {"session": session, **ENDED_WELL}
        assert (await http.post("/api/v1/runners/r-1/check-ins", json=answers)).status == 201
    return session


async def type_in_a_run(clinic, incline_pct):
    """Forty minutes on a treadmill without a sensor, two days ago."""
    start = clinic.now - timedelta(days=2)
    form = {"start": start.isoformat(), "duration_s": 2400, "distance_m": 6000, "incline_pct": incline_pct}
    async with clinic.as_(kit.RUNNER) as http:
        assert (await http.post(HAND, json=form)).status == 201
    return await answer_latest(clinic)


async def attest(clinic, session, metric, value):
    async with clinic.as_(kit.PHYSIO) as http:
        answer = await http.post(ATTESTATIONS, json={"session": session, "metric": metric, "value": value})
        return answer.status, await answer.json()


async def run_page(clinic, session, person=kit.PHYSIO):
    async with clinic.as_(person) as http:
        return await (await http.get(f"/runners/r-1/runs/{session}")).text()


def offered(page):
    return re.findall(r'<option value="(\w+)">', page.partition('id="attest"')[2].partition("</select>")[0])


def words(page):
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))


async def codes(clinic):
    return {reason["code"] for reason in (await verdict_of(clinic))["verdict"]["reasons"]}


@pytest.mark.parametrize(("programme", "stage"), [("PHT", "P8"), ("FIBRE", "F8")])
async def test_hills_that_no_foot_pod_sees_complete_their_dose_once_a_physio_attests_them(clinic, programme, stage):
    await plan_stage(clinic, stage, programme=programme)
    sessions = [await bring_foot_pod_run(clinic, f"c-{days}", clinic.now - timedelta(days=days)) for days in (9, 6, 3)]
    before = await verdict_of(clinic)
    assert before["decision"] == "INSUFFICIENT_DATA" and "METRIC_UNMEASURED" in await codes(clinic)

    async with clinic.as_(kit.PHYSIO) as http:
        for session, hills in zip(sessions, (6, 5, 5), strict=True):
            assert {"uf_n", "uf_s", "inc2_s", "inc4_s"} <= set(offered(await run_page(clinic, session)))
            form = {"session": session, "metric": "uf_n", "value": str(hills), "back": "run"}
            saved = await http.post("/runners/r-1/attestations", data=form)
            page = words(await saved.text())
            assert saved.status == 200 and saved.url.path == f"/runners/r-1/runs/{session}"
            assert "Saved with your name." in page and f"Fast uphill efforts: {hills} (Cy Example" in page

    after = await verdict_of(clinic)
    assert after["decision"] == "PROGRESS_READY", after["verdict"]
    async with clinic.as_(kit.RUNNER) as http:
        assert 'data-decision="PROGRESS_READY"' in await (await http.get("/runners/r-1")).text()


async def test_too_many_attested_hills_break_the_ceiling(clinic):
    await plan_stage(clinic, "P8")
    session = await bring_foot_pod_run(clinic, "c-3", clinic.now - timedelta(days=3))
    assert "CEILING" not in await codes(clinic)
    assert (await attest(clinic, session, "uf_n", 13))[0] == 201
    assert "CEILING" in await codes(clinic)


@pytest.mark.parametrize(
    ("metric", "seen_s", "typed_pct", "shown"),
    [("inc4_s", 120, 5, "2 min of at most 3 min"), ("dn4_s", 240, -6, "4 min of at most 5 min")],
)
async def test_an_attested_slope_replaces_a_typed_one_at_the_ceiling(clinic, metric, seen_s, typed_pct, shown):
    session = await type_in_a_run(clinic, typed_pct)
    assert "CEILING" in await codes(clinic), "40 minutes of a slope that this stage limits to 3 and to 5"
    assert (await attest(clinic, session, metric, seen_s))[0] == 201
    assert "CEILING" not in await codes(clinic)
    assert shown in words(await run_page(clinic, session))


async def test_an_attested_slope_replaces_a_typed_one_in_the_dose_of_a_run_that_a_physio_stands_for(clinic):
    await plan_stage(clinic, "P4")
    session = await type_in_a_run(clinic, 2)
    async with clinic.as_(kit.PHYSIO) as http:
        assert (await http.post(ATTESTATIONS, json={"session": session})).status == 201
    assert "CEILING" in await codes(clinic), "40 minutes of 2 % are above the 15 of this stage"
    assert (await attest(clinic, session, "inc2_s", 600))[0] == 201
    verdict = (await verdict_of(clinic))["verdict"]
    assert "CEILING" not in {reason["code"] for reason in verdict["reasons"]}
    assert {part["item"]: part["measured"] for part in verdict["missing"]}["total.inc2_s"] == 600


async def test_what_a_sensor_measured_is_refused_in_one_sentence_by_api_and_page_and_not_offered(clinic):
    start = clinic.now - timedelta(days=2)
    recording = Recording.of(
        np.arange(SECONDS), speed_mps=np.full(SECONDS, 2.5), grade=np.full(SECONDS, 0.03), start=start
    )
    async with clinic.gateway() as http:
        assert (await http.post("/api/v1/runners/r-1/files?name=run.csv", data=to_csv(recording))).status == 201
    await clinic.app[REVIEWER].review_due()
    session = await answer_latest(clinic)
    status, problem = await attest(clinic, session, "inc2_s", 10)
    assert (status, problem["detail"]) == (
        422,
        "A sensor measured this in this run: running up 2 % or steeper.",
    )
    async with clinic.as_(kit.PHYSIO) as http:
        form = {"session": session, "metric": "inc2_s", "value": "10", "back": "run"}
        assert (await http.post("/runners/r-1/attestations", data=form)).status == 422
    page = await run_page(clinic, session)
    assert not {"inc1_s", "inc2_s", "inc4_s", "uf_n", "uf_s"} & set(offered(page))
    assert "cod_att_n" in offered(page), "no sensor sees a change of direction"


@pytest.mark.parametrize("metric", ["run_m", "eff90_n", "nothing"])
async def test_what_sensors_are_for_is_never_attested(clinic, metric):
    session = await bring_foot_pod_run(clinic, "c-3", clinic.now - timedelta(days=3))
    assert (await attest(clinic, session, metric, 10))[0] == 422


async def test_a_runner_attests_nothing_and_is_offered_nothing(clinic):
    session = await bring_foot_pod_run(clinic, "c-3", clinic.now - timedelta(days=3))
    async with clinic.as_(kit.RUNNER) as http:
        answer = await http.post(ATTESTATIONS, json={"session": session, "metric": "uf_n", "value": 4})
        assert answer.status == 403
    assert 'id="attest"' not in await run_page(clinic, session, kit.RUNNER)


async def test_a_run_that_is_still_being_measured_is_attested_later(clinic):
    with pytest.raises(Problem, match="still being measured") as refused:
        await clinic.desk.write(
            attestations.attest_metric, "r-1", "s-1", kit.PHYSIO, ("not-yet", "uf_n", 4.0), clinic.now
        )
    assert refused.value.status == 409


async def test_the_form_is_german_for_a_german_physio(clinic):
    session = await bring_foot_pod_run(clinic, "c-3", clinic.now - timedelta(days=3))
    await clinic.desk.write(preferences.save_preferences, "p-1", Preferences(language="de"))
    page = words(await run_page(clinic, session))
    assert "Was du bei diesem Lauf gesehen hast" in page and "Ein gemessener Wert bleibt immer bestehen." in page
