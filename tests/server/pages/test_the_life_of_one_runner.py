"""From the invitation to the first step forward, in Chromium: one runner, their two phones, and a physio."""

from datetime import UTC, datetime, timedelta
from itertools import count

import clinic_kit as kit
import pytest
from chromium import chromium
from doors_kit import PASSWORD

from sensors.files.csv_columns import to_csv
from server.demo.history import Outing, recording
from server.keys import REVIEWER
from server.people import invitations
from server.people.invitations import Fresh

pytestmark = [pytest.mark.thorough, pytest.mark.browser, pytest.mark.timeout(900)]
PHONE = {"width": 390, "height": 844}
BEGINS = datetime(2026, 3, 2, 9, tzinfo=UTC)
AFTER, MORNING = timedelta(hours=2), timedelta(hours=23)
# Continuous easy running: three tolerated runs of 20 minutes, two days apart, over a week at least.
PLAN = {
    "programme": "PHT",
    "stage": "P2",
    "stage_entered_at": "2026-03-02T09:00:00Z",
    "baseline_morning": 1,
    "baseline_stiff_min": 0,
    "onset_at": "2025-11-20T00:00:00Z",
    "references": {
        "v_max_mps": 8.0,
        "v_max_kind": "measured",
        "v_thr_mps": 4.0,
        "declared_longest_m": 3400,
        "declared_at": "2026-03-02T09:00:00Z",
    },
}


class Clinic:
    """The server, the browser, and the clock that the story moves on."""

    def __init__(self, server, browser):
        self.server, self.browser, self.chance = server, browser, count(1)

    async def window(self, **asked):
        page = await (await self.browser.new_context(**asked)).new_page()
        return Window(self, page)

    def is_now(self, when):
        assert when >= self.server.now, "no clock goes back"
        self.server.now = when


class Window:
    """One browser of one person."""

    def __init__(self, clinic, page):
        self.clinic, self.page, self.site = clinic, page, clinic.server.address

    async def open(self, path="/"):
        await self.page.goto(f"{self.site}{path}" if path.startswith("/") else path)

    async def press(self, name):
        await self.page.get_by_role("button", name=name, exact=True).click()

    async def reads(self, words):
        await self.page.get_by_text(words).first.wait_for()

    async def come_in(self, link, login_name):
        """A link lets in once; then a password of their own."""
        await self.open(link)
        await self.press("Come in")
        await self.page.get_by_label("Login name").fill(login_name)
        await self.page.get_by_label("New password").fill(PASSWORD)
        await self.page.get_by_label("Once more").fill(PASSWORD)
        await self.press("Set the password")
        await self.page.wait_for_url(lambda url: not url.endswith(("/account", "/account/password")))

    async def log_in(self, login_name):
        await self.open("/login")
        await self.page.get_by_label("Login name").fill(login_name)
        await self.page.get_by_label("Password").fill(PASSWORD)
        await self.press("Log in")
        await self.page.wait_for_url(lambda url: not url.endswith("/login"))

    async def invite(self, name, role=None):
        await self.open("/people")
        await self.page.get_by_label("Name", exact=True).first.fill(name)
        if role:
            await self.page.get_by_role("radio", name=role).check()
        await self.press("Make a link")
        return await self.page.get_by_label(f"The link for {name}").input_value()

    async def sends(self, method, path, body, **headers):
        """What a program of this person would send, with the login and the word of the page that is open."""
        word = await self.page.locator("meta[name=csrf]").get_attribute("content")
        headers = {"X-CSRF-Token": word, **headers}
        answer = await self.page.context.request.fetch(
            f"{self.site}/api/v1{path}", method=method, data=body, headers=headers
        )
        assert answer.ok, await answer.text()
        return await answer.json()


class Runner:
    """One person with two phones."""

    def __init__(self, clinic, first, second, runner_id):
        self.clinic, self.first, self.second, self.id = clinic, first, second, runner_id
        self.home = f"/runners/{runner_id}"

    async def runs(self, day, minutes):
        """Run at seven in the morning; the watch's file is brought two hours later, and read."""
        start = (BEGINS + timedelta(days=day)).replace(hour=7)
        self.clinic.is_now(max(self.clinic.server.now, start + AFTER))
        outing = Outing(days_ago=0, minutes=minutes, pain=(1, 1, 1))
        body = to_csv(recording(outing, start, next(self.clinic.chance)))
        await self.first.open(self.home)
        name = f"morning-run-{start:%Y-%m-%d}.csv"
        await self.first.sends("POST", f"{self.home}/files?name={name}", body, **{"Content-Type": "text/csv"})
        await self.clinic.server.app[REVIEWER].review_due()
        return start

    async def answers(self, phone, **pains):
        """Open the page and touch one number for each question."""
        await phone.open(self.home)
        await self.touches(phone, **pains)
        await phone.press("Save")
        await self.nothing_is_asked_any_more(phone)

    async def nothing_is_asked_any_more(self, phone):
        await phone.page.locator("#check-in").wait_for(state="detached", timeout=120_000)

    async def touches(self, phone, **pains):
        for question, pain in pains.items():
            await phone.page.locator(f"#check-in input[name={question}][value='{pain}']").check(force=True)

    async def runs_and_answers(self, day, minutes, phone):
        start = await self.runs(day, minutes)
        await self.answers(phone, during=1, after=1)
        self.clinic.is_now(start + MORNING)
        await self.answers(phone, morning=1)

    async def answered(self):
        sessions = await self.first.page.context.request.get(f"{self.first.site}/api/v1{self.home}/sessions")
        return [one["check_in"] for one in (await sessions.json())["sessions"]]

    async def decision(self, phone):
        await phone.open(self.home)
        verdict = phone.page.locator("#verdict")
        return await verdict.get_attribute("data-decision"), await verdict.inner_text()


@pytest.fixture
async def clinic(tmp_path):
    async with kit.clinic(f"sqlite:///{tmp_path / 'clinic.db'}", now=BEGINS) as server, chromium() as browser:
        await server.desk.write(invitations.first_admin, "Ruth Root", Fresh(person_id="a-1", link="first"), BEGINS)
        yield Clinic(server, browser)


async def test_from_the_invitation_to_the_first_step_forward(clinic):
    physio = await the_administrator_invites_a_physio(clinic)
    runner = await the_physio_invites_a_runner_who_comes_in_on_a_phone_and_says_yes(clinic, physio)
    await the_physio_sets_the_first_plan(physio, runner)
    assert (await runner.decision(runner.first))[0] not in ("PROGRESS_READY", "STOP_REFER")

    await runner.runs_and_answers(1, 20.4, runner.first)
    await a_morning_is_answered_on_a_phone_that_lost_its_connection(clinic, runner)
    await runner.runs_and_answers(7, 21.5, runner.first)
    assert (await runner.decision(runner.second))[0] == "PROGRESS_READY", "by the first plan, three runs are enough"

    await the_physio_asks_for_one_more_run_and_sees_first_what_that_changes(clinic, physio, runner)
    decision, _ = await runner.decision(runner.first)
    assert decision == "CONTINUE"
    await runner.runs_and_answers(11, 22, runner.second)
    decision, sentence = await runner.decision(runner.first)
    assert (decision, sentence) == ("PROGRESS_READY", "Ready to talk about the next step")

    await the_physio_moves_the_stage(physio, runner)
    decision, _ = await runner.decision(runner.first)
    assert decision == "CONTINUE", "a new stage begins with nothing done"
    await runner.first.reads("volume + late-run fatigue")


async def the_administrator_invites_a_physio(clinic):
    admin = await clinic.window()
    await admin.come_in("/enter/first", "ruth")
    link = await admin.invite("Fe Physio", "physio")
    physio = await clinic.window()
    await physio.come_in(link, "fe-physio")
    await physio.open()
    await physio.reads("No runner has given you access yet")
    return physio


async def the_physio_invites_a_runner_who_comes_in_on_a_phone_and_says_yes(clinic, physio):
    link = await physio.invite("Ru Runner")
    first = await clinic.window(viewport=PHONE, has_touch=True, is_mobile=True)
    await first.come_in(link, "ru-runner")
    await first.open()
    await first.reads("Fe Physio asks to see your runs")
    await physio.open("/caseload")
    assert "Ru Runner" not in await physio.page.inner_text("main"), "nothing is seen before the yes"
    await first.press("Allow")
    await first.open()
    await first.page.wait_for_url("**/runners/*")
    second = await clinic.window(viewport=PHONE, has_touch=True, is_mobile=True)
    await second.log_in("ru-runner")
    return Runner(clinic, first, second, first.page.url.rsplit("/", 1)[-1])


async def the_physio_sets_the_first_plan(physio, runner):
    await physio.open("/caseload")
    await physio.page.get_by_text("Ru Runner").click()
    await physio.sends("PUT", f"{runner.home}/plan", PLAN, **{"If-Match": '"0"'})
    await physio.open(runner.home)
    await physio.reads("continuous easy")


async def a_morning_is_answered_on_a_phone_that_lost_its_connection(clinic, runner):
    """The second phone has the page open and no network: the answer waits there, and is sent by itself."""
    start = await runner.runs(4, 21)
    await runner.answers(runner.first, during=2, after=1)
    clinic.is_now(start + MORNING)
    phone = runner.second
    await phone.open(runner.home)
    await phone.page.context.set_offline(True)
    await runner.touches(phone, morning=1)
    await phone.press("Save")
    assert (await runner.answered())[0].get("morning") is None, "it has not arrived"
    async with phone.page.expect_response("**/check-ins"):
        await phone.page.context.set_offline(False)
    await phone.open(runner.home)
    await runner.nothing_is_asked_any_more(phone)
    assert {"during": 2, "after": 1, "morning": 1}.items() <= (await runner.answered())[0].items()


async def the_physio_asks_for_one_more_run_and_sees_first_what_that_changes(clinic, physio, runner):
    clinic.is_now(BEGINS + timedelta(days=8))
    await physio.log_in("fe-physio")
    await physio.open(runner.home)
    change = {"stage_override": {"n": 4}}
    tried = await physio.sends("POST", f"{runner.home}/plan/preview", {"change": change})
    changed = [day for day in tried["days"] if day["differs"]]
    assert {day["as_it_is"]["decision"] for day in changed} == {"PROGRESS_READY"}
    assert {day["as_it_would_be"]["decision"] for day in changed} == {"CONTINUE"}
    assert (await runner.decision(runner.first))[0] == "PROGRESS_READY", "a try changes nothing"
    await physio.sends("PUT", f"{runner.home}/plan", PLAN | change, **{"If-Match": '"1"'})


async def the_physio_moves_the_stage(physio, runner):
    await physio.log_in("fe-physio")
    await physio.open("/caseload")
    row = physio.page.locator(".caseload li", has_text="Ru Runner")
    assert "Ready" in await row.inner_text()
    await row.get_by_role("link").click()
    await physio.sends("POST", f"{runner.home}/stage", {"stage": "P3", "baseline_morning": 1})
