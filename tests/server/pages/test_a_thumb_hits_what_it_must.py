"""On a phone every button, field and link that stands alone is 44 pixels high, and no number is torn from its unit."""

import clinic_kit as kit
import pytest
from chromium import chromium

from server.demo import clinic as demo
from server.keys import REVIEWER
from server.storage import people

pytestmark = [pytest.mark.thorough, pytest.mark.browser]
PHONE = {"width": 390, "height": 844}
LEAST = 43.5  # a pixel may be shared by two
# A link within a sentence may be as low as its line.
TOO_LOW = f"""[...document.querySelectorAll("a, button, input:not([type=hidden]), select, summary, textarea")]
  .filter(one => one.offsetParent !== null && !one.closest("label, footer") && !one.matches(".skip"))
  .filter(one => !(one.matches("a") && one.parentElement.textContent.trim() !== one.textContent.trim()))
  .filter(one => one.getBoundingClientRect().height < {LEAST})
  .map(one => (one.textContent || one.name).trim())"""
PHYSIOS = ("/caseload", "/alerts", "/people", "/gateways", "/programmes", "/account", "/settings/alerts")
OF_A_RUNNER = ("", "/history", "/live", "/flags", "/import", "/report")


@pytest.fixture
async def clinic(tmp_path):
    async with kit.clinic(f"sqlite:///{tmp_path / 'clinic.db'}") as running:
        await running.desk.write(demo.seed, running.now)
        for person in (demo.PHYSIO, demo.JUMP.runner):
            later = running.now.replace(year=2030)
            await running.desk.write(people.add_entry, f"link-of-{person.id}", person.id, later, reusable=True)
        await running.app[REVIEWER].review_due()
        yield running


async def too_low(page, address, path):
    await page.goto(f"{address}{path}")
    assert not await page.evaluate("document.documentElement.scrollWidth > window.innerWidth"), path
    return [f"{path}: {words}" for words in await page.evaluate(TOO_LOW)]


async def test_every_target_is_high_enough(clinic):
    runner = demo.JUMP.runner.id
    of_a_runner = [f"/runners/{runner}{page}" for page in OF_A_RUNNER]
    paths = {
        demo.JUMP.runner.id: [*of_a_runner, "/access", "/settings", "/account"],
        demo.PHYSIO.id: [*PHYSIOS, *of_a_runner, f"/runners/{runner}/physio", f"/runners/{runner}/plan"],
    }
    async with chromium() as browser:
        for person, of_theirs in paths.items():
            page = await (await browser.new_context(viewport=PHONE, has_touch=True)).new_page()
            await page.goto(f"{clinic.address}/enter/link-of-{person}")
            found = [low for path in of_theirs for low in await too_low(page, clinic.address, path)]
            assert found == [], person
