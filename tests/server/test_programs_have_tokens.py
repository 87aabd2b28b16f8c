"""Programs come in by a token: for a few scopes, for a year, and no longer than its owner wishes."""

import re
from datetime import timedelta

import aiohttp
import clinic_kit as kit
import pytest
from doors_kit import visitor

from server.storage import people


@pytest.fixture
async def clinic(database_url):
    async with kit.clinic(database_url) as running:
        yield running


async def made(clinic, *scopes, person=kit.RUNNER):
    async with visitor(clinic) as one:
        await one.get(f"/enter/link-of-{person.id}")
        page = await (await one.post("/account/tokens", name="watch face", scope=list(scopes))).text()
        return re.search(r'value="(sg_pt_[^"]+)"', page).group(1)


async def ask(clinic, token, path, method="GET", **more):
    async with aiohttp.ClientSession(clinic.address, headers={"Authorization": f"Bearer {token}"}) as http:
        return (await http.request(method, path, **more)).status


async def test_a_token_opens_its_scopes_for_its_owner_and_nothing_else(clinic):
    token = await made(clinic, "verdict:read", "files:write")
    assert await ask(clinic, token, "/api/v1/runners/r-1/verdict") == 200
    assert await ask(clinic, token, "/api/v1/runners/r-1/files", "POST", data=b"no run") == 422
    assert await ask(clinic, token, "/api/v1/runners/r-1/sessions") == 403
    assert await ask(clinic, token, "/api/v1/runners/r-2/verdict") == 404
    assert await ask(clinic, token, "/runners/r-1") == 403
    assert await ask(clinic, token, "/account") == 401
    assert await ask(clinic, token, "/account/tokens", "POST", data={"name": "x"}) == 403


async def test_no_program_speaks_a_physios_word(clinic):
    token = await made(clinic, "verdict:read", "plan:read", "plan:write", person=kit.PHYSIO)
    assert await ask(clinic, token, "/api/v1/runners/r-1/plan") == 200
    assert await ask(clinic, token, "/api/v1/runners/r-1/overrides", "POST", json={"decision": "HOLD"}) == 403
    assert await ask(clinic, token, "/api/v1/runners/r-1/flags/f/clear", "POST", json={"note": "x" * 20}) == 403


async def test_it_ends_after_a_year_when_it_is_revoked_and_with_its_owners_membership(clinic):
    token = await made(clinic, "verdict:read")
    path = "/api/v1/runners/r-1/verdict"
    start = clinic.now
    clinic.now = start + timedelta(days=365)
    assert await ask(clinic, token, path) == 401
    clinic.now = start + timedelta(days=364)
    assert await ask(clinic, token, path) == 200
    async with visitor(clinic) as ada:
        await ada.get("/enter/link-of-r-1")
        page = await ada.text("/account")
        assert "watch face" in page and "verdict:read" in page and "used just now" in page
        await ada.post(f"/account/tokens/{re.search('tokens/([^/]+)/revoke', page).group(1)}/revoke")
    assert await ask(clinic, token, path) == 401
    token = await made(clinic, "verdict:read")
    await clinic.desk.write(people.member_until, "r-1", clinic.now)
    assert await ask(clinic, token, path) == 401


async def test_a_token_without_a_scope_or_with_one_that_is_none_is_not_made(clinic):
    async with clinic.as_(kit.RUNNER) as http:
        assert (await http.post("/account/tokens", data={"name": "x"})).status == 422
        assert (await http.post("/account/tokens", data={"name": "x", "scope": "everything"})).status == 422
