"""A stage is entered knowingly: what speaks against a step up is named, a reason is kept, and an override ends."""

from datetime import timedelta

import clinic_kit as kit
import numpy as np
import pytest

from sensors.files.csv_columns import to_csv
from sensors.recording import Recording
from server import plans, review, said
from server.keys import REVIEWER
from server.storage import history, runs

HOME = "/api/v1/runners/r-1"
REASON = "ran 5 km uphill under my eyes"
# The dose of P3 made small: one tolerated run of ten minutes.
SMALL = {"n": 1, "each": {"run_s": 600}, "spacing_h": 0, "min_days": 0, "window_days": 28}
SMALL |= dict.fromkeys(("total", "max", "ceil", "ceil7"))


@pytest.fixture
async def clinic(database_url):
    async with kit.clinic(database_url) as running:
        yield running


@pytest.fixture
async def physio(clinic):
    async with clinic.as_(kit.PHYSIO) as http:
        yield http


async def enter(http, stage, **more):
    return await http.post(f"{HOME}/stage", json={"stage": stage, "baseline_morning": 1, **more})


async def plan(http):
    return await (await http.get(f"{HOME}/plan")).json()


async def verdict(http):
    return await (await http.get(f"{HOME}/verdict")).json()


async def refused(answer):
    """The codes of what is missing, with the items of each; the sentence names every one."""
    assert answer.status == 422, await answer.text()
    problem = await answer.json(content_type=None)
    assert all(missing["sentence"] in problem["detail"] for missing in problem["missing"])
    return {missing["code"]: missing["items"] for missing in problem["missing"]}


async def audit(clinic, action):
    deeds = await clinic.desk.read(lambda db: history.deeds(db, 50, None, runner_ids=["r-1"]))
    return [deed.words for deed in deeds if deed.action == action]


async def is_ready(clinic):
    """The runner reads PROGRESS_READY at P3."""
    body = kit.plan(stage_override=SMALL).body
    plan = runs.Plan(runner_id="r-1", version=2, valid_from=clinic.now, by="p-1", body=body)
    await clinic.desk.write(runs.save_plan, plan)
    for days in (9, 6, 3):
        start = kit.NOON - timedelta(days=days)
        recording = to_csv(Recording.of(np.arange(1500), speed_mps=np.full(1500, 2.5), start=start))
        async with clinic.gateway() as http:
            assert (await http.post(f"{HOME}/files", data=recording)).status == 201
    await clinic.app[REVIEWER].review_due()
    async with clinic.as_(kit.RUNNER) as http:
        for session in (await (await http.get(f"{HOME}/sessions")).json())["sessions"]:
            answers = {"session": session["id"], "during": 0, "after": 0, "morning": 0}
            assert (await http.post(f"{HOME}/check-ins", json=answers)).status == 201
        found = await verdict(http)
    assert found["decision"] == "PROGRESS_READY", found


async def test_from_p3_to_the_sprint_stage_is_no_single_click(clinic, physio):
    missing = await refused(await enter(physio, "P9"))
    assert missing["STAGES_SKIPPED"] == ["P4", "P5", "P6", "P7", "P8"]
    assert missing["NOT_READY"] == ["REGRESS"]
    assert missing["CRITERION_NOT_ATTESTED"] == ["h_test"]  # the last of them
    assert (await plan(physio))["version"] == 1


async def test_a_skipped_stage_keeps_its_own_criteria(physio):
    answer = await enter(physio, "P9")
    codes = [missing["items"] for missing in (await answer.json(content_type=None))["missing"]]
    assert ["strength_90"] in codes and ["h_test"] in codes


@pytest.mark.parametrize("reason", [None, "", "because", "         .", " short   "])
async def test_less_than_a_real_reason_is_none(physio, reason):
    assert "NOT_READY" in await refused(await enter(physio, "P4", reason=reason))


async def test_with_a_reason_the_step_is_taken_and_the_changes_say_what_spoke_against_it(clinic, physio):
    assert (await enter(physio, "P9", reason=REASON)).status == 200
    assert (await plan(physio))["plan"]["stage"] == "P9"
    (words,) = await audit(clinic, "stage moved")
    assert (words["from"], words["to"], words["reason"]) == ("P3", "P9", REASON)
    assert words["stages_skipped"] == ["P4", "P5", "P6", "P7", "P8"] and words["not_ready"] == ["REGRESS"]
    assert words["criterion_not_attested"] == ["strength_90", "h_test"]
    page = await (await physio.get("/runners/r-1/changes")).text()
    assert REASON in page and "P4, P5, P6, P7, P8" in page and "Askling H-test without apprehension." in page


async def test_back_is_open_without_a_reason_and_to_stay_as_well(physio):
    assert (await enter(physio, "P3")).status == 200
    assert (await enter(physio, "P1")).status == 200


async def test_a_ready_runner_moves_up_without_a_reason_once_each_criterion_is_attested(clinic, physio):
    await is_ready(clinic)
    assert (await enter(physio, "P4")).status == 200


async def test_a_ready_runner_is_not_moved_past_a_criterion_nor_a_stage(clinic, physio):
    await is_ready(clinic)
    missing = await refused(await enter(physio, "P6"))
    assert set(missing) == {"STAGES_SKIPPED", "CRITERION_NOT_ATTESTED"}


async def test_ready_that_a_physio_set_is_not_computed_and_needs_a_reason(physio):
    override = {"decision": "PROGRESS_READY", "reason": "I have seen a whole session"}
    assert (await physio.post(f"{HOME}/overrides", json=override)).status == 201
    assert "NOT_READY" in await refused(await enter(physio, "P4"))


async def test_over_a_hold_that_a_physio_set_ready_is_not_enough(clinic, physio):
    await is_ready(clinic)
    override = {"decision": "HOLD", "reason": "travelling, will see on return"}
    assert (await physio.post(f"{HOME}/overrides", json=override)).status == 201
    assert (await refused(await enter(physio, "P4")))["NOT_READY"] == ["HOLD"]


async def test_the_plan_itself_is_no_way_around(clinic, physio):
    """Neither PUT nor the page's other forms move a runner up without a reason, and a red flag bars them."""
    body = {**kit.plan().body, "stage": "P9"}
    seen = {"If-Match": '"1"'}
    assert "STAGES_SKIPPED" in await refused(await physio.put(f"{HOME}/plan", json=body, headers=seen))
    page = await physio.post("/runners/r-1/plan/programme", data={"ladder": "PHT:P9", "version": "1"})
    assert page.status == 422
    await clinic.desk.write(said.raise_flag, "r-1", "f-1", kit.RUNNER, "fever_unwell", clinic.now)
    barred = await physio.put(f"{HOME}/plan", json={**body, "reason": REASON}, headers=seen)
    assert barred.status == 409
    assert (await plan(physio))["version"] == 1


async def test_a_preview_says_what_the_change_would_need_a_reason_for(physio):
    preview = await physio.post(f"{HOME}/plan/preview", json={"change": {"stage": "P5"}})
    assert [one["code"] for one in (await preview.json())["needs_reason"]] == ["NOT_READY", "STAGES_SKIPPED"]
    preview = await physio.post(f"{HOME}/plan/preview", json={"change": {"stage": "P2"}})
    assert (await preview.json())["needs_reason"] == []


async def test_a_reason_is_no_part_of_the_plan(physio):
    body = {**kit.plan().body, "stage": "P4", "reason": REASON}
    assert (await physio.put(f"{HOME}/plan", json=body, headers={"If-Match": '"1"'})).status == 200
    assert "reason" not in (await plan(physio))["plan"]


async def test_the_verdict_names_the_criteria_of_the_next_stage_that_are_not_attested(clinic, physio):
    await physio.put(
        f"{HOME}/plan", json={**kit.plan().body, "stage": "P8", "reason": REASON}, headers={"If-Match": '"1"'}
    )
    (after,) = (await verdict(physio))["next_stages"]
    assert after["stage"] == "P9" and [one["code"] for one in after["not_attested"]] == ["h_test"]
    assert (await physio.post(f"{HOME}/attestations", json={"criterion": "h_test"})).status == 201
    assert (await verdict(physio))["next_stages"][0]["not_attested"] == []


async def test_an_override_ends_with_the_stage_and_the_changes_say_so(clinic, physio):
    """It does not come back when the runner returns to the stage for which it was set."""
    override = {"decision": "CONTINUE", "reason": "seen on the treadmill, looks fine", "days": 7}
    assert (await physio.post(f"{HOME}/overrides", json=override)).status == 201
    assert (await verdict(physio))["override"]["decision"] == "CONTINUE"
    assert (await enter(physio, "P2")).status == 200
    assert (await enter(physio, "P3", reason=REASON)).status == 200
    assert (await verdict(physio))["override"] is None
    (words,) = await audit(clinic, "override ended")
    assert (words["stage"], words["decision"], words["by"]) == ("P2", "CONTINUE", "Cy Example")
    assert "Override ended" in await (await physio.get("/runners/r-1/changes")).text()


async def test_an_override_set_while_the_clock_was_ahead_ends_as_well(clinic, physio):
    clinic.now += timedelta(minutes=20)
    override = {"decision": "CONTINUE", "reason": "seen on the treadmill, looks fine", "days": 7}
    assert (await physio.post(f"{HOME}/overrides", json=override)).status == 201
    clinic.now -= timedelta(minutes=20)
    assert (await enter(physio, "P3")).status == 200
    clinic.now += timedelta(minutes=25)
    assert (await verdict(physio))["override"] is None


async def test_nobody_is_asked_twice_about_what_was_attested_in_the_same_form(clinic, physio):
    await is_ready(clinic)

    def two(db):
        said.attest_criterion(db, "r-1", "c-9", kit.PHYSIO, "strength_90", None, clinic.now)
        look = review.look(db, kit.RUNNER, clinic.now)
        after = plans.entered(look.plan.body, plans.Step(stage="P6", baseline_morning=1), clinic.now)
        return plans.concerns(db, "r-1", look.plan.body, after, clinic.now)

    found = await clinic.desk.write(two)
    assert [concern.code for concern in found] == ["STAGES_SKIPPED"]
