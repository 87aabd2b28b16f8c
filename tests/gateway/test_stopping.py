"""Whoever stops a gateway loses nothing, and never waits long."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest
from gateway_kit import Rehearsal, StillClock, foot_pod, jog, names, packet, settings, treadmill

from gateway import app, link, scanner
from gateway.inlet import Inlet
from gateway.journal import Journal
from gateway.keeper import Keeper
from gateway.recorder import Recorder
from gateway.recorders import Recorders
from gateway.virtual.client import VirtualClient
from gateway.writer import Told, Writer

RUNNER = "runner-1"


@pytest.mark.parametrize("moment", ["do", "keep"])
async def test_a_stop_between_two_words_about_one_packet_loses_none_of_them(tmp_path: Path, moment: str) -> None:
    """The session is just being begun in the journal, or its first packet waits for a slow disk."""
    told = Told(on_commit=lambda *_: None, on_trouble=lambda _: None, on_failure=lambda _: None)
    writer, inlet = Writer(Journal.open(tmp_path), tmp_path, told), Inlet(whose=lambda _: RUNNER)
    recorders = Recorders(lambda runner: Recorder(runner, names()))
    keeper = Keeper(
        recorders,
        inlet,
        writer,
        StillClock(),
        lambda _: None,
        lambda _: (),
        lambda: frozenset({RUNNER}),
        lambda _: None,
    )
    real = getattr(writer, moment)

    async def stopped_within(*words: object) -> object:
        setattr(writer, moment, real)
        if moment == "keep":
            running.cancel()
            await asyncio.sleep(0)
        answer = asyncio.ensure_future(real(*words))
        await asyncio.sleep(0)
        running.cancel()
        return await answer

    setattr(writer, moment, stopped_within)
    came = [packet(second, treadmill(0), "2ACD") for second in range(5)] + [packet(5, foot_pod(3.0))]
    for one in came:
        inlet.hear(one)
    running = asyncio.create_task(keeper.run())
    with pytest.raises(asyncio.CancelledError):
        await running
    await keeper.leave()
    (row,) = await writer.do(Journal.captures)
    assert (row.state, row.received, row.journaled, row.dropped) == ("interrupted", 6, 6, 0)
    assert await writer.do(lambda journal: list(journal.packets(row.id))) == came
    await writer.close()


async def test_a_gateway_whose_radio_and_disk_both_hang_ends_in_the_time_it_was_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert scanner.RELEASE_TIMEOUT_S + app.STOPPING_TIMEOUT_S < 10
    monkeypatch.setattr(link, "RELEASE_TIMEOUT_S", 0.1)
    monkeypatch.setattr(scanner, "RELEASE_TIMEOUT_S", 0.1)
    monkeypatch.setattr(app, "STOPPING_TIMEOUT_S", 0.1)
    disk = threading.Event()
    goodbye = VirtualClient.disconnect

    async def never(_: VirtualClient) -> None:
        await asyncio.Event().wait()

    async def hang(show: Rehearsal) -> None:
        await show.until(lambda: bool(show.of("begun")))
        monkeypatch.setattr(VirtualClient, "disconnect", never)
        waiting = asyncio.ensure_future(show.gateway.writer.do(lambda _: disk.wait()))
        await asyncio.sleep(0)
        show.gateway.stop()
        waiting.add_done_callback(lambda done: done.cancelled() or done.exception())

    try:
        assert await Rehearsal(settings(tmp_path), jog(600), rate=20).play(hang) == 1
    finally:
        disk.set()
        monkeypatch.setattr(VirtualClient, "disconnect", goodbye)
