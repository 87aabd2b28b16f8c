"""A sentence says "you" to who reads it: a physio is no runner of their own, an empty page says what comes first."""

import clinic_kit as kit
import pytest

from server import alerts
from server.alerts import Found
from server.demo import clinic as demo
from server.keys import REVIEWER
from server.storage import people
from server.storage.people import Person

NEW = Person(id="r-9", name="Lu Example", role="runner")  # no plan, no run
ADMIN = Person(id="a-1", name="Ed Example", role="admin")


def furnish(db, now):
    for person in (NEW, ADMIN):
        people.add_person(db, person, now)
        people.add_entry(db, f"link-of-{person.id}", person.id, now.replace(year=2030), reusable=True)
    people.give_consent(db, NEW.id, kit.PHYSIO.id, now)


@pytest.fixture
async def clinic(tmp_path):
    async with kit.clinic(f"sqlite:///{tmp_path / 'clinic.db'}") as running:
        await running.desk.write(furnish, running.now)
        yield running


async def text_of(clinic, person, path):
    async with clinic.as_(person) as http:
        answer = await http.get(path)
        assert answer.status == 200
        return (await answer.text()).replace("&#39;", "'")


PHYSIOS = (
    "/caseload", "/runners/r-1", "/runners/r-1/physio", "/runners/r-1/plan", "/runners/r-1/history",
    "/runners/r-1/live", "/runners/r-1/flags", "/runners/r-9/physio", "/runners/r-9/plan",
    "/runners/r-9/history", "/runners/r-9/live",
    "/runners/r-9/flags", "/runners/r-9/changes", "/programmes", "/people", "/gateways", "/alerts",
)  # fmt: skip


@pytest.mark.parametrize("path", PHYSIOS)
async def test_no_page_tells_a_physio_of_their_physiotherapist(clinic, path):
    text = await text_of(clinic, kit.PHYSIO, path)
    assert "your physiotherapist" not in text and "call the emergency services" not in text
    assert "Decision support for runners and their physiotherapists; not a diagnosis" in text


async def test_each_reads_who_can_change_the_numbers(clinic):
    assert "expert defaults that you can change in the plan" in await text_of(clinic, kit.PHYSIO, "/runners/r-1")
    assert "expert defaults that you can change in the plan" in await text_of(clinic, kit.PHYSIO, "/runners/r-1/report")
    runners = await text_of(clinic, kit.RUNNER, "/runners/r-1")
    assert "expert defaults that your physiotherapist can change" in runners
    assert "Decision support for you and your physiotherapist; not a diagnosis" in runners


async def test_a_runner_without_a_plan_is_read_as_a_task_by_the_physio_alone(clinic):
    todo = "There is no plan yet: choose the programme and the stage."
    assert todo in await text_of(clinic, kit.PHYSIO, "/caseload")
    page = await text_of(clinic, kit.PHYSIO, "/runners/r-9/physio")
    assert todo in page and '<a class="button" href="/runners/r-9/plan">Choose a programme</a>' in page
    assert todo in await text_of(clinic, kit.PHYSIO, "/runners/r-9/report")
    own = await text_of(clinic, NEW, "/runners/r-9")
    assert "your physiotherapist chooses the programme and the stage" in own and "Decided" not in own


async def test_a_programme_is_chosen_and_never_the_first_of_the_list_by_chance(clinic):
    page = await text_of(clinic, kit.PHYSIO, "/runners/r-9/plan")
    assert 'name="ladder" required><option value="">choose</option>' in page
    assert '<option value="FIBRE:F5">FIBRE F5: ' in page


async def test_a_runner_reads_sentences_and_no_codes(clinic):
    own = await text_of(clinic, kit.RUNNER, "/runners/r-1")
    assert "<code>" not in own and 'data-code="' in own


async def test_an_empty_history_says_what_to_do_first(clinic):
    button = '<a class="button" href="/runners/r-9/import">Bring runs from a watch</a>'
    own = await text_of(clinic, NEW, "/runners/r-9/history")
    assert "Record one with the gateway, bring one from your watch, or tell one" in own and button in own
    seen = await text_of(clinic, kit.PHYSIO, "/runners/r-9/history")
    assert "Lu Example has no run in the last twelve weeks." in seen and button in seen


async def test_nobody_is_led_back_to_themselves_by_name(clinic):
    for page in ("import", "report", "flags"):
        assert ">Back to today</a>" in await text_of(clinic, NEW, f"/runners/r-9/{page}")
        assert ">Back to Lu Example</a>" in await text_of(clinic, kit.PHYSIO, f"/runners/r-9/{page}")
    assert "What Lu Example is asked before running" in await text_of(clinic, kit.PHYSIO, "/runners/r-9/flags")


async def test_no_alert_says_where_alerts_would_reach_them_and_an_old_one_says_when_in_the_readers_language(clinic):
    assert "reaches you by the channels that you choose" in await text_of(clinic, ADMIN, "/alerts")
    found = Found(
        code="GATEWAY_SILENT", urgency=2, episode="e-1", words={"physio": "The gateway is silent."}, session_id=None,
        hearers=[(kit.PHYSIO.id, "physio")],
    )  # fmt: skip
    await clinic.desk.write(alerts.stand, kit.RUNNER.id, [found], (), clinic.now)
    clinic.now = clinic.now.replace(hour=18)
    async with clinic.as_(kit.PHYSIO) as http:
        german = await (await http.get("/alerts", headers={"Accept-Language": "de"})).text()
    assert "vor 6 Stunden" in german


async def test_a_run_that_was_never_run_is_not_missed_by_a_sensor(clinic):
    own = await text_of(clinic, kit.RUNNER, "/runners/r-1")
    latest = own.split('The latest run after 24 hours: no run yet"')[1].split("</li>")[0]
    assert "needs a run that is tolerated" in latest and "sensor" not in latest


async def test_an_alert_that_stands_is_said_in_the_readers_own_units_and_language(tmp_path):
    async with kit.clinic(f"sqlite:///{tmp_path / 'clinic.db'}") as clinic:
        await clinic.desk.write(demo.seed, clinic.now)
        for person in (demo.PHYSIO, demo.JUMP.runner):
            later = clinic.now.replace(year=2030)
            await clinic.desk.write(people.add_entry, f"link-of-{person.id}", person.id, later, reusable=True)
        await clinic.app[REVIEWER].review_due()
        runner = await text_of(clinic, demo.JUMP.runner, "/alerts")
        physio = await text_of(clinic, demo.PHYSIO, "/alerts")
        async with clinic.as_(demo.PHYSIO) as http:
            german = await (await http.get("/alerts", headers={"Accept-Language": "de"})).text()
    assert "was 1.5 times as long as your longest in the 30 days before (9.5 km after 6.3 km)" in runner
    assert "1.5 times the longest tolerated in the 30 days before (9.5 km after 6.3 km)" in physio
    assert "1,5-Fache" in german and "1.522" not in runner + physio + german
