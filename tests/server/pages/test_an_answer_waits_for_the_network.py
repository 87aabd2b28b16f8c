"""A check-in without a network, in a real browser: kept on the phone, sent later, and never lost on the way."""

import json
from datetime import timedelta

import clinic_kit as kit
import pytest
from chromium import chromium

from sensors.files.csv_columns import to_csv
from sensors.recording import Recording
from server.keys import REVIEWER
from server.storage import logins, runs

pytestmark = [pytest.mark.thorough, pytest.mark.browser]
RUN = to_csv(Recording.of(range(900), speed_mps=[3.0] * 900, start=kit.NOON - timedelta(hours=3), hold_s=3.0))
TODAY = "/runners/r-1"


@pytest.fixture
async def clinic(tmp_path):
    async with kit.clinic(f"sqlite:///{tmp_path / 'clinic.db'}") as running:
        async with running.gateway() as http:
            assert (await http.post("/api/v1/runners/r-1/files?name=a.csv", data=RUN)).status == 201
        await running.app[REVIEWER].review_due()
        yield running


@pytest.fixture
async def phone(clinic):
    """The runner's phone with today's page open, and the worker of the installed page at work."""
    async with chromium() as browser:
        context = await browser.new_context(viewport={"width": 390, "height": 844})
        page = await context.new_page()
        page.troubles = []
        page.on("pageerror", lambda error: page.troubles.append(str(error)))
        await page.goto(f"{clinic.address}/enter/link-of-r-1")
        await page.wait_for_url(f"**{TODAY}")
        await page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        yield page
        assert page.troubles == []


async def answer(page, during, after=0):
    for name, value in (("during", during), ("after", after)):
        await page.locator(f'form[action$="/check-ins"] input[name={name}][value="{value}"]').first.check(force=True)
    await page.locator('form[action$="/check-ins"] button', has_text="Save").first.click()


async def lose_network(page):
    """Chromium says so at once, and lets through for a moment more what has begun: wait until nothing comes through."""
    await page.context.set_offline(True)
    await page.wait_for_function("fetch('/manifest.webmanifest', {cache: 'no-store'}).then(() => false, () => true)")


async def kept(page):
    return json.loads(await page.evaluate("localStorage.getItem('stridegate-answers') || '[]'"))


async def said(clinic):
    return [dict(one.body) for one in await clinic.desk.read(runs.answers_of, "r-1")]


async def sent(page):
    await page.get_by_role("status").get_by_text("Sent.", exact=True).wait_for()
    assert await kept(page) == []


async def test_an_answer_given_without_a_network_is_kept_and_sent_when_it_is_back(clinic, phone):
    await lose_network(phone)
    await answer(phone, 2)
    await phone.get_by_role("status").get_by_text("Kept on this phone, will be sent.").wait_for()
    assert await said(clinic) == []
    await phone.context.set_offline(False)
    await sent(phone)
    (body,) = await said(clinic)
    assert (body["during"], body["after"], body["stopped"]) == (2, 0, False)


async def test_a_server_that_was_away_gets_it_when_it_answers_again_though_the_network_never_went(clinic, phone):
    await phone.route("**/check-ins", lambda route: route.abort())
    await answer(phone, 2)
    await phone.get_by_role("status").get_by_text("Kept on this phone, will be sent.").wait_for()
    assert await said(clinic) == []
    await phone.unroute("**/check-ins")
    await sent(phone)
    assert [body["during"] for body in await said(clinic)] == [2]


async def test_with_a_network_it_is_sent_at_once_and_says_so(clinic, phone):
    await answer(phone, 1)
    await sent(phone)
    assert [body["during"] for body in await said(clinic)] == [1]


async def test_what_is_answered_again_before_it_was_sent_stands_in_the_place_of_the_first(clinic, phone):
    await lose_network(phone)
    await answer(phone, 2)
    await answer(phone, 5)
    await phone.get_by_role("status").get_by_text("Kept on this phone, will be sent.").wait_for()
    assert len(await kept(phone)) == 1
    await phone.context.set_offline(False)
    await sent(phone)
    assert [body["during"] for body in await said(clinic)] == [5]


async def test_a_page_opened_without_a_network_tells_nothing_and_still_shows_what_is_kept(clinic, phone):
    await lose_network(phone)
    await answer(phone, 2)
    await phone.get_by_role("status").get_by_text("Kept on this phone, will be sent.").wait_for()
    await phone.goto(f"{clinic.address}{TODAY}")
    assert await phone.locator("h1").inner_text() == "Nothing can be told offline"
    assert await phone.locator("#verdict").get_attribute("data-decision") == "CANNOT_TELL"
    assert await phone.locator("#kept-answers li").count() == 1
    await phone.context.set_offline(False)
    await sent(phone)
    assert [body["during"] for body in await said(clinic)] == [2]


async def test_the_phone_keeps_no_page_about_anybody(phone):
    await phone.goto(phone.url)
    held = await phone.evaluate(
        """async () => {
          const found = {};
          for (const name of await caches.keys()) {
            const cache = await caches.open(name);
            for (const one of await cache.keys()) {
              found[new URL(one.url).pathname] = await (await cache.match(one)).text();
            }
          }
          return found;
        }"""
    )
    assert set(held) == {"/offline", "/static/style.css", "/static/offline.js", "/static/icon.svg"}
    assert "Ada Example" not in held["/offline"] and "csrf" not in held["/offline"]


async def test_where_the_login_ended_meanwhile_the_answer_stays_and_asks_to_log_in(clinic, phone):
    await lose_network(phone)
    await answer(phone, 3)
    await phone.get_by_role("status").get_by_text("Kept on this phone, will be sent.").wait_for()
    await clinic.desk.write(logins.end_all, "r-1")
    await phone.context.set_offline(False)
    await phone.get_by_role("link", name="Log in").wait_for()
    assert await said(clinic) == [] and len(await kept(phone)) == 1
    await phone.goto(f"{clinic.address}/enter/link-of-r-1")
    await sent(phone)
    assert [body["during"] for body in await said(clinic)] == [3]


async def test_a_later_answer_from_elsewhere_stands_and_the_kept_one_says_so(clinic, phone):
    await lose_network(phone)
    await answer(phone, 0)
    await phone.get_by_role("status").get_by_text("Kept on this phone, will be sent.").wait_for()
    clinic.now += timedelta(minutes=5)
    async with clinic.as_(kit.RUNNER) as http:
        (one,) = (await (await http.get("/api/v1/runners/r-1/sessions")).json())["sessions"]
        later = {"session": one["id"], "during": 6}
        assert (await http.post("/api/v1/runners/r-1/check-ins", json=later)).status == 201
    await phone.context.set_offline(False)
    await phone.locator("#kept-answers li", has_text="You answered this otherwise after that").wait_for()
    assert [body["during"] for body in await said(clinic)] == [6] and len(await kept(phone)) == 1
    await phone.get_by_role("button", name="Throw it away").click()
    await phone.locator("#kept-answers li").wait_for(state="detached")
    assert await kept(phone) == []


async def test_a_correction_of_what_the_page_shows_is_taken_though_the_clock_was_put_back(clinic, phone):
    await answer(phone, 0)
    await sent(phone)
    clinic.now -= timedelta(hours=1)
    await phone.goto(f"{clinic.address}{TODAY}/runs/{(await clinic.desk.read(runs.runs_of, 'r-1'))[0].id}")
    await answer(phone, 9)
    await sent(phone)
    assert [body["during"] for body in await said(clinic)] == [0, 9]


async def test_who_saw_that_a_later_answer_stands_sends_the_kept_one_all_the_same(clinic, phone):
    await lose_network(phone)
    await answer(phone, 8)
    async with clinic.as_(kit.RUNNER) as http:
        (one,) = (await (await http.get("/api/v1/runners/r-1/sessions")).json())["sessions"]
        later = {"session": one["id"], "during": 6}
        assert (await http.post("/api/v1/runners/r-1/check-ins", json=later)).status == 201
    clinic.now -= timedelta(hours=1)  # now the clock says that the other answer is still to come
    await phone.context.set_offline(False)
    await phone.locator("#kept-answers li", has_text="You answered this otherwise after that").wait_for()
    await phone.get_by_role("button", name="Send it all the same").click()
    await sent(phone)
    assert [body["during"] for body in await said(clinic)] == [6, 8]


async def test_somebody_else_on_the_same_phone_neither_sees_nor_sends_it(clinic, phone):
    await lose_network(phone)
    await answer(phone, 4)
    await phone.get_by_role("status").get_by_text("Kept on this phone, will be sent.").wait_for()
    await phone.goto("about:blank")
    await phone.context.set_offline(False)
    await phone.goto(f"{clinic.address}/enter/link-of-r-2")
    await phone.wait_for_url("**/runners/r-2")
    assert await phone.locator("#kept-answers li").count() == 0 and len(await kept(phone)) == 1
    assert await said(clinic) == []


async def test_the_page_can_be_installed_and_its_worker_stands_at_the_root(clinic, phone):
    session = await phone.context.new_cdp_session(phone)
    troubles = (await session.send("Page.getInstallabilityErrors"))["installabilityErrors"]
    assert [one["errorId"] for one in troubles] == ["in-incognito"]  # as every window of a test is
    scope = await phone.evaluate("navigator.serviceWorker.ready.then((one) => one.scope)")
    assert scope == f"{clinic.address}/"
