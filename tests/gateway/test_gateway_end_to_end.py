"""From a simulated foot to an acknowledged byte: every packet arrives, whatever happens on the way."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from chunk_server import ChunkServer
from gateway_kit import PATIENCE_S, Rehearsal, jog, remembered, settings, token_file

from gateway.disk import open_to_read
from gateway.ledger import Ledger
from gateway.recorder import MOVING_MPS
from gateway.virtual.runs import STILL_S, Segment, perform
from sensors.packet import Packet

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.timeout(3 * PATIENCE_S)


def received(server: ChunkServer) -> list[Packet]:
    return [Packet.from_line(line) for held in server.captures.values() for line in held.body.splitlines()]


async def test_a_minutes_run_arrives_whole_with_three_counts_that_agree(tmp_path: Path) -> None:
    plan = jog(60)  # whose runner stands for less than the pre-roll before the first step
    async with ChunkServer() as server:
        show = Rehearsal(settings(tmp_path, server=server.url, token_file=token_file(tmp_path)), plan, rate=200)
        said = {pod.address: remembered(pod) for pod in show.stage.pods}
        last_step = max(moment.elapsed_s for moment in perform(plan, show.stage.body) if moment.speed_mps > MOVING_MPS)
        assert await show.play() == 0
        (complete,) = show.of("complete")
        counts = complete["packets"]
        assert counts["received"] == counts["journaled"] == counts["uploaded"] == len(received(server))
        for address, words in said.items():
            came = [packet.payload for packet in received(server) if packet.sensor == address]
            heard = words[: len(came)]
            assert came == [payload for _, payload in heard], f"{address}: from its first word on, without a gap"
            assert last_step <= heard[-1][0] <= last_step + STILL_S
        (held,) = server.captures.values()
        assert held.runner == "runner-1"
        assert held.words["dropped"] == 0
        assert {sensor["model"] for sensor in held.words["sensors"]} == {
            "Foot pod S1",
            "Treadmill S1",
            "Heart strap S1",
        }


async def test_no_second_of_a_fast_simulation_is_lost_or_out_of_order(tmp_path: Path) -> None:
    async with ChunkServer() as server:
        show = Rehearsal(settings(tmp_path, server=server.url, token_file=token_file(tmp_path)), jog(120), rate=300)
        await show.play()
        belt = [p for p in received(server) if p.characteristic == "2ACD"]
        elapsed = [int.from_bytes(p.payload[-2:], "little") for p in belt]
        assert elapsed == list(range(elapsed[0], elapsed[0] + len(belt)))
        moments = [p.wall_ns for p in belt]
        assert moments == sorted(moments)
        gaps = [(b - a) / 1e9 for a, b in pairwise(moments)]
        assert max(gaps) < 1.5


async def test_a_run_ends_at_the_present_and_no_packet_is_of_the_future(tmp_path: Path) -> None:
    async with ChunkServer() as server:
        show = Rehearsal(settings(tmp_path, server=server.url, token_file=token_file(tmp_path)), jog(60), rate=100)
        begun = show.clock._real.wall_ns()
        await show.play()
        latest = max(p.wall_ns for p in received(server))
        # It rests for 25 s before it ends, and ends no sooner than the curtain rose.
        assert begun - 30 * 10**9 < latest <= show.clock._real.wall_ns()


async def test_a_drop_in_mid_run_is_the_same_capture_with_a_gap(tmp_path: Path) -> None:
    async def drop(show: Rehearsal) -> None:
        footpod, clock = show.stage.footpod, show.clock
        await show.until(lambda: footpod.said > 20)
        back_ns = clock.wall_ns() + 5 * 10**9
        clock.hold(drop, back_ns)  # the run waits for a reconnect, however long that takes here
        footpod.silent = True
        await footpod.drop_link()
        await show.until(lambda: len(show.of("connected")) == 4 and clock.wall_ns() >= back_ns)
        footpod.silent = False
        clock.let_go(drop)

    async with ChunkServer() as server:
        show = Rehearsal(settings(tmp_path, server=server.url, token_file=token_file(tmp_path)), jog(80), rate=40)
        assert await show.play(drop) == 0
        assert len(server.captures) == 1
        (complete,) = show.of("complete")
        assert len(set(complete["packets"].values())) == 1
        assert show.of("lost")[0]["sensor"] == show.stage.footpod.address
        moments = [p.wall_ns for p in received(server) if p.characteristic == "2A53"]
        assert max(b - a for a, b in pairwise(moments)) > 2 * 10**9
        assert len({(p.sensor, p.mono_ns, p.payload) for p in received(server)}) == len(received(server))


async def test_odd_packets_are_kept_byte_for_byte(tmp_path: Path) -> None:
    odd = [b"", b"\xff", b"\x07\x80\x02\x5a\x08\xff", bytes(range(40))]

    async def speak_oddly(show: Rehearsal) -> None:
        await show.until(lambda: show.stage.footpod.said > 10)
        for payload in odd:
            assert await show.stage.strap.say(payload)

    async with ChunkServer() as server:
        show = Rehearsal(settings(tmp_path, server=server.url, token_file=token_file(tmp_path)), jog(60), rate=50)
        await show.play(speak_oddly)
        came = [p.payload for p in received(server) if p.characteristic == "2A37"]
        assert [payload for payload in came if payload in odd] == odd
        assert len(set(show.of("complete")[0]["packets"].values())) == 1


async def test_a_silent_pod_is_cut_and_found_again_while_the_run_goes_on(tmp_path: Path) -> None:
    async def hush(show: Rehearsal) -> None:
        strap, clock = show.stage.strap, show.clock
        await show.until(lambda: strap.said > 10)
        clock.hold(hush, clock.wall_ns() + 60 * 10**9)  # the run goes on for a minute, and waits for the watchdog
        strap.silent = True
        await show.until(lambda: any(event["sensor"] == strap.address for event in show.of("lost")))
        strap.silent = False
        clock.let_go(hush)

    async with ChunkServer() as server:
        words = settings(tmp_path, server=server.url, token_file=token_file(tmp_path), silence_s=1.0)
        show = Rehearsal(words, jog(90), rate=20)
        assert await show.play(hush) == 0
        strap = [event["trouble"] for event in show.of("lost") if event["sensor"] == show.stage.strap.address]
        assert strap[0] == "connected, but silent: the link was cut"
        assert len(server.captures) == 1
        assert len(set(show.of("complete")[0]["packets"].values())) == 1


async def test_two_runs_with_a_rest_between_are_two_captures(tmp_path: Path) -> None:
    async with ChunkServer() as server:
        words = settings(tmp_path, server=server.url, token_file=token_file(tmp_path), sessions=2)
        show = Rehearsal(words, jog(30) + jog(30), rate=100)
        assert await show.play() == 0
        assert len(show.of("complete")) == len(server.captures) == 2
        assert all(len(set(event["packets"].values())) == 1 for event in show.of("complete"))


async def test_a_short_stop_at_a_light_is_the_same_run(tmp_path: Path) -> None:
    light = (Segment(for_s=20, speed_mps=3.0), Segment(for_s=15, speed_mps=0.0))
    async with ChunkServer() as server:
        words = settings(tmp_path, server=server.url, token_file=token_file(tmp_path))
        show = Rehearsal(words, (*light, *jog(20)), rate=100)
        assert await show.play() == 0
        assert len(server.captures) == 1


async def test_a_server_that_comes_back_gets_everything(tmp_path: Path) -> None:
    server = ChunkServer()
    async with server:
        pass  # it has a port now, and is gone

    async def open_late(show: Rehearsal) -> None:
        await show.until(lambda: bool(show.of("closed")))
        assert any("cannot be reached" in event["what"] for event in show.of("trouble"))
        await server.__aenter__()

    words = settings(tmp_path, server=server.url, token_file=token_file(tmp_path))
    show = Rehearsal(words, jog(30), rate=100)
    assert await show.play(open_late) == 0
    assert len(set(show.of("complete")[0]["packets"].values())) == 1
    assert len(received(server)) == show.of("complete")[0]["packets"]["received"]
    await server.__aexit__()


async def test_without_a_server_runs_are_kept_here(tmp_path: Path) -> None:
    show = Rehearsal(settings(tmp_path), jog(30), rate=100)
    assert await show.play() == 0
    assert show.of("closed") and not show.of("complete")
    (row,) = Ledger(open_to_read(tmp_path / "data/journal.db")).captures()
    assert (row.state, row.uploaded) == ("closed", 0)
    assert row.received == row.journaled > 60


async def test_only_the_sensors_that_were_named_are_recorded(tmp_path: Path) -> None:
    async def look_twice_more(show: Rehearsal) -> None:
        await show.until(lambda: bool(show.of("connected")))
        for _ in range(2):
            sightings = await show.gateway._finder._scanner.sweep(PATIENCE_S, until=show.stage.strap.address)
            assert show.stage.strap.address in sightings
            show.gateway._finder._take(sightings, held=None)  # nobody new is taken, so nobody is held
        show.gateway.stop()

    show = Rehearsal(settings(tmp_path, sensors=("c0:11:22:33:44:02",)), jog(20), rate=100)
    assert await show.play(look_twice_more) == 0
    assert [event["sensor"] for event in show.of("found")] == [show.stage.treadmill.address]


async def test_a_stopped_gateway_continues_the_same_session_after_its_restart(tmp_path: Path) -> None:
    async def stop(show: Rehearsal) -> None:
        await show.until(lambda: show.stage.footpod.said > 15)
        show.gateway.stop()

    async with ChunkServer() as server:
        words = settings(tmp_path, server=server.url, token_file=token_file(tmp_path), stillness_s=300.0, sessions=1)
        first = Rehearsal(words, jog(60, rest_s=310), rate=50)
        assert await first.play(stop) == 0
        (row,) = Ledger(open_to_read(tmp_path / "data/journal.db")).captures()
        assert (row.state, row.why) == ("interrupted", "the gateway was stopped")
        assert row.received == row.journaled
        second = Rehearsal(words, jog(20, rest_s=310), rate=300)
        assert await second.play() == 0
        assert second.of("resumed")[0]["capture"] == row.id
        (complete,) = second.of("complete")
        assert complete["capture"] == row.id
        assert len(set(complete["packets"].values())) == 1
        assert len(server.captures) == 1
        assert len(received(server)) > row.journaled


def started(folder: Path, url: str, *more: str) -> subprocess.Popen[str]:
    words = ("--radio", "virtual", "--server", url, "--token-file", str(token_file(folder)), "--json")
    return subprocess.Popen(
        [sys.executable, "-m", "gateway", "run", *words, "--data", str(folder / "data"), "--runner", "runner-1", *more],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if not name.startswith("STRIDEGATE_")},
    )


async def read_until(child: subprocess.Popen[str], kind: str) -> list[dict[str, Any]]:
    assert child.stdout is not None
    events: list[dict[str, Any]] = []
    while not events or events[-1]["event"] != kind:
        line = await asyncio.to_thread(child.stdout.readline)
        assert line, f"it ended after {events[-3:]}: {child.stderr.read() if child.stderr else ''}"
        events.append(json.loads(line))
    return events


async def test_sigterm_flushes_and_ends(tmp_path: Path) -> None:
    async with ChunkServer() as server:
        with started(tmp_path, server.url, "--rate", "60", "--run-minutes", "30") as child:
            events = await read_until(child, "recording")
            while not events[-1]["packets"]["journaled"]:  # on a busy machine the first word comes before any packet
                events = await read_until(child, "recording")
            child.send_signal(signal.SIGTERM)
            code = await asyncio.to_thread(child.wait, PATIENCE_S)
            assert child.stderr is not None
            assert (code, child.stderr.read()) == (0, "")
    (row,) = Ledger(open_to_read(tmp_path / "data/journal.db")).captures()
    assert row.state == "interrupted"
    assert row.received == row.journaled >= events[-1]["packets"]["journaled"] > 0


async def test_after_a_kill_the_next_start_closes_and_delivers_what_was_on_disk(tmp_path: Path) -> None:
    async with ChunkServer() as server:
        with started(tmp_path, server.url, "--rate", "100", "--run-minutes", "30") as child:
            events = await read_until(child, "recording")
            child.kill()
        acknowledged, capture = events[-1]["packets"]["journaled"], events[-1]["capture"]
        with started(tmp_path, server.url, "--rate", "60", "--stillness", "0.2", "--sessions", "1") as child:
            events = await read_until(child, "complete")
            await asyncio.to_thread(child.wait, PATIENCE_S)
        assert events[-1]["capture"] == capture
        assert events[-1]["packets"]["uploaded"] == server.captures[capture].packets >= acknowledged > 0


async def test_the_demos_command_ends_with_the_complete_event(tmp_path: Path) -> None:
    async with ChunkServer() as server:
        with started(tmp_path, server.url, "--rate", "100", "--run-minutes", "1", "--sessions", "1") as child:
            out, err = await asyncio.to_thread(child.communicate, None, PATIENCE_S)
        events = [json.loads(line) for line in out.splitlines()]
        assert (child.returncode, err) == (0, "")
        last = events[-1]
        assert last["event"] == "complete"
        assert set(last) == {"event", "capture", "runner", "packets", "started_at", "ended_at"}
        assert last["packets"]["received"] == last["packets"]["journaled"] == last["packets"]["uploaded"] > 150
        kinds = [event["event"] for event in events]
        assert [kinds.count(kind) for kind in ("found", "connected", "begun", "closed", "complete")] == [3, 3, 1, 1, 1]
