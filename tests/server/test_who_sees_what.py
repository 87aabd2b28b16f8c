"""Who sees whose runs: oneself, and a physio with consent; for anybody else there is nothing."""

import aiohttp
import clinic_kit as kit
import pytest
from sqlmodel import text

from server.keys import READERS
from server.storage import gateways, people

READS = ("/runners/r-1", "/api/v1/runners/r-1/verdict", "/api/v1/runners/r-1/sessions")


@pytest.fixture
async def clinic(database_url):
    async with kit.clinic(database_url) as running:
        yield running


@pytest.mark.parametrize(
    ("person", "status"), [(kit.RUNNER, 200), (kit.PHYSIO, 200), (kit.STRANGER, 404), (kit.OTHER_PHYSIO, 404)]
)
async def test_a_stranger_is_told_that_there_is_nothing(clinic, person, status):
    async with clinic.as_(person) as http:
        assert [(await http.get(path)).status for path in READS] == [status] * 3


async def test_without_a_login_nothing_is_shown(clinic):
    async with aiohttp.ClientSession(clinic.address) as http:
        assert [(await http.get(path)).status for path in (*READS, "/caseload")] == [401] * 4


async def test_only_a_physio_has_a_caseload_and_only_of_those_who_consented(clinic):
    async with clinic.as_(kit.PHYSIO) as http:
        page = await (await http.get("/caseload")).text()
    assert "Ada Example" in page and "Bo Example" not in page
    async with clinic.as_(kit.RUNNER) as http:
        assert (await http.get("/caseload")).status == 404


async def test_a_physio_does_not_answer_for_the_runner(clinic):
    async with clinic.as_(kit.PHYSIO) as http:
        sent = await http.post("/api/v1/runners/r-1/check-ins", json={"session": "c-1", "during": 0})
    assert sent.status == 403


async def test_a_form_of_another_site_is_not_carried_out(clinic):
    async with clinic.as_(kit.RUNNER) as http:
        for headers in ({"Origin": "https://elsewhere.example"}, {"Sec-Fetch-Site": "cross-site"}):
            assert (await http.post("/leave", headers=headers)).status == 403
        assert (await http.get("/runners/r-1")).status == 200


async def test_logging_out_ends_the_login_on_the_server(clinic):
    async with clinic.as_(kit.RUNNER) as http:
        cookies = {cookie.key: cookie.value for cookie in http.cookie_jar}
        await http.post("/leave")
    async with aiohttp.ClientSession(clinic.address, cookies=cookies) as http:
        assert (await http.get("/runners/r-1")).status == 401


async def test_every_answer_carries_strict_headers_and_no_cache(clinic):
    async with clinic.as_(kit.RUNNER) as http:
        for path in (*READS, "/nothing"):
            headers = (await http.get(path)).headers
            assert "default-src 'self'" in headers["Content-Security-Policy"]
            assert (headers["X-Content-Type-Options"], headers["Cache-Control"]) == ("nosniff", "no-store")


async def test_a_consent_that_ends_while_a_file_is_read_keeps_the_file_out(clinic, monkeypatch):
    def read(_):
        clinic.desk.database.transact(lambda db: people.withdraw_consent(db, "r-1", "p-1", clinic.now))
        return [1]

    monkeypatch.setattr(clinic.app[READERS], "read", read)
    async with clinic.as_(kit.PHYSIO) as http:
        assert (await http.post("/api/v1/runners/r-1/files", data=b"a run")).status == 404
    assert await clinic.desk.read(lambda db: db.connection().execute(text("select * from files")).all()) == []


async def test_a_gateway_that_is_revoked_while_it_speaks_completes_nothing(clinic, monkeypatch):
    body = {"runner": "r-1", "started_at": kit.NOON.isoformat()}
    written = clinic.desk.write

    async def write(work, *facts, **more):
        clinic.desk.database.transact(lambda db: gateways.revoke(db, "g-1", clinic.now))
        return await written(work, *facts, **more)

    async with clinic.gateway() as http:
        assert (await http.put("/api/v1/captures/c-1", json=body)).status == 201
        monkeypatch.setattr(clinic.desk, "write", write)
        assert (await http.put("/api/v1/captures/c-2", json=body)).status == 401
    assert await clinic.desk.read(lambda db: db.connection().execute(text("select id from captures")).all()) == [
        ("c-1",)
    ]
