"""Whatever happens on the way, a capture has one effect at the server and is kept here until it has."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from chunk_server import TOKEN, ChunkServer, Held
from cutting_proxy import CuttingProxy
from gateway_kit import PATIENCE_S, START_NS, StillClock, packet, packets, token_file
from soaking import SOAK

from gateway import sync as sync_module
from gateway.clock import SECOND_NS
from gateway.journal import Journal
from gateway.ledger import CaptureRow
from gateway.sync import LONGEST_PAUSE_S, Sync, backoff_s
from gateway.token import BadToken, read_token
from gateway.writer import Told, Writer
from sensors.packet import Packet

CAPTURE = "01a00000-0000-7000-8000-000000000001"


class Desk:
    """A journal with a sync, and what the sync said."""

    def __init__(self, folder: Path, writer: Writer, url: str, clock: StillClock, jitter: float) -> None:
        self.writer = writer
        self.done: list[CaptureRow] = []
        self.sync = Sync(url, folder / "token", writer, clock, lambda: jitter, self.done.append, lambda: None)

    async def record(self, some: list[Packet], capture: str = CAPTURE, is_closed: bool = True) -> None:
        await self.writer.do(lambda journal: journal.begin(capture, "runner-1", "2026-05-28T20:26:40.000Z"))
        await self.writer.do(lambda journal: journal.add(capture, some))
        if is_closed:
            await self.close(len(some), capture)

    async def close(self, number: int, capture: str = CAPTURE) -> None:
        await self.writer.do(lambda journal: journal.end(capture, "2026-05-28T21:00:00.000Z", number, 0))

    async def row(self, capture: str = CAPTURE) -> CaptureRow:
        return await self.writer.do(lambda journal: journal.capture(capture))

    async def until(
        self, is_so: Callable[[CaptureRow], bool], capture: str = CAPTURE, seconds: float = PATIENCE_S
    ) -> CaptureRow:
        async with asyncio.timeout(seconds):
            while not is_so(row := await self.row(capture)):
                await asyncio.sleep(0.01)
        return row

    async def completed(self, *captures: str) -> list[str]:
        """Wait until these are said to be complete; return every capture that was, in order."""
        async with asyncio.timeout(PATIENCE_S):
            while not set(captures) <= {done.id for done in self.done}:
                await asyncio.sleep(0.01)
        return [done.id for done in self.done]


@asynccontextmanager
async def desk(folder: Path, url: str, clock: StillClock | None = None, jitter: float = 0.01) -> AsyncIterator[Desk]:
    if not (folder / "token").exists():
        token_file(folder)
    told = Told(on_commit=lambda *_: None, on_trouble=lambda _: None, on_failure=lambda _: None)
    writer = Writer(Journal.open(folder / "data"), folder / "data", told)
    desk = Desk(folder, writer, url, clock or StillClock(), jitter)
    running = asyncio.create_task(desk.sync.run())
    try:
        yield desk
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await writer.close()


def is_complete(row: CaptureRow) -> bool:
    return row.state == "complete"


async def test_a_closed_capture_arrives_byte_for_byte(tmp_path: Path) -> None:
    run = [*packets(700), packet(700, b""), packet(701, bytes(range(256)))]
    async with ChunkServer() as server, desk(tmp_path, server.url) as here:
        await here.record(run)
        here.sync.wake()
        row = await here.until(is_complete)
        held = server.captures[CAPTURE]
        assert held.body == b"".join(p.to_line() for p in run)
        assert (row.received, row.journaled, row.uploaded) == (702, 702, 702)
        assert held.effects == 1
        assert await here.completed(CAPTURE) == [CAPTURE]
        assert server.protocols == {"1"}


async def test_sealed_chunks_are_handed_over_while_the_session_is_still_open(tmp_path: Path) -> None:
    async with ChunkServer() as server, desk(tmp_path, server.url) as here:
        await here.record(packets(1000), is_closed=False)
        here.sync.wake()
        row = await here.until(lambda row: row.uploaded > 0)
        assert row.state == "open"
        assert server.captures[CAPTURE].words is None
        assert server.heartbeats[-1]["held"]["runner-1"] > 0
        await here.close(1000)
        here.sync.wake()
        await here.until(is_complete)
        assert server.captures[CAPTURE].packets == 1000


async def test_the_server_hears_that_nothing_is_held_any_more_before_anybody_says_complete(tmp_path: Path) -> None:
    async with ChunkServer() as server, desk(tmp_path, server.url) as here:
        heard: list[dict] = []
        here.sync._on_complete = lambda _row: heard.append(server.heartbeats[-1]["held"])
        await here.record(packets(10))
        here.sync.wake()
        async with asyncio.timeout(PATIENCE_S):
            while not heard:
                await asyncio.sleep(0.01)
        assert heard == [{"runner-1": 0}]


async def wait_until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not is_so():
            await asyncio.sleep(0.01)


async def test_the_heartbeat_names_a_run_from_its_beginning_to_its_end(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(sync_module, "LOOK_EVERY_S", 3600.0)
    async with ChunkServer() as server, desk(tmp_path, server.url) as here:
        await wait_until(lambda: bool(server.heartbeats) and server.heartbeats[-1]["active_captures"] == [])
        await here.record(packets(10), is_closed=False)
        here.sync.wake()
        await wait_until(lambda: bool(server.heartbeats[-1]["active_captures"]))
        last = server.heartbeats[-1]
        assert [named["capture"] for named in last["active_captures"]] == [CAPTURE]
        assert last["active_captures"][0]["packets_held"] == last["held"]["runner-1"] == 10
        assert last["wall_ns"] == START_NS
        await here.writer.do(lambda journal: journal.interrupt(CAPTURE, "", 10, 0))
        here.sync.wake()
        await wait_until(lambda: server.heartbeats[-1]["active_captures"] == [])
        assert server.heartbeats[-1]["held"] == {"runner-1": 10}, "it is told at once, though nothing was uploaded"


async def test_a_boot_is_dated_as_soon_as_a_server_tells_the_time_and_not_only_at_the_end(tmp_path: Path) -> None:
    """A power cut in mid-run must not leave half of it in 1970."""
    clock = StillClock()
    async with ChunkServer() as server, desk(tmp_path, server.url, clock) as here:
        await here.record(packets(10), is_closed=False)
        here.sync.wake()
        async with asyncio.timeout(PATIENCE_S):
            while not (boots := await here.writer.do(lambda journal: journal.boots(CAPTURE)))[0]["trusted"]:
                await asyncio.sleep(0.01)
        assert (await here.row()).state == "open" and boots[0]["boot"] == clock.boot


@pytest.mark.timeout(90 * SOAK)
async def test_a_hundred_cut_connections_change_nothing_but_the_time(tmp_path: Path, monkeypatch) -> None:
    """Ten thousand of them in `make soak`."""
    monkeypatch.setattr(sync_module, "FIRST_PAUSE_S", 0.01)
    monkeypatch.setattr(sync_module, "LONGEST_PAUSE_S", 0.02)
    cuts = seed = 0
    while cuts < 100 * SOAK:
        seed += 1
        (tmp_path / str(seed)).mkdir()
        cuts += await _three_runs_by_a_bad_line(tmp_path / str(seed), seed)


async def _three_runs_by_a_bad_line(folder: Path, seed: int) -> int:
    """Three runs of 900 packets by a line that breaks ever again; returns how often it did."""
    sent = b"".join(packet.to_line() for packet in packets(900))
    async with (
        ChunkServer() as server,
        CuttingProxy(server.port, seed) as proxy,
        desk(folder, proxy.url, jitter=1.0) as here,
    ):
        names = [f"01a00000-0000-7000-8000-00000000000{number}" for number in range(3)]
        for name in names:
            await here.record(packets(900), name)
        here.sync.wake()
        for name in names:
            row = await here.until(is_complete, name)
            assert (row.journaled, row.uploaded) == (900, 900), f"seed {seed}"
            assert server.captures[name].body == sent, f"seed {seed}"
            assert server.captures[name].effects == 1, f"seed {seed}"
        assert sorted(await here.completed(*names)) == names, f"seed {seed}"
        assert proxy.cuts >= 5
        return proxy.cuts


async def test_nothing_is_marked_as_uploaded_before_the_server_said_so(tmp_path: Path) -> None:
    async with ChunkServer() as server, desk(tmp_path, server.url) as here:
        server.answers["PUT", "/chunks/0"] = [500] * 1000
        await here.record(packets(20))
        here.sync.wake()
        async with asyncio.timeout(PATIENCE_S):
            while not here.sync.trouble:
                await asyncio.sleep(0.01)
        row = await here.row()
        assert (row.state, row.uploaded) == ("closed", 0)
        assert server.captures[CAPTURE].chunks == {}


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 302])
async def test_a_server_in_trouble_is_tried_again(tmp_path: Path, status: int, monkeypatch) -> None:
    monkeypatch.setattr(sync_module, "FIRST_PAUSE_S", 0.01)
    async with ChunkServer() as server, desk(tmp_path, server.url) as here:
        server.answers["PUT", CAPTURE] = [status]
        server.answers["PUT", "/chunks/0"] = [status]
        server.answers["POST", "/complete"] = [status]
        await here.record(packets(20))
        here.sync.wake()
        await here.until(is_complete)


@pytest.mark.parametrize("status", [400, 404, 409, 413, 422, 426])
@pytest.mark.parametrize("where", [("PUT", CAPTURE), ("PUT", "/chunks/0"), ("POST", "/complete")])
async def test_what_the_server_refuses_is_set_aside_with_its_reason_and_the_next_goes_on(
    tmp_path: Path, status: int, where: tuple[str, str]
) -> None:
    async with ChunkServer() as server, desk(tmp_path, server.url) as here:
        server.answers[where] = [status]
        await here.record(packets(20))
        await here.record(packets(20), "other")
        here.sync.wake()
        row = await here.until(lambda row: row.state == "parked")
        assert str(status) in row.why and "as the test asked" in row.why
        await here.until(is_complete, "other")
        assert (await here.row()).journaled == 20


async def test_other_content_under_the_same_number_is_not_overwritten_and_set_aside(tmp_path: Path) -> None:
    async with ChunkServer() as server, desk(tmp_path, server.url) as here:
        server.captures[CAPTURE] = Held("runner-1", "2026-05-28T20:26:40.000Z", {0: b"something else\n"})
        await here.record(packets(20))
        here.sync.wake()
        row = await here.until(lambda row: row.state == "parked")
        assert "409" in row.why
        assert row.journaled == 20
        assert server.captures[CAPTURE].chunks[0] == b"something else\n"


async def test_trouble_that_nobody_expected_is_shown_and_the_upload_goes_on(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(sync_module, "FIRST_PAUSE_S", 0.01)
    real, tries = sync_module.Server.begin, []

    async def stumble(self: object, capture: CaptureRow) -> None:
        tries.append(capture.id)
        if len(tries) == 1:
            raise ZeroDivisionError("nobody expected this")
        await real(self, capture)

    monkeypatch.setattr(sync_module.Server, "begin", stumble)
    async with ChunkServer() as server, desk(tmp_path, server.url) as here:
        await here.record(packets(20))
        here.sync.wake()
        await here.until(is_complete)
    assert tries == [CAPTURE, CAPTURE]


async def test_a_deleted_capture_is_forgotten_here_too(tmp_path: Path) -> None:
    async with ChunkServer() as server, desk(tmp_path, server.url) as here:
        server.deleted.add(CAPTURE)
        await here.record(packets(20))
        here.sync.wake()
        row = await here.until(lambda row: row.state == "forgotten")
        assert row.journaled == 0


@pytest.mark.parametrize("status", [401, 403, 404, 409, 413, 422])
async def test_what_the_server_refused_is_offered_again_after_an_hour(tmp_path: Path, monkeypatch, status: int) -> None:
    monkeypatch.setattr(sync_module, "LOOK_EVERY_S", 0.02)
    async with ChunkServer() as server, desk(tmp_path, server.url) as here:
        server.answers["PUT", CAPTURE] = [status]
        await here.record(packets(20))
        here.sync.wake()
        await here.until(lambda row: row.state == "parked")
        await asyncio.sleep(0.2)
        assert server.requests["PUT /api/v1/captures/{id}"] == 1, "not before an hour has passed"
        monkeypatch.setattr(sync_module, "REFUSED_PAUSE_S", 0.1)
        await here.until(is_complete)


@pytest.mark.parametrize("status", [401, 403, 404, 409, 413, 422])
async def test_a_refusal_by_a_proxy_is_a_passing_fault(tmp_path: Path, monkeypatch, status: int) -> None:
    """A captive portal or a proxy answers with a page of its own: nothing is set aside, and the upload goes on."""
    monkeypatch.setattr(sync_module, "FIRST_PAUSE_S", 0.01)
    async with ChunkServer() as server, desk(tmp_path, server.url) as here:
        server.pages = [status] * 3
        await here.record(packets(20))
        here.sync.wake()
        row = await here.until(is_complete)
        assert row.why == "" or row.why is None


async def test_a_deleted_capture_is_only_forgotten_if_this_server_says_so(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(sync_module, "FIRST_PAUSE_S", 0.01)
    async with ChunkServer() as server, desk(tmp_path, server.url) as here:
        server.pages = [410] * 3
        await here.record(packets(20))
        here.sync.wake()
        await here.until(is_complete)
        assert server.captures[CAPTURE].packets == 20


async def test_a_refused_token_parks_everything_and_a_new_one_brings_it_back(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(sync_module, "LOOK_EVERY_S", 0.05)
    async with ChunkServer(token="the-new-token") as server, desk(tmp_path, server.url) as here:
        await here.record(packets(20))
        here.sync.wake()
        row = await here.until(lambda row: row.state == "parked")
        assert "token" in row.why
        assert "token" in here.sync.trouble
        before = server.requests.total()
        await asyncio.sleep(0.3)
        assert server.requests.total() == before  # a refused token is not tried again and again
        assert "token" in here.sync.trouble
        token_file(tmp_path, "the-new-token")
        await here.until(is_complete)


async def test_a_server_that_is_away_is_not_hurried(tmp_path: Path) -> None:
    async with desk(tmp_path, "http://127.0.0.1:9", jitter=1.0) as here:
        await here.record(packets(20))
        here.sync.wake()
        async with asyncio.timeout(PATIENCE_S):
            while "cannot be reached" not in here.sync.trouble:
                await asyncio.sleep(0.01)
        assert (await here.row()).state == "closed"


def test_pauses_grow_from_a_second_to_a_quarter_of_an_hour_with_full_jitter() -> None:
    assert [backoff_s(vain, 1.0) for vain in (1, 2, 3, 10, 10**6)] == [2, 4, 8, LONGEST_PAUSE_S, LONGEST_PAUSE_S]
    assert backoff_s(5, 0.0) == 0.0
    assert backoff_s(5, 0.5) == 16.0


async def test_an_answer_that_is_no_server_of_ours_acknowledges_nothing(tmp_path: Path) -> None:
    from aiohttp import web

    async def portal(_request: web.Request) -> web.Response:
        return web.Response(text="<html>Welcome to the hotel</html>", content_type="text/html")

    app = web.Application()
    app.router.add_route("*", "/{anything:.*}", portal)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with desk(tmp_path, f"http://127.0.0.1:{runner.addresses[0][1]}") as here:
        await here.record(packets(20))
        here.sync.wake()
        async with asyncio.timeout(PATIENCE_S):
            while "not a Stridegate server" not in here.sync.trouble:
                await asyncio.sleep(0.01)
        assert ((await here.row()).state, (await here.row()).uploaded) == ("closed", 0)
    await runner.cleanup()


async def test_a_damaged_row_is_never_sent_as_if_it_were_whole(tmp_path: Path) -> None:
    async with ChunkServer() as server, desk(tmp_path, server.url) as here:
        await here.record(packets(30), is_closed=False)
        await here.writer.do(lambda journal: journal.db.execute("UPDATE packets SET payload = x'00ff' WHERE n = 4"))
        await here.close(30)
        here.sync.wake()
        await here.until(is_complete)
        whole = packets(30)
        assert server.captures[CAPTURE].body == b"".join(p.to_line() for p in whole[:4] + whole[5:])
        assert server.captures[CAPTURE].words["dropped"] == 1


async def test_a_wrong_wall_clock_is_stated_by_the_servers_date(tmp_path: Path, monkeypatch) -> None:
    clock = StillClock()
    clock.wall = 0  # a machine without a clock of its own believes that it is 1970
    monkeypatch.setattr("gateway.upload.time.time_ns", lambda: 0)
    async with ChunkServer() as server, desk(tmp_path, server.url, clock) as here:
        await here.record(packets(5))
        here.sync.wake()
        await here.until(is_complete)
        (said,) = server.captures[CAPTURE].words["clock"]
        assert said["boot"] == "boot-a" and said["trusted"] is True
        import time

        true_offset = time.time() * SECOND_NS - clock.mono
        assert abs(said["offset_ns"] - true_offset) < 60 * SECOND_NS


@pytest.mark.parametrize(
    ("mode", "content", "sentence"),
    [
        (0o644, TOKEN, "others can read the token"),
        (0o640, TOKEN, "others can read the token"),
        (0o600, "", "there is no token"),
        (0o600, "two words", "there is no token"),
        (0o600, "tökén", "cannot be read"),
    ],
)
def test_a_token_is_read_from_a_file_that_its_owner_alone_can_read(tmp_path, mode, content, sentence) -> None:
    path = tmp_path / "token"
    path.write_text(content)
    path.chmod(mode)
    with pytest.raises(BadToken, match=sentence):
        read_token(path)


def test_a_token_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(BadToken, match="cannot be read"):
        read_token(tmp_path / "nowhere")
