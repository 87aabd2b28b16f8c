"""A gateway is let in by a code that somebody types, keeps its token to itself, and need not be told again."""

from __future__ import annotations

import asyncio
import json
import os
import re
import stat
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import clinic_kit as kit
import pytest
from background import in_background
from chunk_server import TOKEN, ChunkServer
from gateway_kit import MovingClock

from gateway.__main__ import called
from gateway.options import Mistake, as_paired, whose, with_token
from gateway.paired import Paired, Runner, keep, known
from gateway.pairing import Admission, NotPaired, pair
from gateway.settings import Settings
from gateway.telling import tell
from gateway.token import BadToken, read_token, write_token
from gateway.upload import Server, session


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("STRIDEGATE_GATEWAY_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("STRIDEGATE_GATEWAY_DATA", str(tmp_path / "data"))


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with session() as http:
        yield http


async def admitted(http: aiohttp.ClientSession, url: str, events: list[dict[str, Any]] | None = None) -> Admission:
    return await pair(Server(http, url, token=""), "Room 2", MovingClock(), (events or []).append)


async def test_a_physio_of_a_real_clinic_lets_a_gateway_in_and_its_token_is_good(http, tmp_path: Path) -> None:
    events: list[dict[str, Any]] = []
    async with kit.clinic(f"sqlite:///{tmp_path / 'clinic.db'}") as clinic:
        clock = MovingClock()

        async def type_the_code(seconds: float) -> None:
            if clock.mono > 3 * 5e9:
                async with clinic.as_(kit.PHYSIO) as page:
                    words = {"code": events[0]["code"], "runner": "r-1"}
                    assert (await page.post("/pair", data=words)).status == 200

        clock.meanwhile = type_the_code
        given = await pair(Server(http, clinic.address, token=""), "Room 2", clock, events.append)
        assert given.runners == (Runner(id="r-1", name="Ada"),)
        assert events[0]["open"] == f"{clinic.address}/pair" and events[0]["expires_in"] == 600
        assert given.token not in str(events)
        said = await Server(http, clinic.address, given.token).heartbeat({"held": {}})
        assert said["runners"] == [{"id": "r-1", "name": "Ada"}]


async def test_a_code_lives_as_long_as_the_real_clinic_says(http, tmp_path: Path) -> None:
    async with kit.clinic(f"sqlite:///{tmp_path / 'clinic.db'}") as clinic:
        clock = MovingClock()

        async def pass_there_too(seconds: float) -> None:
            clinic.now += timedelta(seconds=seconds)

        clock.meanwhile = pass_there_too
        with pytest.raises(NotPaired, match="nobody typed the code in time"):
            await pair(Server(http, clinic.address, token=""), "Room 2", clock, lambda _: None)
        assert clinic.now - kit.NOON == timedelta(minutes=10)


async def test_a_silent_server_is_asked_no_longer_than_its_code_lives(http) -> None:
    async with ChunkServer() as server:
        server.answers["POST", "/pairings/token"] = [500] * 1000
        clock = MovingClock()
        with pytest.raises(NotPaired, match="cannot take it now"):
            await pair(Server(http, server.url, token=""), "Room 2", clock, lambda _: None)
        assert 600e9 <= clock.mono <= 800e9


async def test_a_server_that_stumbles_while_we_wait_ends_nothing_and_is_asked_more_slowly(http) -> None:
    async with ChunkServer() as server:
        server.answers["POST", "/pairings/token"] = [500, 503, 429]
        server.is_let_in = True
        clock = MovingClock()
        given = await pair(Server(http, server.url, token=""), "Room 2", clock, lambda _: None)
        assert (given.token, clock.mono / 1e9) == (TOKEN, pytest.approx(5 + 10 + 15, abs=1))


async def test_no_server_there_is_a_sentence(http) -> None:
    with pytest.raises(NotPaired, match="cannot be reached"):
        await admitted(http, "http://127.0.0.1:9")


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"device_code": "d" * 32, "user_code": "\x1b[31mRED", "verification_uri": "https://clinic.example/pair"},
        {"device_code": "d" * 32, "user_code": "BCDF-GHJK", "verification_uri": "javascript:alert(1)"},
        {"device_code": "d" * 32, "user_code": "BCDF-GHJK", "verification_uri": "https://clinic.example/pair"},
    ],
)
async def test_what_is_no_stridegate_server_is_a_sentence_and_reaches_no_screen(http, said: dict[str, str]) -> None:
    class Impostor(Server):
        async def start_pairing(self, name: str) -> dict[str, Any]:
            return said

    events: list[dict[str, Any]] = []
    with pytest.raises(NotPaired, match="not a Stridegate server"):
        await pair(Impostor(http, "http://127.0.0.1:9", ""), "Room 2", MovingClock(), events.append)
    assert events == []


PAIRED = Paired(
    server="https://clinic.example",
    gateway="g-1",
    runners=(Runner(id="r-1", name="Ada"),),
    token_file="",
)


def paired_in(tmp_path: Path, *runners: str) -> Path:
    data = tmp_path / "data"
    some = tuple(Runner(id=f"r-{n}", name=name) for n, name in enumerate(runners, 1))
    words = {"server": PAIRED.server, "gateway": "g-1", "runners": some, "token_file": str(data / "token")}
    keep(data, Paired(**words), "a-token-of-our-own")
    return data


def settings(**words: Any) -> Settings:
    return Settings(_env_file=None, **words)


def test_the_token_and_what_belongs_to_it_are_for_the_owner_alone(tmp_path: Path) -> None:
    os.umask(before := os.umask(0))
    data = paired_in(tmp_path, "Ada")
    os.umask(before)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in data.iterdir()}
    assert modes == {"token": 0o600, "pairing.json": 0o600}
    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    assert read_token(data / "token") == "a-token-of-our-own"
    assert "a-token-of-our-own" not in (data / "pairing.json").read_text()


def test_a_new_token_replaces_the_old_whole(tmp_path: Path) -> None:
    write_token(tmp_path / "token", "old")
    (tmp_path / "token.new").write_text("half of a tok")  # a power cut left this
    write_token(tmp_path / "token", "new")
    assert read_token(tmp_path / "token") == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["token"]


def test_after_pairing_nothing_need_be_told_again(tmp_path: Path) -> None:
    data = paired_in(tmp_path, "Ada")
    found = with_token(whose(settings()))
    assert (found.server, found.runner, found.token_file) == ("https://clinic.example", "r-1", data / "token")
    assert whose(settings(runner="r-9")).runner == "r-9"
    assert with_token(settings(server="https://clinic.example/")).token_file == data / "token"


def test_of_several_runners_one_must_be_named(tmp_path: Path) -> None:
    paired_in(tmp_path, "Ada", "Bo")
    with pytest.raises(Mistake, match=re.escape("--runner and one of: Ada (r-1), Bo (r-2)")):
        whose(settings())


def test_a_token_goes_to_no_other_server_than_the_one_that_gave_it(tmp_path: Path) -> None:
    paired_in(tmp_path, "Ada")
    with pytest.raises(Mistake, match=r"paired with https://clinic\.example"):
        with_token(settings(server="https://other.example"))
    assert as_paired(settings(server="https://other.example")).token_file is None


def test_a_pairing_cut_off_between_its_two_files_leaves_no_old_server_beside_a_new_token(
    tmp_path: Path, monkeypatch
) -> None:
    data = paired_in(tmp_path, "Ada")

    def cut(*_: Any) -> None:
        raise OSError("the power went")

    monkeypatch.setattr("gateway.private.write_private", cut)
    with pytest.raises(OSError, match="the power went"):
        keep(
            data, Paired(server="https://new.example", gateway="g-2", runners=(), token_file=str(data / "token")), "new"
        )
    assert known(data) is None


def test_a_damaged_memory_of_the_pairing_is_a_sentence(tmp_path: Path) -> None:
    data = paired_in(tmp_path, "Ada")
    (data / "pairing.json").write_text('{"server": 5')
    with pytest.raises(BadToken, match="pair this gateway again"):
        with_token(settings())
    assert called(["run"]) == 2


async def test_the_command_shows_the_code_large_and_says_what_is_next(tmp_path: Path, capfd) -> None:
    async with ChunkServer() as server:
        server.is_let_in = True
        assert await asyncio.to_thread(called, ["pair", server.url, "--name", "Room 2"]) == 0
    out = capfd.readouterr().out
    assert "B  C  D  F  -  G  H  J  K" in out
    assert f"Open {server.url}/pair and type this code: BCDF-GHJK. It lives for 10 minutes." in out
    assert "brings runs of Ada (r-1)" in out and TOKEN not in out
    assert known(tmp_path / "data") == Paired(
        server=server.url,
        gateway="g-1",
        runners=(Runner(id="r-1", name="Ada"),),
        token_file=str(tmp_path / "data/token"),
    )


async def test_the_command_speaks_json_and_never_the_token(tmp_path: Path, capfd) -> None:
    kept = tmp_path / "elsewhere" / "secret"
    async with ChunkServer() as server:
        server.is_let_in = True
        words = ["pair", server.url, "--json", "--token-file", str(kept)]
        assert await asyncio.to_thread(called, words) == 0
    out, err = capfd.readouterr()
    code, paired = [json.loads(line) for line in out.splitlines()]
    assert code == {"event": "code", "code": "BCDF-GHJK", "open": f"{server.url}/pair", "expires_in": 600}
    assert (paired["event"], paired["runners"], paired["token_file"]) == (
        "paired",
        [{"id": "r-1", "name": "Ada"}],
        str(kept),
    )
    assert TOKEN not in out + err and read_token(kept) == TOKEN
    assert with_token(settings()).token_file == kept


def test_after_pairing_a_run_is_recorded_and_brought_without_another_word(capfd) -> None:
    server = ChunkServer()
    server.is_let_in = True
    with in_background(server):
        assert called(["pair", server.url, "--json"]) == 0
        simulated = ["--radio", "virtual", "--rate", "100", "--run-minutes", "1", "--sessions", "1", "--json"]
        assert called(["run", *simulated]) == 0
        (held,) = server.captures.values()
    assert held.runner == "r-1" and held.packets > 150


async def test_a_code_that_nobody_types_ends_with_a_sentence_and_leaves_what_was(tmp_path: Path, capfd) -> None:
    data = paired_in(tmp_path, "Ada")
    async with ChunkServer() as server:
        server.is_let_in = None
        assert await asyncio.to_thread(called, ["pair", server.url, "--json"]) == 1
    assert "nobody typed the code" in capfd.readouterr().err
    assert read_token(data / "token") == "a-token-of-our-own" and known(data) is not None


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        (
            "http://clinic.example",
            "http://clinic.example: must begin with https://, for a token and a run travel there",
        ),
        ("clinic.example", "clinic.example: must be an address such as https://clinic.example"),
    ],
)
def test_an_address_on_which_a_token_could_be_overheard_is_refused_in_one_sentence(url, sentence, capfd) -> None:
    assert called(["pair", url]) == 2
    assert capfd.readouterr().err == f"{sentence}\n"


def test_a_certificate_that_is_none_is_refused_in_one_sentence(tmp_path: Path, capfd) -> None:
    (tmp_path / "ca.pem").write_text("not a certificate")
    assert called(["pair", "https://clinic.example", "--ca-file", str(tmp_path / "ca.pem")]) == 2
    assert len(capfd.readouterr().err.splitlines()) == 1


async def test_where_no_token_can_be_kept_no_server_is_asked_for_one(tmp_path: Path, capfd) -> None:
    (tmp_path / "data").write_text("a file in the way")
    async with ChunkServer() as server:
        assert await asyncio.to_thread(called, ["pair", server.url]) == 1
        assert not server.requests
    assert "cannot be kept" in capfd.readouterr().err


def test_every_event_has_a_sentence(capfd) -> None:
    tell({"event": "delivered", "file": "{why}.fit", "runs": 2, "sha256": "0" * 64})
    assert capfd.readouterr().out == "{why}.fit is with the server, with 2 runs in it.\n"
