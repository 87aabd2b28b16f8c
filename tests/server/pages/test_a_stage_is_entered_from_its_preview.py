"""On the page a stage is chosen, shown with all that speaks against it, and entered by a button that names it."""

import html
import re

import clinic_kit as kit
import pytest
from chromium import chromium

from server import said
from server.storage import runs

HOME = "/runners/r-1"
PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1280, "height": 900}


@pytest.fixture
async def clinic(tmp_path):
    async with kit.clinic(f"sqlite:///{tmp_path / 'clinic.db'}") as running:
        yield running


@pytest.fixture
async def physio(clinic):
    async with clinic.as_(kit.PHYSIO) as http:
        yield http


async def words(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html.unescape(await answer.text())))


async def plan_of(clinic):
    return await clinic.desk.read(runs.plan_of, "r-1")


async def set_plan(clinic, **changed):
    plan = runs.Plan(runner_id="r-1", version=2, valid_from=clinic.now, by="p-1", body=kit.plan(**changed).body)
    await clinic.desk.write(runs.save_plan, plan)


@pytest.mark.thorough
@pytest.mark.browser
@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize("size", [PHONE, DESKTOP])
async def test_what_was_chosen_is_what_the_button_names_and_enters(clinic, scripts, size):
    async with chromium() as browser:
        context = await browser.new_context(viewport=size, java_script_enabled=scripts)
        page = await context.new_page()
        await page.goto(f"{clinic.address}/enter/link-of-p-1")
        await page.goto(f"{clinic.address}{HOME}/plan")
        assert await page.locator("#stage button:has-text('Enter')").count() == 0
        await page.select_option("#step", "P9")
        await page.click("#stage button:text-is('Preview')")
        assert await page.locator("#stage select").count() == 0, "nothing else can be chosen beside the button"
        preview = await page.inner_text("#stage")
        assert "P4: slight incline, easy" in preview and "P8: hills at speed" in preview
        assert not await page.locator("html").evaluate("page => page.scrollWidth > window.innerWidth")
        button = page.locator("#stage button:text-is('Enter P9: sprint')")
        await page.fill("#step-reason", "too short")
        await button.click()
        assert "Nothing was saved." in await page.inner_text("#stage")
        assert await page.input_value("#step-reason") == "too short"
        assert (await plan_of(clinic)).version == 1
        await page.fill("#step-reason", "returned to sport in spring already")
        await page.locator("#stage button:text-is('Enter P9: sprint')").click()
        assert (await plan_of(clinic)).body["stage"] == "P9"
        assert "Skipped (hollow): stages P1, P2, P4, P5, P6, P7, P8." in await page.inner_text("#stage")


async def test_a_refused_step_keeps_what_was_typed_and_attests_nothing(clinic, physio):
    typed = {
        "stage": "P6", "do": "move", "seen": "strength_90", "note": "dynamometer", "baseline_morning": "2.5",
        "reason": "no",
    }  # fmt: skip
    refused = await physio.post(f"{HOME}/plan/stage", data=typed)
    text = await refused.text()
    assert refused.status == 422 and 'value="dynamometer"' in text and 'value="2.5"' in text
    assert re.search(r'name="seen" value="strength_90" checked', text)
    assert "Skips stages P4, P5." in text and "goes up from 1 to 2.5" in text
    assert await clinic.desk.read(said.attestations, "r-1", clinic.now) == []


async def test_the_preview_says_that_an_override_ends_and_the_page_says_that_it_ended(clinic, physio):
    override = {"decision": "HOLD", "reason": "travelling, will see on return", "days": "7"}
    await physio.post(f"{HOME}/overrides", data=override)
    assert "until Mon 6 Apr" in await words(await physio.get(f"{HOME}/physio"))
    preview = await words(await physio.get(f"{HOME}/plan?stage=P2"))
    assert "The override “Hold” by Cy Example, until Mon 6 Apr, 12:00, ends when you enter this stage." in preview
    await physio.post(f"{HOME}/plan/stage", data={"stage": "P2", "baseline_morning": "1"})
    ended = "The override “Hold” by Cy Example ended on Mon 30 Mar, 12:00, when stage P2 was entered."
    assert ended in await words(await physio.get(f"{HOME}/physio"))


async def test_the_second_programme_is_entered_from_its_own_preview(clinic, physio):
    second = {"programme": "FIBRE", "stage": "F4", "stage_entered_at": "2026-03-20T00:00:00Z", "baseline_morning": 1}
    await set_plan(clinic, second=second)
    page = await words(await physio.get(f"{HOME}/plan"))
    assert "Stage of the second programme" in page
    preview = await words(await physio.get(f"{HOME}/plan?stage=F3&second=yes"))
    assert "Enter F3" in preview
    await physio.post(f"{HOME}/plan/stage", data={"stage": "F3", "second": "yes", "baseline_morning": "1"})
    assert (await plan_of(clinic)).body["second"]["stage"] == "F3"


@pytest.mark.parametrize("query", ["?stage=P99", "?stage=", "?stage=F3&second=yes", "?second=yes", ""])
async def test_a_stage_that_there_is_not_is_no_preview(physio, query):
    page = await words(await physio.get(f"{HOME}/plan{query}"))
    assert "Preview" in page and "Choose another stage" not in page


async def test_ready_names_the_criteria_that_are_not_attested(clinic, physio):
    await set_plan(clinic, stage="P8")
    override = {"decision": "PROGRESS_READY", "reason": "as if computed, for this test", "days": "7"}
    await physio.post(f"{HOME}/overrides", data=override)
    page = await words(await physio.get(f"{HOME}/physio"))
    assert "Not attested yet for P9: sprint:" in page and "Askling H-test without apprehension." in page
    await clinic.desk.write(said.attest_criterion, "r-1", "c-1", kit.PHYSIO, "h_test", None, clinic.now)
    page = await words(await physio.get(f"{HOME}/physio"))
    assert "Every entry criterion of P9: sprint is attested." in page


async def test_a_programme_is_started_from_a_preview_that_names_it_and_what_is_not_known(clinic, physio):
    typed = {"ladder": "FIBRE:F2", "version": "1", "baseline_morning": "1", "do": "preview"}
    await set_plan(clinic, references={})
    typed["version"] = "2"
    preview = await words(await physio.post(f"{HOME}/plan/programme", data=typed))
    assert "Start Muscle-fibre / myofascial tear (BAMIC 1-3 a/b), F2" in preview
    assert "Still not known:" in preview and "Longest run of the last 30 days" in preview
    assert (await plan_of(clinic)).version == 2, "a preview saves nothing"
    known = {"declared_longest_m": "6,5", "v_max_mps": "28.8", "v_max_kind": "measured", "v_thr_mps": "14.4"}
    started = await physio.post(f"{HOME}/plan/programme", data=typed | known | {"do": "", "onset": "2026-03-01"})
    body = (await plan_of(clinic)).body
    assert started.status == 200 and (body["programme"], body["stage"]) == ("FIBRE", "F2")
    assert body["references"] == {
        "v_max_mps": 8.0, "v_max_kind": "measured", "v_thr_mps": 4.0, "declared_longest_m": 6500.0,
        "declared_at": "2026-03-30T12:00:00Z",
    }  # fmt: skip
    assert body["onset_at"] == "2026-03-01T00:00:00Z" and body["baseline_morning"] == 1


async def test_a_longest_run_that_is_stated_again_is_as_fresh_as_today(clinic, physio):
    old = {"declared_longest_m": 6500, "declared_at": "2026-01-01T00:00:00Z"}
    await set_plan(clinic, references=old)
    typed = {"ladder": "PHT:P2", "version": "2", "baseline_morning": "1", "declared_longest_m": "6.5"}
    await physio.post(f"{HOME}/plan/programme", data=typed)
    assert (await plan_of(clinic)).body["references"]["declared_at"] == "2026-03-30T12:00:00Z"


async def test_what_is_not_known_stands_on_both_pages_until_it_is(clinic, physio):
    await set_plan(clinic, references={}, baseline_morning=None)
    async with clinic.as_(kit.RUNNER) as runner:
        for http, page in ((runner, HOME), (physio, f"{HOME}/physio"), (physio, f"{HOME}/plan")):
            text = await words(await http.get(page))
            for missing in ("Longest run of the last 30 days", "Top speed", "Threshold speed", "Usual score on a"):
                assert f"{missing}" in text.split("Not known yet")[1]
        whole = kit.plan().body["references"] | {"declared_longest_m": 5000, "declared_at": "2026-03-30T00:00:00Z"}
        plan = runs.Plan(
            runner_id="r-1", version=3, valid_from=clinic.now, by="p-1", body=kit.plan(references=whole).body
        )
        await clinic.desk.write(runs.save_plan, plan)
        assert "Not known yet" not in await words(await runner.get(HOME))


async def test_a_german_physio_reads_every_part_of_it_in_german(clinic, physio):
    choice = {"language": "de", "zone": "Europe/Berlin", "distance": "km", "speed": "pace", "week_starts": "0"}
    await physio.post("/settings", data=choice)
    page = await words(await physio.get(f"{HOME}/plan?stage=P9"))
    for sentence in ("Dafür braucht es einen Grund:", "Nicht bereit: Das Ergebnis ist „", "P9: Sprint beginnen"):
        assert sentence in page
    refused = await physio.post(f"{HOME}/plan", data={"do": "save", "version": "1", "baseline_morning": "4"})
    assert "Der übliche Morgenwert kann nicht 4 sein." in await words(refused)
    refused = await physio.post(f"{HOME}/plan", data={"do": "save", "version": "1", "baseline_morning": "2.5"})
    text = await words(refused)
    assert "Gib einen Grund mit mindestens 10 Zeichen an." in text and "steigt von 1 auf 2,5" in text
