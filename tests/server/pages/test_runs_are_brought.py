"""The import page: many files, each with its outcome, with scripts and without; one bad file never stops the rest."""

import hashlib
from datetime import timedelta

import clinic_kit as kit
import pytest
from chromium import chromium

from sensors.files.csv_columns import to_csv
from sensors.recording import Recording
from server.storage import captures

pytestmark = pytest.mark.thorough

IMPORT = "/runners/r-1/import"


def run(hours_ago):
    start = kit.NOON - timedelta(hours=hours_ago)
    return to_csv(Recording.of(range(900), speed_mps=[3.0] * 900, start=start, hold_s=3.0))


FILES = [("monday.csv", run(3)), ("holiday.jpg", b"no run at all"), ("tuesday.csv", run(30))]


@pytest.fixture
async def clinic(tmp_path):
    async with kit.clinic(f"sqlite:///{tmp_path / 'clinic.db'}") as running:
        yield running


async def visit(clinic, browser, person, *, scripts):
    context = await browser.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=scripts)
    page = await context.new_page()
    await page.goto(f"{clinic.address}/enter/link-of-{person.id}")
    await page.goto(f"{clinic.address}{IMPORT}")
    return page


def payload(files):
    return [{"name": name, "mimeType": "application/octet-stream", "buffer": body} for name, body in files]


async def outcome(page, name):
    row = page.locator("#outcomes li", has_text=name)
    await row.locator("p", has_text="✓").or_(row.locator("p", has_text="✕")).wait_for()
    return await row.inner_text()


@pytest.mark.browser
@pytest.mark.parametrize("person", [kit.RUNNER, kit.PHYSIO], ids=["the runner", "their physio"])
@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
async def test_every_file_gets_its_outcome_and_a_bad_one_stops_none(clinic, person, scripts):
    async with chromium() as browser:
        page = await visit(clinic, browser, person, scripts=scripts)
        await page.locator("input[type=file]").set_input_files(payload(FILES))
        if not scripts:
            await page.get_by_role("button", name="Send").click()
        assert "Taken: 1 run is in it." in await outcome(page, "monday.csv")
        assert "✕" in await outcome(page, "holiday.jpg")
        assert "Taken: 1 run is in it." in await outcome(page, "tuesday.csv")
    for name, body in FILES:
        held = await clinic.desk.read(captures.file_name, "r-1", hashlib.sha256(body).hexdigest())
        assert held == (name if name.endswith(".csv") else None)


@pytest.mark.browser
async def test_files_that_are_dropped_are_taken_and_the_same_one_only_once(clinic):
    async with chromium() as browser:
        page = await visit(clinic, browser, kit.RUNNER, scripts=True)
        dropped = await page.evaluate_handle(
            """(text) => {
              const held = new DataTransfer();
              held.items.add(new File([text], "dropped.csv"));
              return held;
            }""",
            run(3).decode(),
        )
        await page.dispatch_event("body", "drop", {"dataTransfer": dropped})
        assert "Taken: 1 run is in it." in await outcome(page, "dropped.csv")
        await page.locator("input[type=file]").set_input_files(payload([("again.csv", run(3))]))
        assert "here already" in await outcome(page, "again.csv")


@pytest.mark.browser
async def test_a_file_that_met_no_network_can_be_tried_again(clinic):
    async with chromium() as browser:
        page = await visit(clinic, browser, kit.RUNNER, scripts=True)
        await page.context.set_offline(True)
        await page.locator("input[type=file]").set_input_files(payload(FILES[:1]))
        assert "could not be reached" in await outcome(page, "monday.csv")
        await page.context.set_offline(False)
        await page.get_by_role("button", name="Try again").click()
        await page.locator("#outcomes li", has_text="Taken: 1 run is in it.").wait_for()


async def test_a_form_without_a_file_or_cut_off_is_refused_with_one_sentence(clinic):
    async with clinic.as_(kit.RUNNER) as http:
        word = {"csrf": http.headers["X-CSRF-Token"]}
        for body, headers, status in (
            (b"", {}, 422),
            (b"--x--\r\n", {"Content-Type": "multipart/form-data; boundary=x"}, 422),
            (b"no boundary", {"Content-Type": "multipart/form-data"}, 400),
        ):
            answer = await http.post(IMPORT, params=word, data=body, headers=headers)
            assert answer.status == status, await answer.text()
