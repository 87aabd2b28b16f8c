"""The live view of the server: who may look on sees a run while it goes on, and nobody waits for anybody."""

import asyncio
import json

import aiohttp
import clinic_kit as kit
import pytest
from yarl import URL

from server.api import live
from server.gateways import live as hub
from server.gateways.live import Live
from server.keys import LIVE
from server.storage import people

HERE = "/api/v1/runners/r-1/live"
WORDS = {
    "capture": "c-1", "at": "2026-03-30T12:00:00Z", "elapsed_s": 61.0, "running_s": 60.0,
    "speed_mps": 3.1, "cadence_per_min": 170, "grade": None, "heart_rate_bpm": None,
}  # fmt: skip


@pytest.fixture
async def clinic(tmp_path):
    async with kit.clinic(f"sqlite:///{tmp_path / 'clinic.db'}") as running:
        yield running


async def event(answer) -> tuple[str, dict]:
    """The next event; the end of the stream is ("", {})."""
    lines = []
    while line := (await asyncio.wait_for(answer.content.readline(), 60)).decode().strip():
        lines.append(line.partition(": ")[2])
    return (lines[0], json.loads(lines[1])) if lines else ("", {})


async def looking(clinic, http):
    answer = await http.get(HERE)
    assert (answer.status, answer.content_type) == (200, "text/event-stream")
    return answer


async def say(clinic, **changed) -> int:
    async with clinic.gateway() as http:
        return (await http.post(HERE, json=WORDS | changed)).status


async def test_runner_and_physio_see_what_the_sensors_say(clinic):
    async with clinic.as_(kit.RUNNER) as runner, clinic.as_(kit.PHYSIO) as physio:
        both = [await looking(clinic, runner), await looking(clinic, physio)]
        assert await say(clinic) == 202
        for answer in both:
            name, values = await event(answer)
            assert name == "values" and values["speed_mps"] == 3.1 and values["heart_rate_bpm"] is None


async def test_it_says_that_nothing_comes_any_more(clinic, monkeypatch):
    monkeypatch.setattr(live, "SILENT_S", 0.1)
    async with clinic.as_(kit.RUNNER) as http:
        answer = await looking(clinic, http)
        assert await event(answer) == ("silent", {"since": None, "now": "2026-03-30T12:00:00Z"})
        await say(clinic)
        said = [await event(answer) for _ in range(3)]
    assert ("silent", {"since": "2026-03-30T12:00:00Z", "now": "2026-03-30T12:00:00Z"}) in said


async def test_a_gateway_speaks_only_of_its_runners_and_only_numbers(clinic):
    async with clinic.gateway() as http:
        assert (await http.post("/api/v1/runners/r-2/live", json=WORDS)).status == 404
        for wrong in ({"speed_mps": 99}, {"speed_mps": "fast"}, {"elapsed_s": -1}, {"at": "soon"}):
            assert (await http.post(HERE, json=WORDS | wrong)).status == 422
    async with clinic.as_(kit.RUNNER) as http:
        assert (await http.post(HERE, json=WORDS)).status == 401


async def test_a_physio_whom_the_runner_shuts_out_sees_nothing_more(clinic, monkeypatch):
    monkeypatch.setattr(live, "ASK_AGAIN_S", 0.05)
    async with clinic.as_(kit.PHYSIO) as http:
        answer = await looking(clinic, http)
        await clinic.desk.write(people.withdraw_consent, "r-1", "p-1", clinic.now)
        assert await event(answer) == ("", {})
        assert (await http.get(HERE)).status == 404


async def test_one_who_does_not_read_is_cut_and_the_others_see_every_word(clinic, monkeypatch):
    """The slow one reads nothing at all; the sockets between fill with words."""
    monkeypatch.setattr(live, "ASK_AGAIN_S", 0.05)
    async with clinic.as_(kit.RUNNER) as http, clinic.as_(kit.PHYSIO) as slow:
        good = await looking(clinic, http)
        cookie = slow.cookie_jar.filter_cookies(URL(clinic.address)).output(header="", sep=";").strip()
        host, _, port = clinic.address.removeprefix("http://").partition(":")
        reader, writer = await asyncio.open_connection(host, int(port), limit=1024)
        writer.write(f"GET {HERE} HTTP/1.1\r\nHost: x\r\nCookie: {cookie}\r\n\r\n".encode())
        await reader.readuntil(b"\r\n\r\n")
        board = clinic.app[LIVE]
        assert len(board._lookers["r-1"]) == 2
        filling, number = "x" * 100_000, 0
        while len(board._lookers["r-1"]) == 2:
            board.say("r-1", {"at": "now", "number": number, "filling": filling})
            name, values = await event(good)
            assert (name, values["number"]) == ("values", number)
            number += 1
        assert number > hub.BEHIND
        board.say("r-1", {"at": "now", "number": number})
        assert (await event(good))[1]["number"] == number
        writer.close()


async def test_a_word_waits_for_nobody():
    board = Live()
    with board.looking("r") as bad:
        good = [board.looking("r") for _ in range(hub.MOST_LOOKING - 1)]
        lookers = [one.__enter__() for one in good]
        for number in range(200):
            board.say("r", {"number": number})
            assert [(await one.words.get())["number"] for one in lookers] == [number] * len(lookers)
        assert bad.is_cut and await bad.words.get() is None


async def test_only_so_many_look_on_at_one_runner(clinic):
    async with clinic.as_(kit.RUNNER) as http:
        for _ in range(hub.MOST_LOOKING):
            await looking(clinic, http)
        assert (await http.get(HERE)).status == 429


async def test_a_server_that_is_told_to_stop_does_not_wait_for_lookers(tmp_path):
    async with aiohttp.ClientSession() as http:
        async with kit.clinic(f"sqlite:///{tmp_path / 'clinic.db'}") as running:
            async with running.as_(kit.RUNNER) as entered:
                cookies = {cookie.key: cookie.value for cookie in entered.cookie_jar}
            answer = await http.get(f"{running.address}{HERE}", cookies=cookies)
            assert answer.status == 200
        assert await event(answer) == ("", {})
