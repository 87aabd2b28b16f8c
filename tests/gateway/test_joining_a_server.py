"""A gateway is let in by a code that somebody types, keeps its token to itself, and brings run files once."""

from __future__ import annotations

import asyncio
import stat
from pathlib import Path
from typing import Any

import pytest
from chunk_server import TOKEN, ChunkServer
from gateway_kit import settings, token_file

from gateway.folder import FolderWatch, Seen
from gateway.pairing import NotPaired, pair
from gateway.settings import Settings
from gateway.token import read_token, write_token
from gateway.upload import TryLater, Unwelcome


async def test_the_code_is_shown_and_the_token_kept_where_only_the_owner_reads_it(tmp_path: Path) -> None:
    events: list[dict[str, Any]] = []
    path = tmp_path / "deep" / "token"
    async with ChunkServer() as server:
        pairing = asyncio.create_task(pair(server.url, "Room 2", path, None, events.append))
        await asyncio.sleep(0.15)
        assert events == [{"event": "code", "code": "BCDF-GHJK", "open": f"{server.url}/pair"}]
        assert not path.exists()
        server.is_let_in = True
        paired = await pairing
    assert (paired.gateway, paired.runners) == ("g-1", [{"id": "r-1", "name": "Ada"}])
    assert read_token(path) == TOKEN
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert TOKEN not in str(events)


async def test_a_code_that_nobody_types_runs_out(tmp_path: Path) -> None:
    async with ChunkServer() as server:
        server.is_let_in = None
        with pytest.raises(NotPaired, match="nobody typed the code"):
            await pair(server.url, "Room 2", tmp_path / "token", None, lambda _: None)
    assert list(tmp_path.iterdir()) == []


async def test_a_server_that_stumbles_while_we_wait_ends_nothing(tmp_path: Path) -> None:
    async with ChunkServer() as server:
        server.answers["POST", "/pairings/token"] = [500, 503, 429]
        server.is_let_in = True
        await pair(server.url, "Room 2", tmp_path / "token", None, lambda _: None)
    assert read_token(tmp_path / "token") == TOKEN


async def test_no_server_there_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(NotPaired, match="cannot be reached"):
        await pair("http://127.0.0.1:9", "Room 2", tmp_path / "token", None, lambda _: None)


def test_a_new_token_replaces_the_old_whole(tmp_path: Path) -> None:
    write_token(tmp_path / "token", "old")
    (tmp_path / "token.new").write_text("half of a tok")  # a power cut left this
    write_token(tmp_path / "token", "new")
    assert read_token(tmp_path / "token") == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["token"]


class Watched:
    def __init__(self, tmp_path: Path, server: ChunkServer) -> None:
        self.folder, self.events = tmp_path / "runs", []
        self.folder.mkdir(exist_ok=True)
        self._words: Settings = settings(
            tmp_path, server=server.url, token_file=token_file(tmp_path), runner="r 1/ü", data=tmp_path / "data"
        )
        self.begin()

    def begin(self) -> None:
        self._watch = FolderWatch(
            self.folder, self._words, Seen(self._words.data), self.events.append, jitter=lambda: 0.0
        )

    async def look(self, times: int = 2) -> None:
        for _ in range(times):
            await self._watch.look()


async def test_a_file_is_sent_when_it_has_stopped_growing_and_once(tmp_path: Path) -> None:
    async with ChunkServer() as server:
        here = Watched(tmp_path, server)
        growing = here.folder / "Morning run.FIT"
        growing.write_bytes(b"half")
        await here.look(1)
        growing.write_bytes(b"half and half")
        await here.look(1)
        assert server.files == {}
        await here.look(3)
        assert server.files == {"r 1/ü/Morning run.FIT": b"half and half"}
        assert [event["event"] for event in here.events] == ["sent"]


async def test_a_restart_does_not_send_again_and_a_changed_file_is_sent(tmp_path: Path) -> None:
    async with ChunkServer() as server:
        here = Watched(tmp_path, server)
        (here.folder / "a.gpx").write_bytes(b"one")
        await here.look()
        here.begin()
        await here.look(3)
        assert len(here.events) == 1
        (here.folder / "a.gpx").write_bytes(b"other")
        await here.look()
        assert server.files["r 1/ü/a.gpx"] == b"other"


async def test_a_bad_file_stops_no_other_and_is_left_where_it_is(tmp_path: Path) -> None:
    async with ChunkServer() as server:
        here = Watched(tmp_path, server)
        (here.folder / "a.tcx").write_bytes(b"no run in this")
        (here.folder / "b.csv").write_bytes(b"a run")
        (here.folder / "notes.txt").write_bytes(b"not a run file at all")
        (here.folder / "empty.fit").write_bytes(b"")
        await here.look(3)
        assert [(event["event"], event["file"]) for event in here.events] == [("refused", "a.tcx"), ("sent", "b.csv")]
        assert "there is no run in it" in here.events[0]["why"]
        assert (here.folder / "a.tcx").exists()


async def test_a_server_that_is_away_leaves_the_file_for_later(tmp_path: Path) -> None:
    async with ChunkServer() as server:
        here = Watched(tmp_path, server)
        server.answers["POST", "/files"] = [503]
        (here.folder / "a.gpx").write_bytes(b"one")
        await here.look(1)
        with pytest.raises(TryLater):
            await here.look(1)
        await here.look(1)
        assert list(server.files.values()) == [b"one"]


async def test_a_token_that_is_not_accepted_is_said(tmp_path: Path) -> None:
    async with ChunkServer(token="another") as server:
        here = Watched(tmp_path, server)
        (here.folder / "a.gpx").write_bytes(b"one")
        await here.look(1)
        with pytest.raises(Unwelcome):
            await here.look(1)
