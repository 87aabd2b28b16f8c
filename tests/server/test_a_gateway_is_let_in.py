"""Pairing by a short code, and the heartbeat by which a gateway says what it still holds."""

from datetime import timedelta

import aiohttp
import clinic_kit as kit
import pytest

from server.gateways import pairing


@pytest.fixture
async def clinic(database_url):
    async with kit.clinic(database_url) as running:
        yield running


@pytest.fixture
async def gateway(clinic):
    """A gateway that nobody knows yet."""
    async with aiohttp.ClientSession(clinic.address) as http:
        yield http


async def begin(gateway):
    answer = await gateway.post("/api/v1/pairings", json={"name": "Corner Pi"})
    assert answer.status == 201
    return await answer.json()


async def ask_token(gateway, begun):
    answer = await gateway.post("/api/v1/pairings/token", json={"device_code": begun["device_code"]})
    return answer.status, await answer.json(content_type=None)


async def let_in(clinic, code, runner="r-1", person=kit.PHYSIO):
    async with clinic.as_(person) as http:
        return (await http.post("/pair", data={"code": code, "runner": runner})).status


async def test_a_physio_types_the_code_and_the_gateway_gets_its_token_once(clinic, gateway):
    begun = await begin(gateway)
    assert await ask_token(gateway, begun) == (202, {"state": "waiting", "interval": 5})
    assert await let_in(clinic, begun["user_code"].lower().replace("-", " ")) == 200
    status, given = await ask_token(gateway, begun)
    assert (status, given["runners"]) == (200, [{"id": "r-1", "name": "Ada"}])
    bearer = {"Authorization": f"Bearer {given['token']}"}
    begun_capture = await gateway.put(
        "/api/v1/captures/c-9", json={"runner": "r-1", "started_at": kit.NOON.isoformat()}, headers=bearer
    )
    assert begun_capture.status == 201
    assert (await ask_token(gateway, begun))[0] == 410


async def test_the_page_says_what_shows_the_code_before_anybody_lets_it_in(clinic, gateway):
    begun = await begin(gateway)
    async with clinic.as_(kit.PHYSIO) as http:
        page = await (await http.get("/pair", params={"code": begun["user_code"]})).text()
    assert "Corner Pi" in page and "127.0.0.1" in page and "Ada Example" in page and "Bo Example" not in page


@pytest.mark.parametrize(("person", "status"), [(kit.RUNNER, 404), (kit.OTHER_PHYSIO, 404)])
async def test_only_a_physio_lets_a_gateway_in_and_only_for_runners_in_their_care(clinic, gateway, person, status):
    begun = await begin(gateway)
    assert await let_in(clinic, begun["user_code"], person=person) == status
    assert (await ask_token(gateway, begun))[0] == 202


async def test_a_code_lives_for_ten_minutes(clinic, gateway):
    begun = await begin(gateway)
    clinic.now += timedelta(minutes=10)
    assert await let_in(clinic, begun["user_code"]) == 404
    assert (await ask_token(gateway, begun))[0] == 410


async def test_five_wrong_codes_close_the_door_for_ten_minutes(clinic, gateway):
    begun = await begin(gateway)
    async with clinic.as_(kit.PHYSIO) as http:
        for _ in range(5):
            assert (await http.get("/pair", params={"code": "BBBB-BBBB"})).status == 200
            clinic.now += timedelta(seconds=1)
        assert (await http.get("/pair", params={"code": begun["user_code"]})).status == 429


async def test_twenty_gateways_of_one_address_may_wait_and_no_more(gateway):
    for _ in range(20):
        await begin(gateway)
    assert (await gateway.post("/api/v1/pairings", json={"name": "one more"})).status == 429


def test_a_code_is_eight_consonants_in_two_halves():
    assert pairing.new_code(lambda letters: letters[0]) == "BBBB-BBBB"
    assert pairing.tidied(" bcdf ghjk ") == "BCDF-GHJK"


async def said(clinic):
    async with clinic.as_(kit.RUNNER) as http:
        return await (await http.get("/api/v1/runners/r-1/verdict")).json()


async def test_nothing_is_said_while_a_gateway_holds_packets_of_the_runner(clinic):
    async with clinic.gateway() as http:
        answer = await (await http.post("/api/v1/gateways/me/heartbeat", json={"held": {"r-1": 7}})).json()
        assert answer["now"] == "2026-03-30T12:00:00Z" and answer["runners"] == [{"id": "r-1", "name": "Ada"}]
        waiting = await said(clinic)
        assert waiting["verdict"] is None and "7 packets" in waiting["waiting"][0]
        await http.post("/api/v1/gateways/me/heartbeat", json={"version": "0.1.0"})
        assert (await said(clinic))["stale"]
        await http.post("/api/v1/gateways/me/heartbeat", json={"held": {"r-1": 0}})
    assert not (await said(clinic))["stale"]
