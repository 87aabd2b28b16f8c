"""Logins: each has a name of its own, is listed with where it came from, lapses, and can be ended by its owner."""

import re
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import aiohttp
import clinic_kit as kit
import pytest
from doors_kit import visitor

from server import needs
from server.people import credentials, invitations
from server.storage import people
from server.storage.people import Clinic, Person


@pytest.fixture
async def clinic(tmp_path):
    async with kit.clinic(f"sqlite:///{tmp_path / 'clinic.db'}") as running:
        yield running


async def status_of(clinic, cookie, path="/runners/r-1"):
    async with aiohttp.ClientSession(clinic.address, cookies={credentials.ON_LOOPBACK: cookie}) as http:
        return (await http.get(path)).status


async def test_a_login_that_was_planted_before_is_worth_nothing_afterwards(clinic):
    async with visitor(clinic) as ada:
        ada.http.cookie_jar.update_cookies({credentials.ON_LOOPBACK: "planted"})
        await ada.get("/enter/link-of-r-1")
        first = ada.cookie
        assert first != "planted" and await status_of(clinic, "planted") == 401
        await ada.get("/enter/link-of-r-1")
        assert ada.cookie != first and await status_of(clinic, first) == 401, "one browser, one login"


@pytest.mark.parametrize(
    ("person", "idle", "in_all"),
    [(kit.RUNNER, timedelta(days=14), timedelta(days=90)), (kit.PHYSIO, timedelta(minutes=30), timedelta(hours=12))],
)
async def test_a_login_lapses_without_a_request_and_in_any_case(clinic, person, idle, in_all):
    async with clinic.as_(person) as http:
        clinic.now += idle - timedelta(seconds=1)
        assert (await http.get("/runners/r-1")).status == 200
        clinic.now += idle
        assert (await http.get("/runners/r-1")).status == 401
    began = clinic.now
    async with clinic.as_(person) as http:
        while clinic.now < began + in_all:
            assert (await http.get("/runners/r-1")).status == 200
            clinic.now += idle / 2
        assert (await http.get("/runners/r-1")).status == 401


async def test_every_login_is_listed_with_its_device_and_ended_one_by_one_or_all_but_this(clinic):
    async with visitor(clinic) as here, visitor(clinic) as there, visitor(clinic) as elsewhere:
        for number, one in enumerate((here, there, elsewhere)):
            one.http.headers["User-Agent"] = f"Browser \u202e{number}"
            await one.get("/enter/link-of-r-1")
            clinic.now += timedelta(minutes=1)
        page = await here.text("/account")
        assert [f"Browser {number}" in page for number in range(3)] == [True] * 3
        assert page.count("127.0.0.1, seen") == 3 and page.count("this browser") == 1
        there_id = re.search(r'logins/([0-9a-f]{16})/end">(?:(?!logins/).)*Browser 1', page, re.S).group(1)
        assert (await here.post(f"/account/logins/{there_id}/end")).status == 303
        assert [(await one.get("/runners/r-1")).status for one in (here, there, elsewhere)] == [200, 401, 200]
        await here.post("/account/logins/end")
        assert [(await one.get("/runners/r-1")).status for one in (here, elsewhere)] == [200, 401]


async def test_nobody_ends_the_login_of_another(clinic):
    async with visitor(clinic) as ada, visitor(clinic) as bo:
        await ada.get("/enter/link-of-r-1")
        await bo.get("/enter/link-of-r-2")
        login_id = re.search(r"logins/([0-9a-f]{16})/end", await ada.text("/account")).group(1)
        assert (await bo.post(f"/account/logins/{login_id}/end")).status == 404
        assert (await ada.get("/runners/r-1")).status == 200


async def test_over_tls_the_cookie_is_bound_to_the_host_and_to_tls(clinic, tmp_path):
    async with (
        kit.clinic(f"sqlite:///{tmp_path / 'tls.db'}", proxies=(ip_network("127.0.0.1"),)) as proxied,
        aiohttp.ClientSession() as http,
    ):
        behind = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "6.6.6.6, 203.0.113.7"}
        answer = await http.get(f"{proxied.address}/enter/link-of-r-1", headers=behind, allow_redirects=False)
        (cookie,) = answer.headers.getall("Set-Cookie")
        assert cookie.startswith("__Host-stridegate_login=")
        assert (
            all(part in cookie for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/")) and "Domain" not in cookie
        )
        token = answer.cookies[credentials.OVER_TLS].value
        shown = {"Cookie": f"{credentials.OVER_TLS}={token}"}
        page = await http.get(f"{proxied.address}/account", headers=behind | shown)
        assert page.status == 200 and "203.0.113.7, seen" in await page.text(), "the proxy's own word, no other"
        assert (await http.get(f"{proxied.address}/account", headers=shown)).status == 401


async def test_nobody_but_the_named_proxy_is_believed(clinic):
    async with aiohttp.ClientSession() as http:
        made_up = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.7"}
        answer = await http.get(f"{clinic.address}/enter/link-of-r-1", headers=made_up, allow_redirects=False)
        assert credentials.ON_LOOPBACK in answer.cookies
        page = await http.get(f"{clinic.address}/account", headers=made_up, cookies=answer.cookies)
        assert "203.0.113.7" not in await page.text()


async def test_every_form_of_every_page_repeats_the_word(clinic):
    for template in Path("server/pages/templates").glob("*.html"):
        text = template.read_text()
        for form in re.findall(r"<form[^>]*method=\"post\"[^>]*>.{0,12}", text, re.S):
            # What is sent along with files carries the word in its address, for the body is the handler's to read.
            assert "{{ csrf }}" in form or "csrf={{ csrf_word }}" in form, f"{template.name}: {form}"


async def test_a_word_of_another_login_is_none(clinic):
    async with clinic.as_(kit.STRANGER) as bo, clinic.as_(kit.RUNNER) as ada:
        foreign = bo.headers["X-CSRF-Token"]
        assert (await ada.post("/leave", headers={"X-CSRF-Token": foreign})).status == 403
        assert (await ada.post("/leave", headers={"X-CSRF-Token": ""}, data={"csrf": foreign})).status == 403
        assert (await ada.get("/runners/r-1")).status == 200


async def test_who_leaves_the_clinic_sees_nothing_from_the_next_request_on(clinic):
    admin = Person(id="a-1", name="Ed Example", role="admin")
    async with clinic.as_(kit.PHYSIO) as physio:
        assert (await physio.get("/runners/r-1")).status == 200
        await clinic.desk.write(people.add_person, admin, clinic.now)
        await clinic.desk.write(invitations.leave, admin, "p-1", clinic.now)
        assert [(await physio.get(path)).status for path in ("/runners/r-1", "/caseload")] == [401, 401]
    assert not await clinic.desk.read(people.cares_for, "p-1", "r-1", clinic.now)


async def test_an_address_that_says_nothing_of_whom_it_is_for_is_closed(clinic, monkeypatch):
    monkeypatch.delitem(needs.NEEDS, "GET /readyz")
    async with clinic.as_(kit.RUNNER) as http:
        assert (await http.get("/readyz")).status == 404


async def test_a_physio_of_another_clinic_sees_nothing_even_where_a_consent_lies_about(clinic):
    stranger = Person(id="p-9", name="Ky Example", role="physio", clinic_id="another")

    def plant(db):
        people.add_clinic(db, Clinic(id="another", name="Another"), clinic.now)
        people.add_person(db, stranger, clinic.now)
        people.add_entry(db, "link-of-p-9", "p-9", clinic.now + timedelta(days=1), reusable=True)
        people.give_consent(db, "r-1", "p-9", clinic.now)

    await clinic.desk.write(plant)
    async with clinic.as_(stranger) as http:
        assert [(await http.get(path)).status for path in ("/runners/r-1", "/caseload")] == [404, 200]
        assert "Ada Example" not in await (await http.get("/caseload")).text()
