"""A usual morning score that is high or raised needs a reason; one with which no run could count is refused."""

import clinic_kit as kit
import pytest

from server.storage import history

HOME = "/api/v1/runners/r-1"
REASON = "morning score of 2.5 for years, see the letter"
SECOND = {"programme": "FIBRE", "stage": "F4", "stage_entered_at": "2026-03-20T00:00:00Z"}


@pytest.fixture
async def clinic(database_url):
    async with kit.clinic(database_url) as running:
        yield running


@pytest.fixture
async def physio(clinic):
    async with clinic.as_(kit.PHYSIO) as http:
        yield http


async def enter(http, baseline, **more):
    return await http.post(f"{HOME}/stage", json={"stage": "P2", "baseline_morning": baseline, **more})


async def put(http, version=1, **changed):
    body = {**kit.plan().body, **changed}
    return await http.put(f"{HOME}/plan", json=body, headers={"If-Match": f'"{version}"'})


async def codes(answer):
    assert answer.status == 422, await answer.text()
    return [missing["code"] for missing in (await answer.json(content_type=None))["missing"]]


@pytest.mark.parametrize(
    ("baseline", "missing"),
    [
        (3.1, ["BASELINE_ABOVE_GREEN"]),
        (5, ["BASELINE_ABOVE_GREEN"]),
        (3, ["BASELINE_HIGH", "BASELINE_RAISED"]),
        (2.1, ["BASELINE_HIGH", "BASELINE_RAISED"]),
        (2, ["BASELINE_RAISED"]),
        (1.1, ["BASELINE_RAISED"]),
    ],
)
async def test_the_baseline_of_1_is_not_raised_without_a_reason(physio, baseline, missing):
    assert await codes(await enter(physio, baseline)) == missing
    assert await codes(await put(physio, baseline_morning=baseline)) == missing
    page = await physio.post(
        "/runners/r-1/plan", data={"do": "save", "version": "1", "baseline_morning": str(baseline)}
    )
    assert page.status == 422
    started = {"ladder": "PHT:P3", "version": "1", "baseline_morning": str(baseline)}
    assert (await physio.post("/runners/r-1/plan/programme", data=started)).status == 422
    assert (await (await physio.get(f"{HOME}/plan")).json())["version"] == 1


@pytest.mark.parametrize("baseline", [0, 0.5, 1])
async def test_the_same_or_a_lower_one_needs_none(physio, baseline):
    assert (await enter(physio, baseline)).status == 200


async def test_with_a_reason_it_is_kept_and_the_changes_show_both(clinic, physio):
    assert (await enter(physio, 2.5, reason=REASON)).status == 200
    page = await (await physio.get("/runners/r-1/changes")).text()
    assert REASON in page and "usual morning score above 2" in page
    deeds = await clinic.desk.read(lambda db: history.deeds(db, 9, None, runner_ids=["r-1"]))
    changed = next(deed.words for deed in deeds if deed.action == "plan changed")
    assert changed["reason"] == REASON


async def test_no_reason_helps_above_the_green_limit(physio):
    assert await codes(await enter(physio, 3.5, reason=REASON)) == ["BASELINE_ABOVE_GREEN"]


async def test_a_plan_may_set_another_green_limit_and_is_held_to_it(physio):
    stricter = {"name": "TENDON", "green": {"morning": 2}}
    assert await codes(await put(physio, profile=stricter, baseline_morning=2.5, reason=REASON)) == [
        "BASELINE_ABOVE_GREEN"
    ]
    assert (await put(physio, profile=stricter, baseline_morning=2, reason=REASON)).status == 200


async def test_a_high_baseline_that_stays_is_asked_about_at_the_next_stage_and_not_at_every_save(physio):
    assert (await enter(physio, 2.5, reason=REASON)).status == 200
    body = (await (await physio.get(f"{HOME}/plan")).json())["plan"]
    again = {"json": {**body, "baseline_stiff_min": 5}, "headers": {"If-Match": '"2"'}}
    assert (await physio.put(f"{HOME}/plan", **again)).status == 200
    lower = {"stage": "P1", "baseline_morning": 2.5}
    assert await codes(await physio.post(f"{HOME}/stage", json=lower)) == ["BASELINE_HIGH"]


async def test_the_second_programme_is_held_to_the_same(physio):
    assert await codes(await put(physio, second={**SECOND, "baseline_morning": 2.5})) == ["BASELINE_HIGH"]
    assert await codes(await put(physio, second={**SECOND, "baseline_morning": 4})) == ["BASELINE_ABOVE_GREEN"]


@pytest.mark.parametrize("baseline", [-0.1, 10.1, 300])
async def test_a_baseline_outside_the_scale_is_refused_in_one_sentence(physio, baseline):
    for answer in (
        await enter(physio, baseline, reason=REASON),
        await put(physio, baseline_morning=baseline, reason=REASON),
        await put(physio, second={**SECOND, "baseline_morning": baseline}, reason=REASON),
    ):
        detail = (await answer.json(content_type=None))["detail"]
        assert answer.status == 422 and "baseline_morning" in detail and detail.count(".") <= 2
    preview = {"change": {"baseline_morning": baseline}}
    assert (await physio.post(f"{HOME}/plan/preview", json=preview)).status == 422


async def test_a_plan_of_before_with_such_a_baseline_can_be_opened_and_mended(clinic, physio):
    from server.storage import runs

    old = kit.plan(baseline_morning=5)
    kept = runs.Plan(runner_id="r-1", version=2, valid_from=clinic.now, by="p-1", body=old.body)
    await clinic.desk.write(runs.save_plan, kept)
    for path in ("plan", "plan?stage=P4", "physio", "changes"):
        assert (await physio.get(f"/runners/r-1/{path}")).status == 200
    assert await codes(await put(physio, 2, baseline_morning=5)) == ["BASELINE_ABOVE_GREEN"]
    assert (await put(physio, 2, baseline_morning=1)).status == 200
