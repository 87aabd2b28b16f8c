"""The physio from afar: plans as versions, stages, holds, overrides and flags; and what none of them may do."""

from datetime import timedelta

import clinic_kit as kit
import pytest

PLAN = "/api/v1/runners/r-1/plan"
BODY = kit.plan().body


@pytest.fixture
async def clinic(database_url):
    async with kit.clinic(database_url) as running:
        yield running


@pytest.fixture
async def physio(clinic):
    async with clinic.as_(kit.PHYSIO) as http:
        yield http


@pytest.fixture
async def runner(clinic):
    async with clinic.as_(kit.RUNNER) as http:
        yield http


async def verdict(http):
    return await (await http.get("/api/v1/runners/r-1/verdict")).json()


async def codes(http):
    return [reason["code"] for reason in (await verdict(http))["verdict"]["reasons"]]


async def put(http, version, **changed):
    return await http.put(PLAN, json={**BODY, **changed}, headers={"If-Match": f'"{version}"'})


async def test_a_plan_is_changed_only_by_who_saw_the_latest_version(physio):
    shown = await physio.get(PLAN)
    assert shown.headers["ETag"] == '"1"' and (await shown.json())["plan"]["stage"] == "P3"
    assert (await put(physio, 1, stage="P2")).status == 200
    assert (await put(physio, 1, stage="P1")).status == 412
    assert (await (await physio.get(PLAN)).json())["plan"]["stage"] == "P2"
    assert (await physio.put(PLAN, json=BODY)).status == 428


async def test_of_two_programmes_held_at_once_the_more_cautious_decides_with_the_reasons_of_both(physio):
    alone = (await verdict(physio))["verdict"]
    second = {"programme": "NEURAL", "stage": "N2", "stage_entered_at": "2000-01-01T00:00:00Z"}
    assert (await put(physio, 1, second=second)).status == 200
    both = (await verdict(physio))["verdict"]
    assert len([reason for reason in both["reasons"] if reason["code"] == "DOSE"]) == 2
    assert both["programme_version"] == "2"
    for reason in alone["reasons"]:
        assert reason in both["reasons"]
    assert (await (await physio.get(PLAN)).json())["plan"]["second"]["stage"] == "N2"
    assert (await put(physio, 2, second=None)).status == 200
    assert (await verdict(physio))["verdict"] == alone


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"second": {"programme": "FIELD", "stage": "G1", "stage_entered_at": "2026-01-01T00:00:00Z"}}, "add-on"),
        ({"second": {"programme": "NEURAL", "stage": "N2", "stage_entered_at": "yesterday"}}, "stage_entered_at"),
        ({"programme": "NONSENSE"}, "NONSENSE"),
        ({"stage": "P99"}, "P99"),
        ({"stage_override": {"max": {"run_s": 99999}}}, "ceilings allow"),
        ({"stage_override": {"min_days": 1}}, "longer than its least days"),
        ({"references": {"v_max_mps": "fast"}}, "v_max_mps"),
        ({"profile": {"name": "TENDON", "green": {"during": 8}}}, "green"),
    ],
)
async def test_a_plan_that_cannot_be_is_refused_with_its_reason_and_nothing_changes(physio, changed, reason):
    refused = await put(physio, 1, **changed)
    assert refused.status == 422 and reason in (await refused.json(content_type=None))["detail"]
    assert (await (await physio.get(PLAN)).json())["version"] == 1


async def test_an_edit_that_should_be_asked_about_is_saved_with_a_warning(physio):
    saved = await (await put(physio, 1, stage_override={"ceil": {"run_s": 6000}})).json()
    assert any("30 %" in warning for warning in saved["warnings"])


async def test_a_runner_reads_the_plan_and_changes_nothing_of_it(runner):
    assert (await runner.get(PLAN)).status == 200
    assert (await put(runner, 1, stage="P4")).status == 403
    for path, body in (
        ("stage", {"stage": "P4"}),
        ("holds", {"reason": "none"}),
        ("overrides", {"decision": "PROGRESS_READY", "reason": "I feel perfectly fine today"}),
        ("plan/preview", {"change": {}}),
    ):
        assert (await runner.post(f"/api/v1/runners/r-1/{path}", json=body)).status == 403


async def test_a_preview_says_what_a_change_would_have_decided_and_saves_nothing(physio):
    answer = await physio.post(f"{PLAN}/preview", json={"change": {"stage": "P2"}})
    days = (await answer.json())["days"]
    assert len(days) > 10 and {"as_it_is", "as_it_would_be", "differs"} <= set(days[0])
    assert (await (await physio.get(PLAN)).json())["version"] == 1


async def test_entering_a_stage_freezes_the_baseline_and_says_what_nobody_attested(physio):
    step = {"stage": "P6", "baseline_morning": 2, "reason": "strong on the treadmill today"}
    moved = await (await physio.post("/api/v1/runners/r-1/stage", json=step)).json()
    assert (moved["plan"]["stage"], moved["plan"]["baseline_morning"]) == ("P6", 2)
    assert moved["plan"]["stage_entered_at"] == "2026-03-30T12:00:00Z"
    assert [one["code"] for one in moved["not_attested"]] == ["strength_90"]


async def test_a_hold_holds_until_it_is_lifted(clinic, physio, runner):
    held = await (await physio.post("/api/v1/runners/r-1/holds", json={"reason": "after the race"})).json()
    assert "PHYSIO_HOLD" in await codes(runner)
    assert (await physio.post(f"/api/v1/runners/r-1/holds/{held['hold']}/lift")).status == 200
    assert "PHYSIO_HOLD" not in await codes(runner)


async def test_a_red_flag_stops_everything_until_a_named_clinician_clears_it(clinic, physio, runner):
    raised = await (await runner.post("/api/v1/runners/r-1/flags", json={"code": "saddle_numbness"})).json()
    assert "emergency" in raised["route"].lower()
    assert (await verdict(runner))["decision"] == "STOP_REFER"
    override = {"decision": "CONTINUE", "reason": "seen by a colleague yesterday"}
    assert (await physio.post("/api/v1/runners/r-1/overrides", json=override)).status == 409
    assert (await physio.post("/api/v1/runners/r-1/stage", json={"stage": "P4"})).status == 409
    clear = f"/api/v1/runners/r-1/flags/{raised['flag']}/clear"
    assert (await runner.post(clear, json={"note": "it is gone, really"})).status == 403
    assert (await physio.post(clear, json={"note": "ok"})).status == 422
    assert (await physio.post(clear, json={"note": "examined on Monday, normal"})).status == 200
    assert (await verdict(runner))["decision"] != "STOP_REFER"


async def test_an_override_stands_beside_the_computed_decision_and_expires(clinic, physio, runner):
    override = {"decision": "HOLD", "reason": "travelling, will see on return", "days": 3}
    assert (await physio.post("/api/v1/runners/r-1/overrides", json=override)).status == 201
    said = await verdict(runner)
    assert said["decision"] == "HOLD" and said["override"]["by"] == "Cy Example"
    assert said["verdict"]["decision"] != "HOLD"
    clinic.now += timedelta(days=3)
    assert (await verdict(runner))["override"] is None


@pytest.mark.parametrize(
    "body",
    [
        {"decision": "HOLD", "reason": "short"},
        {"decision": "FINE", "reason": "long enough to be one"},
        {"decision": "HOLD", "reason": "long enough to be one", "days": 29},
    ],
)
async def test_an_override_without_a_real_reason_or_an_end_is_refused(physio, body):
    assert (await physio.post("/api/v1/runners/r-1/overrides", json=body)).status == 422


async def test_the_page_shows_the_override_and_what_was_computed(physio, runner):
    override = {"decision": "HOLD", "reason": "travelling, will see on return"}
    await physio.post("/api/v1/runners/r-1/overrides", json=override)
    page = await (await runner.get("/runners/r-1")).text()
    assert 'data-decision="HOLD"' in page and "Cy Example set this until" in page
    assert "Computed from your runs: One step back" in page
