"""The live view shows what the sensors say now, and never costs the recording or the upload anything."""

from __future__ import annotations

import asyncio
import struct
from pathlib import Path

import pytest
from chunk_server import ChunkServer
from gateway_kit import MILL, PATIENCE_S, POD, STRAP, Rehearsal, foot_pod, jog, packet, settings, token_file

from gateway import live
from gateway.glance import glance
from gateway.live import Live
from sensors.devices import SensorInfo

SENSORS = {address: SensorInfo(address=address) for address in (POD, MILL, STRAP)}
NOTHING = {"speed_mps": None, "cadence_per_min": None, "grade": None, "heart_rate_bpm": None}
RUNNING = NOTHING | {"speed_mps": 3.0}


def belt(speed_mps: float, incline_percent: float) -> bytes:
    """Treadmill Data with speed (1/100 km/h), incline and ramp angle (1/10)."""
    return struct.pack("<HHhh", 0x0008, round(speed_mps * 360), round(incline_percent * 10), 0)


def heart(bpm: int) -> bytes:
    return bytes([0, bpm])


@pytest.mark.parametrize(
    ("packets", "said"),
    [
        ([], {}),
        ([packet(0, foot_pod(3.0))], {"speed_mps": 3.0, "cadence_per_min": 170}),
        ([packet(0, heart(0), "2A37", STRAP)], {}),  # no pulse yet is not a pulse of nought
        ([packet(0, b"", "2A53")], {}),
        (
            [packet(0, foot_pod(3.2)), packet(0, belt(3.0, 4.0), "2ACD", MILL), packet(0, heart(140), "2A37", STRAP)],
            {"speed_mps": 3.0, "cadence_per_min": 170, "grade": 0.04, "heart_rate_bpm": 140},
        ),
        (
            [packet(0, foot_pod(3.2)), packet(0, belt(3.0, 90.0), "2ACD", MILL)],
            {"speed_mps": 3.0, "cadence_per_min": 170},
        ),
        ([packet(0, foot_pod(3.2), sensor="C0:00:00:00:00:99")], {}),  # one that has fallen silent
    ],
)
def test_each_value_comes_from_the_sensor_that_is_believed_for_it(packets, said) -> None:
    assert glance(packets, SENSORS) == pytest.approx(NOTHING | said)


def test_a_belt_that_is_known_to_lie_is_not_believed() -> None:
    sensors = SENSORS | {MILL: SensorInfo(address=MILL, name="Bowflex T9")}
    said = glance([packet(0, foot_pod(3.2)), packet(0, belt(3.0, 4.0), "2ACD", MILL)], sensors)
    assert (said["speed_mps"], said["grade"]) == pytest.approx((3.2, 0.04), abs=0.01)


async def showing(server: ChunkServer, tmp_path: Path) -> tuple[Live, asyncio.Task[None]]:
    view = Live(server.url, token_file(tmp_path))
    return view, asyncio.create_task(view.run())


async def until(is_so, seconds: float = PATIENCE_S) -> None:
    async with asyncio.timeout(seconds):
        while not is_so():
            await asyncio.sleep(0.005)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "EVERY_S", 0.05)


async def test_the_latest_word_goes_and_older_ones_are_dropped(tmp_path: Path) -> None:
    async with ChunkServer() as server:
        server.live = "taken"
        view, running = await showing(server, tmp_path)
        for second in range(100):
            view.say("r 1", "capture", "2026-05-28T20:26:40.000Z", float(second), RUNNING)
        await until(lambda: len(server.seen) == 1)
        view.say("r 1", "capture", "2026-05-28T20:28:20.000Z", 100.0, NOTHING)
        await until(lambda: len(server.seen) == 2)
        running.cancel()
    (who, first), (_, last) = server.seen
    assert who == "r 1" and first == {
        "capture": "capture",
        "at": "2026-05-28T20:26:40.000Z",
        "elapsed_s": 99.0,
        "running_s": 99.0,
        **RUNNING,
    }
    assert (last["elapsed_s"], last["running_s"], last["speed_mps"]) == (100.0, 99.0, None)


async def test_running_time_counts_steps_and_no_gaps(tmp_path: Path) -> None:
    view = Live("http://127.0.0.1:9", token_file(tmp_path))
    walks = NOTHING | {"speed_mps": 0.4}
    for elapsed_s, values in [
        (0, RUNNING),
        (10, RUNNING),
        (20, walks),
        (9000, RUNNING),
        (8000, RUNNING),
        (8001, RUNNING),
    ]:
        view.say("r-1", "capture", "", elapsed_s, values)
    assert view._words["r-1"]["running_s"] == 11.0
    view.say("r-1", "the next", "", 5.0, RUNNING)
    assert view._words["r-1"]["running_s"] == 0.0


async def test_a_server_that_does_not_know_it_is_asked_again_only_after_minutes(tmp_path: Path, monkeypatch) -> None:
    pauses: list[float] = []
    sleep = asyncio.sleep

    async def hurry(seconds: float) -> None:
        pauses.append(seconds)
        await sleep(0)

    async with ChunkServer() as server:
        view = Live(server.url, token_file(tmp_path))
        monkeypatch.setattr(live.asyncio, "sleep", hurry)
        running = asyncio.create_task(view.run())
        for tries in (1, 2):
            view.say("r-1", "capture", "", 1.0, RUNNING)
            while len(pauses) < tries:
                await sleep(0.005)
        running.cancel()
        monkeypatch.undo()
    assert pauses == [live.UNKNOWN_PAUSE_S] * 2 and live.UNKNOWN_PAUSE_S >= 180


async def test_a_token_that_is_gone_or_a_server_that_is_away_ends_nothing(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(live, "UNKNOWN_PAUSE_S", 0.02)
    monkeypatch.setattr(live, "LONGEST_PAUSE_S", 0.02)
    async with ChunkServer() as server:
        server.live = "taken"
        view, running = await showing(server, tmp_path)
        (tmp_path / "token").unlink()
        view.say("r-1", "capture", "", 1.0, RUNNING)
        await asyncio.sleep(0.1)
        token_file(tmp_path)
        server.answers["POST", "/live"] = [503, 401, 500]
        while not server.seen:
            view.say("r-1", "capture", "", 1.0, RUNNING)
            await asyncio.sleep(0.02)
        assert not running.done()
        running.cancel()


async def test_a_run_is_seen_while_it_goes_on(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("gateway.app.TELL_EVERY_S", 0.05)
    monkeypatch.setattr("gateway.finder.FRESH_S", PATIENCE_S)
    monkeypatch.setattr(live, "TIMEOUT_S", PATIENCE_S)

    async def look_on(show: Rehearsal) -> None:
        await show.until(lambda: len(server.seen) >= 5 and (server.seen[-1][1]["speed_mps"] or 0) > 2)
        await show.until(lambda: 10 < server.seen[-1][1]["running_s"] <= server.seen[-1][1]["elapsed_s"])
        await show.until(lambda: server.seen[-1][1]["heart_rate_bpm"] and server.seen[-1][1]["cadence_per_min"])
        show.gateway.stop()

    async with ChunkServer() as server:
        server.live = "taken"
        words = settings(tmp_path, server=server.url, token_file=token_file(tmp_path))
        assert await Rehearsal(words, jog(600), rate=20).play(look_on) == 0
    assert {who for who, _ in server.seen} == {"runner-1"}


async def test_a_sensor_that_has_fallen_silent_is_shown_no_longer(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("gateway.app.TELL_EVERY_S", 0.05)
    monkeypatch.setattr("gateway.finder.FRESH_S", 1.0)
    monkeypatch.setattr(live, "TIMEOUT_S", PATIENCE_S)

    async def hush(show: Rehearsal) -> None:
        await show.until(lambda: any(said["speed_mps"] for _, said in server.seen))
        show.stage.footpod.silent = show.stage.treadmill.silent = True
        await show.until(lambda: server.seen[-1][1]["speed_mps"] is None and server.seen[-1][1]["heart_rate_bpm"])
        show.gateway.stop()

    async with ChunkServer() as server:
        server.live = "taken"
        # The session stays open and the links up, however long a busy machine takes to notice the silence.
        more = {"stillness_s": 900, "silence_s": 900}
        words = settings(tmp_path, server=server.url, token_file=token_file(tmp_path), **more)
        assert await Rehearsal(words, jog(1800), rate=20).play(hush) == 0


async def test_a_hanging_live_view_delays_neither_journal_nor_upload(tmp_path: Path, monkeypatch) -> None:
    """The whole run is kept, brought and completed before the first live request has even been given up."""
    monkeypatch.setattr("gateway.app.TELL_EVERY_S", 0.05)
    monkeypatch.setattr(live, "TIMEOUT_S", 10 * PATIENCE_S)
    monkeypatch.setattr("gateway.upload.REQUEST_TIMEOUT_S", 10 * PATIENCE_S)
    async with ChunkServer() as server:
        server.live = "hanging"
        show = Rehearsal(settings(tmp_path, server=server.url, token_file=token_file(tmp_path)), jog(60), rate=50)
        assert await show.play() == 0
        assert len(server.seen) == 1
        (complete,) = show.of("complete")
        assert len(set(complete["packets"].values())) == 1 and complete["packets"]["uploaded"] > 150
        (held,) = server.captures.values()
        assert held.packets == complete["packets"]["received"]
    assert "upload" not in {event["where"] for event in show.of("trouble")}
