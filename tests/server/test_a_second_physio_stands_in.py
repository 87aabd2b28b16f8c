"""A second physio covers an absence: from a day until a day, told to the runner, and never longer."""

from datetime import timedelta

import clinic_kit as kit
import pytest

from server import alerts, audit
from server.storage import people


@pytest.fixture
async def clinic(database_url):
    async with kit.clinic(database_url) as running:
        yield running


async def arrange(clinic, first, last, host=kit.PHYSIO, **more):
    fields = {"physio": "p-2", "first": f"{first:%Y-%m-%d}", "last": f"{last:%Y-%m-%d}", **more}
    async with clinic.as_(host) as http:
        return (await http.post("/covers", data=fields, allow_redirects=False)).status


async def sees(clinic, person=kit.OTHER_PHYSIO):
    async with clinic.as_(person) as http:
        caseload = await (await http.get("/caseload")).text()
        status = (await http.get("/runners/r-1")).status
        assert (status == 200) == ("Ada Example" in caseload)
        return status == 200


async def test_who_stands_in_sees_the_runner_from_the_first_day_to_the_end_of_the_last(clinic):
    assert not await sees(clinic)
    tomorrow = clinic.now + timedelta(days=1)
    assert await arrange(clinic, tomorrow, tomorrow) == 303
    assert not await sees(clinic)
    clinic.now = tomorrow.replace(hour=0, minute=0)
    assert await sees(clinic)
    clinic.now = tomorrow.replace(hour=23, minute=59)
    assert await sees(clinic)
    clinic.now += timedelta(minutes=1)
    assert not await sees(clinic)


async def test_the_runner_reads_of_it_first_and_may_refuse_it(clinic):
    await arrange(clinic, clinic.now, clinic.now)
    async with clinic.as_(kit.RUNNER) as http:
        page = await http.get("/")
        assert page.url.path == "/access" and "Di Example stands in for Cy Example" in await page.text()
        cover = (await page.text()).split('name="cover" value="')[1].split('"')[0]
        await http.post("/access", data={"answer": "read", "cover": cover})
        assert (await http.get("/")).url.path == "/runners/r-1"
        assert await sees(clinic)
        await http.post("/access", data={"answer": "refuse", "cover": cover})
    assert not await sees(clinic) and await sees(clinic, kit.PHYSIO)


async def test_who_stands_in_sees_nothing_once_the_runner_withdrew_from_the_one_who_is_away(clinic):
    await arrange(clinic, clinic.now, clinic.now)
    assert await sees(clinic)
    async with clinic.as_(kit.RUNNER) as http:
        await http.post("/access", data={"answer": "withdraw", "physio": "p-1"})
    assert not await sees(clinic)


async def test_the_audit_says_who_arranged_it_for_whom(clinic):
    await arrange(clinic, clinic.now, clinic.now)
    assert not await clinic.desk.read(lambda db: list(audit.broken_links(db)))
    seers = await clinic.desk.read(people.seers_of, "r-1", clinic.now)
    assert [one.id for one in seers] == ["p-1", "p-2"]


async def test_alerts_go_to_who_stands_in_and_no_longer_than_they_do(clinic):
    await arrange(clinic, clinic.now, clinic.now)
    assert await clinic.desk.read(alerts.carers, "r-1", clinic.now) == [("p-1", "physio"), ("p-2", "physio")]
    assert await clinic.desk.read(alerts.may_hear, "r-1", "p-2", clinic.now)
    clinic.now += timedelta(days=1)
    assert await clinic.desk.read(alerts.carers, "r-1", clinic.now) == [("p-1", "physio")]
    assert not await clinic.desk.read(alerts.may_hear, "r-1", "p-2", clinic.now)


@pytest.mark.parametrize(
    ("fields", "status"),
    [({"physio": "p-1"}, 404), ({"physio": "r-2"}, 404), ({"absent": "p-2", "physio": "p-1"}, 404)],
)
async def test_only_a_colleague_stands_in_and_only_for_whoever_says_so(clinic, fields, status):
    assert await arrange(clinic, clinic.now, clinic.now, **fields) == status


@pytest.mark.parametrize(("first", "last"), [(2, 1), (-3, -2), (0, 100)])
async def test_an_absence_has_an_end_that_is_to_come(clinic, first, last):
    day = timedelta(days=1)
    assert await arrange(clinic, clinic.now + first * day, clinic.now + last * day) == 422
    assert not await sees(clinic)
