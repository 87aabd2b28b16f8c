"""From the first administrator to a runner who lets a physio in: each comes by a link of their own, once."""

import re
from datetime import timedelta

import aiohttp
import clinic_kit as kit
import pytest

from server.people import credentials, invitations
from server.people.invitations import Fresh


@pytest.fixture
async def clinic(database_url):
    async with kit.clinic(database_url) as running:
        yield running


def link_on(page):
    return re.search(r'value="(http://[^"]+/enter/[^"]+)"', page).group(1)


def browser():
    return aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))


async def come_in(http, link):
    """Open the link, press its button, and go on as a browser does, with the word that every form repeats."""
    shown = await http.get(link)
    if shown.status != 200:
        return shown.status
    entered = await http.post(link, allow_redirects=False)
    if entered.status == 303:
        http.headers["X-CSRF-Token"] = credentials.form_word(entered.cookies[credentials.ON_LOOPBACK].value)
    return entered.status


async def first_admin(clinic, name="Root Example"):
    fresh = Fresh(person_id="a-1", link="the-first-link")
    return await clinic.desk.write(invitations.first_admin, name, fresh, clinic.now)


async def test_a_clinic_is_peopled_from_its_first_administrator_to_a_runners_yes(clinic):
    assert await first_admin(clinic)
    async with browser() as admin, browser() as physio, browser() as runner:
        assert await come_in(admin, f"{clinic.address}/enter/the-first-link") == 303
        assert not await first_admin(clinic), "there is one already"
        invited = await admin.post(f"{clinic.address}/people", data={"name": "Fe Physio", "role": "physio"})
        await come_in(physio, link_on(await invited.text()))
        invited = await physio.post(f"{clinic.address}/people", data={"name": "Ru Runner", "role": "runner"})
        await come_in(runner, link_on(await invited.text()))
        asked = await (await runner.get(f"{clinic.address}/")).text()
        assert "Fe Physio asks to see your runs" in asked
        assert "Ru Runner" not in await (await physio.get(f"{clinic.address}/caseload")).text()
        physio_id = re.search(r'name="physio" value="([^"]+)"', asked).group(1)
        await runner.post(f"{clinic.address}/access", data={"physio": physio_id, "answer": "grant"})
        assert "Ru Runner" in await (await physio.get(f"{clinic.address}/caseload")).text()
        await runner.post(f"{clinic.address}/access", data={"physio": physio_id, "answer": "withdraw"})
        assert "Ru Runner" not in await (await physio.get(f"{clinic.address}/caseload")).text()


async def test_until_the_first_administrator_has_come_in_a_fresh_link_takes_the_place_of_the_last_one(clinic):
    assert await first_admin(clinic)
    clinic.now += timedelta(minutes=5)
    again = Fresh(person_id="a-2", link="the-second-link")
    assert await clinic.desk.write(invitations.first_admin, "Root Example", again, clinic.now)
    async with browser() as late, browser() as admin:
        assert await come_in(late, f"{clinic.address}/enter/the-first-link") == 410
        assert await come_in(admin, f"{clinic.address}/enter/the-second-link") == 303
    third = Fresh(person_id="a-3", link="the-third-link")
    assert not await clinic.desk.write(invitations.first_admin, "Root Example", third, clinic.now)
    async with browser() as nobody:
        assert await come_in(nobody, f"{clinic.address}/enter/the-third-link") == 410


async def test_a_link_lets_in_once_and_not_after_its_time(clinic):
    await first_admin(clinic)
    clinic.now += timedelta(minutes=15)
    async with browser() as late:
        assert await come_in(late, f"{clinic.address}/enter/the-first-link") == 410
    clinic.now -= timedelta(minutes=1)
    async with browser() as one, browser() as two:
        assert (await two.get(f"{clinic.address}/enter/the-first-link")).status == 200, "looking uses nothing up"
        assert await come_in(one, f"{clinic.address}/enter/the-first-link") == 303
        assert (await two.post(f"{clinic.address}/enter/the-first-link")).status == 410


async def test_a_new_link_ends_every_login_of_the_person(clinic):
    await first_admin(clinic)
    async with browser() as admin, clinic.as_(kit.RUNNER) as lost:
        await come_in(admin, f"{clinic.address}/enter/the-first-link")
        assert (await lost.get("/runners/r-1")).status == 200
        assert (await admin.post(f"{clinic.address}/people/r-1/link")).status == 200
        assert (await lost.get("/runners/r-1")).status == 401


@pytest.mark.parametrize(
    ("person", "role", "status"),
    [
        (kit.RUNNER, "runner", 404),
        (kit.PHYSIO, "physio", 403),
        (kit.PHYSIO, "admin", 403),
        (kit.PHYSIO, "", 403),
        (kit.PHYSIO, "runner", 200),
    ],
)
async def test_each_role_invites_only_whom_it_may(clinic, person, role, status):
    async with clinic.as_(person) as http:
        assert (await http.post("/people", data={"name": "New One", "role": role})).status == status


async def test_a_physio_renews_the_link_only_of_their_own_runners(clinic):
    async with clinic.as_(kit.OTHER_PHYSIO) as http:
        assert (await http.post("/people/r-1/link")).status == 404
        assert (await http.post("/people/p-1/link")).status == 404
