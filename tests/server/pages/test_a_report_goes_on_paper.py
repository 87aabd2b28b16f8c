"""The report for a consultation: everything that was decided by, black on white, on A4."""

import clinic_kit as kit
import pytest
from chromium import chromium

from server.demo import clinic as demo
from server.keys import REVIEWER
from server.storage import people

pytestmark = pytest.mark.thorough


@pytest.fixture
async def clinic(tmp_path):
    async with kit.clinic(f"sqlite:///{tmp_path / 'clinic.db'}") as running:
        yield running


async def seed(clinic):
    await clinic.desk.write(demo.seed, clinic.now)
    await clinic.app[REVIEWER].review_due()
    for person in (demo.PHYSIO, demo.JUMP.runner):
        key = f"link-of-{person.id}"
        await clinic.desk.write(people.add_entry, key, person.id, clinic.now.replace(year=2030), reusable=True)


@pytest.mark.browser
async def test_physio_and_runner_read_every_rule_with_what_was_measured_and_required_and_print_it(clinic):
    await seed(clinic)
    path = f"{clinic.address}/runners/{demo.JUMP.runner.id}/report"
    async with chromium() as browser:
        for person in (demo.PHYSIO, demo.JUMP.runner):
            page = await browser.new_page(viewport={"width": 390, "height": 844}, color_scheme="dark")
            await page.goto(f"{clinic.address}/enter/link-of-{person.id}")
            await page.goto(path)
            said = await page.inner_text("main")
            for part in (
                "SPIKE_MODERATE",
                "Measured",
                "Required",
                "rules version",
                "not a diagnosis",
                "The first plan.",
            ):
                assert part in said
            assert not await page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
            await page.emulate_media(media="print")
            for around in ("header.top", "body > nav", "footer", ".screen >> nth=0"):
                assert await page.locator(around).is_hidden()
            colours = "[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor].join()"
            assert await page.evaluate(colours) == "rgb(0, 0, 0),rgb(255, 255, 255)"
            assert (await page.pdf(prefer_css_page_size=True)).startswith(b"%PDF")
            await page.close()


async def test_a_runner_without_a_run_gets_a_report_that_says_so(clinic):
    async with clinic.as_(kit.RUNNER) as http:
        said = await (await http.get("/runners/r-1/report")).text()
    assert "No run on this stage yet." in said


async def test_a_runner_without_a_plan_gets_a_report_that_decides_nothing(clinic):
    async with clinic.as_(kit.STRANGER) as http:
        said = await (await http.get("/runners/r-2/report")).text()
    assert "Cannot tell yet" in said and "Nothing was decided." in said and "There is no plan yet." in said
