"""A stored plan that the rules refuse, such as by a later version: no page fails, nobody reads a verdict."""

import clinic_kit as kit
import pytest
from sqlmodel import select

from server.storage.tables.runs import PlanRow

PAGE = "/runners/r-1"
UNREADABLE = "The plan cannot be read"


@pytest.fixture
async def clinic(database_url):
    async with kit.clinic(database_url) as running:
        await running.desk.write(spoil)
        yield running


def spoil(db):
    row = db.exec(select(PlanRow).where(PlanRow.runner_id == "r-1")).first()
    row.body = {**row.body, "profile": {"name": "IMT", "red": {"during": 2}}}
    db.add(row)


@pytest.mark.parametrize("path", [PAGE, f"{PAGE}/history", f"{PAGE}/live"])
async def test_a_runner_is_told_who_can_mend_it(clinic, path):
    async with clinic.as_(kit.RUNNER) as http:
        answered = await http.get(path)
        assert answered.status == 200
        assert path != PAGE or UNREADABLE in await answered.text()


@pytest.mark.parametrize("path", ["/caseload", f"{PAGE}/physio", f"{PAGE}/plan", f"{PAGE}/changes"])
async def test_every_page_of_a_physio_opens(clinic, path):
    async with clinic.as_(kit.PHYSIO) as http:
        answered = await http.get(path)
        assert answered.status == 200, await answered.text()


async def test_the_programs_read_no_verdict_and_the_review_goes_on(clinic):
    async with clinic.as_(kit.RUNNER) as http:
        answer = await (await http.get(f"/api/v1{PAGE}/verdict")).json()
        assert answer["verdict"] is None and any(UNREADABLE in sentence for sentence in answer["waiting"])


async def test_a_physio_mends_it_by_saving_limits_that_can_be_read(clinic):
    async with clinic.as_(kit.PHYSIO) as http:
        body = {**kit.plan().body, "profile": "IMT"}
        saved = await http.put(f"/api/v1{PAGE}/plan", json=body, headers={"If-Match": '"1"'})
        assert saved.status == 200, await saved.text()
        answer = await (await http.get(f"/api/v1{PAGE}/verdict")).json()
        assert UNREADABLE not in str(answer)
