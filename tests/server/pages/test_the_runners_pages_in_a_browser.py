"""The runner's own pages in a real browser: one thumb, no wider than the phone, readable by everybody."""

import gzip
import re
from datetime import timedelta

import clinic_kit as kit
import numpy as np
import pytest
from axe_playwright_python.async_playwright import Axe
from chromium import chromium

from rules.red_flags import RED_FLAGS
from sensors.files.csv_columns import to_csv
from sensors.recording import Recording
from server.keys import REVIEWER
from server.said import screened

pytestmark = [pytest.mark.thorough, pytest.mark.browser]
PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
THUMB = 44  # CSS pixels, in both directions
MOST_BYTES = 60_000
# Comfort, risk in numbers, and what only somebody who examines may name.
FORBIDDEN = re.compile(
    r"\bhealed|\bsafe\b|\bcleared\b|\brisk of|\d ?% risk|sciatic|tendon|tendin|\btear\b|\bfibre|\bmuscle|\bischi",
    re.IGNORECASE,
)
BEGAN = kit.NOON - timedelta(hours=30)


@pytest.fixture
async def clinic(tmp_path):
    async with kit.clinic(f"sqlite:///{tmp_path / 'clinic.db'}") as running:
        for days, seconds in ((9, 1500), (5, 1800)):
            await bring(running, BEGAN - timedelta(days=days), seconds)
        await bring(running, BEGAN, 1800)
        await running.desk.write(screened, "r-1", "s-1", kit.RUNNER, (), running.now)
        yield running


async def bring(clinic, start, seconds):
    body = to_csv(
        Recording.of(
            np.arange(seconds), speed_mps=np.full(seconds, 3.0), cadence_spm=np.full(seconds, 165.0), start=start
        )
    )
    async with clinic.gateway() as http:
        assert (await http.post("/api/v1/runners/r-1/files?name=run.csv", data=body)).status == 201
    await clinic.app[REVIEWER].review_due()


@pytest.fixture
async def browser():
    async with chromium() as running:
        yield running


async def entered(browser, clinic, size=PHONE, scheme="light", **more):
    context = await browser.new_context(viewport=size, color_scheme=scheme, **more)
    page = await context.new_page()
    await page.goto(f"{clinic.address}/enter/link-of-r-1")
    return page


async def latest_run(clinic):
    async with clinic.as_(kit.RUNNER) as http:
        return (await (await http.get("/api/v1/runners/r-1/sessions")).json())["sessions"][0]


async def too_small(page, selector):
    boxes = [await one.bounding_box() for one in await page.locator(selector).all() if await one.is_visible()]
    assert boxes
    return [box for box in boxes if box["width"] < THUMB or box["height"] < THUMB]


async def test_the_check_in_is_answered_with_one_thumb_and_four_taps(browser, clinic):
    page = await entered(browser, clinic, has_touch=True, is_mobile=True)
    card = page.locator("#check-in")
    assert (
        await too_small(page, "#check-in .scale label, #check-in .tick-box, #check-in button, #check-in summary") == []
    )
    order = await page.locator("main section h1, main section h2").all_inner_texts()
    assert order[1] == "How was this run?"
    for name, pain in (("during", 2), ("after", 1), ("morning", 1)):
        await card.locator(f"label:has(input[name={name}][value='{pain}'])").tap()
    await card.locator("button").tap()
    await page.get_by_text("Your answers are kept.").wait_for()
    assert (await latest_run(clinic))["check_in"] == {
        "during": 2, "after": 1, "morning": 1, "stopped": False, "sharp_sudden": False,
    }  # fmt: skip


async def test_a_run_without_a_sensor_is_typed_in_with_scripts_off(browser, clinic):
    page = await entered(browser, clinic, java_script_enabled=False)
    await page.click("text=I ran without a sensor")
    await page.fill("input[name=start]", "2026-03-30T08:00")
    await page.fill("input[name=minutes]", "20")
    await page.click("text=Keep this run")
    await page.get_by_text("Your run is kept.").wait_for()
    assert (await latest_run(clinic))["measured"]["run_s"] == 1200


async def test_every_red_flag_question_has_its_answer_under_the_thumb(browser, clinic):
    page = await entered(browser, clinic, has_touch=True)
    await page.goto(f"{clinic.address}/runners/r-1/flags")
    assert await page.locator("fieldset").count() == len(RED_FLAGS)
    assert await too_small(page, "form.questions label") == []
    for code in RED_FLAGS:
        told = "yes" if code == "calf_swelling_warm" else "no"
        await page.locator(f"label:has(input[name={code}][value={told}])").tap()
    await page.tap("text=Save my answers")
    await page.get_by_text("Same-day medical assessment; do not run.").wait_for()


async def test_the_live_page_follows_the_run_and_says_when_nobody_speaks(browser, clinic):
    page = await entered(browser, clinic)
    await page.clock.install()
    await page.goto(f"{clinic.address}/runners/r-1/live")
    state, limit = page.locator("#live-state"), page.locator("[data-limit-of=running_s] b")
    await limit.get_by_text("cannot tell").wait_for()
    for running_s, word in ((600, "within"), (3200, "near the limit"), (3301, "over the limit")):
        glance = {"capture": "c", "at": kit.NOON.isoformat(), "elapsed_s": running_s, "running_s": running_s}
        while await limit.inner_text() != word:  # the stream may still be on its way
            async with clinic.gateway() as gateway:
                await gateway.post("/api/v1/runners/r-1/live", json=glance)
            await page.wait_for_load_state()
    await page.clock.fast_forward(12_000)
    await state.get_by_text("No data since 12:00:00").wait_for()
    assert await limit.inner_text() == "cannot tell"


@pytest.mark.parametrize(("size", "scheme"), [(PHONE, "light"), (DESKTOP, "dark")], ids=["phone", "desktop"])
async def test_every_page_of_a_runner_is_sound_for_everybody(browser, clinic, size, scheme):
    page = await entered(browser, clinic, size, scheme)
    troubles, hosts = [], set()
    page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
    page.on("pageerror", lambda error: troubles.append(str(error)))
    run = (await latest_run(clinic))["id"]
    for path in ("", "/history", "/live", "/flags", f"/runs/{run}"):
        answer = await page.goto(f"{clinic.address}/runners/r-1{path}")
        await page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        found = await Axe().run(page)
        assert found.violations_count == 0, f"{path}: {found.generate_report()}"
        wider = await page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
        assert not wider, path
        assert len(gzip.compress(await answer.body())) < MOST_BYTES
        assert not FORBIDDEN.search(await page.inner_text("body")), FORBIDDEN.search(await page.inner_text("body"))
    assert troubles == [] and hosts == {clinic.address.split("/")[2]}
