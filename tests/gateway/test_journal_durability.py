"""Acknowledged means on disk: after a power cut, after a kill -9, and when the disk itself fails."""

from __future__ import annotations

import asyncio
import os
import pickle
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from gateway_kit import PATIENCE_S, packet, packets
from power_cut import Trace, count_after, crashed, library
from soaking import SOAK

from gateway.disk import NotRecording
from gateway.journal import Journal
from gateway.writer import CHECKPOINT_AFTER_S, COMMIT_EVERY_S, Told, Writer

ROOT = Path(__file__).parents[2]
HELPERS = ROOT / "tests/helpers"
CAPTURE = "capture"
ENVIRONMENT = {**os.environ, "PYTHONPATH": f"{ROOT}:{HELPERS}"}


class Ears:
    """What a writer tells."""

    def __init__(self) -> None:
        self.durable, self.troubles, self.failure = 0, [], None

    def told(self) -> Told:
        return Told(on_commit=self._commit, on_trouble=self.troubles.append, on_failure=self._fail)

    def _commit(self, some: dict[str, int], _sealed: int) -> None:
        self.durable += sum(some.values())

    def _fail(self, why: Exception) -> None:
        self.failure = why


async def test_the_writing_connection_syncs_fully_in_a_log_with_foreign_keys(tmp_path: Path) -> None:
    ears = Ears()
    writer = Writer(Journal.open(tmp_path), tmp_path, ears.told())

    def pragmas(journal: Journal) -> list[object]:
        names = ("synchronous", "journal_mode", "foreign_keys", "mmap_size")
        return [journal.db.execute(f"PRAGMA {name}").fetchone()[0] for name in names]

    assert await writer.do(pragmas) == [2, "wal", 1, 0]  # 2 is FULL
    await writer.close()


@pytest.fixture(scope="module")
def traced(tmp_path_factory: pytest.TempPathFactory) -> Trace:
    """Sixty packets written in a process of its own, with every write and sync beneath SQLite."""
    if library() is None:
        missing = "this Python has its SQLite built in, where no trace can reach it"
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)
    folder = tmp_path_factory.mktemp("traced")
    subprocess.run([sys.executable, str(HELPERS / "traced_journal.py"), str(folder), "60"], check=True, env=ENVIRONMENT)
    return Trace(steps=pickle.loads((folder / "trace").read_bytes()))


def test_every_commit_is_followed_by_a_sync_of_the_log(traced: Trace) -> None:
    synced = [step for step in traced.steps if step.kind == "sync" and step.name == "journal.db-wal"]
    assert len(synced) >= 12  # sixty packets, a commit for five


@pytest.mark.parametrize("survives", ["nothing", "all", "sectors"])
def test_no_power_cut_takes_an_acknowledged_packet(traced: Trace, tmp_path: Path, survives: str) -> None:
    chance = random.Random(survives)
    begun = next(i for i, step in enumerate(traced.steps) if step.acknowledged > 0)
    assert len(traced.steps) - begun > 30
    for at in range(begun, len(traced.steps)):
        acknowledged = traced.steps[at].acknowledged
        files = crashed(traced, at, chance, survives)
        there, word = count_after(tmp_path / str(at), files, "SELECT count(*) FROM packets")
        assert word == "ok"
        assert there >= acknowledged, f"cut before step {at}: {acknowledged} were acknowledged, {there} are there"


NURSERY = """
import asyncio, os, signal, sys
from pathlib import Path
from gateway_kit import packet
from gateway.journal import Journal
from gateway.writer import CHECKPOINT_AFTER_S, COMMIT_EVERY_S, Told, Writer

async def write(folder):
    acknowledged, durable = os.open(folder / "acknowledged", os.O_CREAT | os.O_WRONLY | os.O_APPEND), 0
    def on_commit(packets, sealed):
        nonlocal durable
        durable += sum(packets.values())
        os.write(acknowledged, b"%d\\n" % durable)
    writer = Writer(Journal.open(folder), folder, Told(on_commit=on_commit, on_trouble=print, on_failure=print))
    await writer.do(lambda journal: journal.begin("capture", "runner-1", "2026-05-28T20:26:40.000Z"))
    for second in range(10**9):
        await writer.keep("capture", packet(second))
        if second % 8 == 7:
            await asyncio.sleep(0.001)

signal.signal(signal.SIGCHLD, signal.SIG_IGN)
for line in sys.stdin:
    child = os.fork()
    if child == 0:
        asyncio.run(write(Path(line.strip())))
    print(child, flush=True)
"""


def test_no_kill_takes_an_acknowledged_packet_and_the_session_goes_on(tmp_path: Path) -> None:
    chance = random.Random(9)
    with subprocess.Popen(
        [sys.executable, "-c", NURSERY], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=ENVIRONMENT, text=True
    ) as nursery:
        for kill in range(20 * SOAK):
            folder = tmp_path / str(kill)
            folder.mkdir()
            acknowledged = _killed(nursery, folder, chance.uniform(0.0, 0.1))
            _check_what_is_left(folder, acknowledged)
        nursery.kill()


def _killed(nursery: subprocess.Popen[str], folder: Path, after_s: float) -> int:
    """Have a child write there, kill it so long after its first word; return how much it had acknowledged."""
    assert nursery.stdin is not None and nursery.stdout is not None
    nursery.stdin.write(f"{folder}\n")
    nursery.stdin.flush()
    child = int(nursery.stdout.readline())
    said = folder / "acknowledged"
    while not said.exists() or not said.stat().st_size:
        time.sleep(0.002)
    time.sleep(after_s)
    os.kill(child, signal.SIGKILL)
    while Path(f"/proc/{child}").exists():
        time.sleep(0.001)
    return int(said.read_text().rpartition("\n")[0].split("\n")[-1])


def _check_what_is_left(folder: Path, acknowledged: int) -> None:
    journal = Journal.open(folder)
    with journal.transaction():
        (found,) = journal.recover()
    assert found.journaled >= acknowledged > 0
    there = list(journal.packets(CAPTURE))
    assert there == [packet(second) for second in range(len(there))]
    with journal.transaction():
        journal.resume(CAPTURE)
        journal.add(CAPTURE, [packet(len(there))])
        journal.end(CAPTURE, "2026-05-28T21:00:00.000Z", 1, 0)
    for chunk in journal.chunks(CAPTURE):
        journal.chunk_bytes(CAPTURE, chunk)
    assert journal.capture(CAPTURE).received == len(there) + 1
    journal.close()


async def test_packets_wait_at_most_a_second_for_their_commit(tmp_path: Path) -> None:
    ears, waits = Ears(), []
    writer = Writer(Journal.open(tmp_path), tmp_path, ears.told())
    waited = writer._next
    writer._next = lambda seconds: waits.append(seconds) or waited(seconds)
    await writer.do(lambda journal: journal.begin(CAPTURE, "runner-1", "2026-05-28T20:26:40.000Z"))
    for some in packets(3):
        await writer.keep(CAPTURE, some)
    async with asyncio.timeout(PATIENCE_S):
        while ears.durable < 3:  # nobody says another word
            await asyncio.sleep(0.01)
    await writer.close()
    with_packets = [seconds for seconds in waits if seconds != CHECKPOINT_AFTER_S]
    assert with_packets and max(with_packets) <= COMMIT_EVERY_S <= 1


async def test_closing_writes_what_was_handed_over(tmp_path: Path) -> None:
    writer = Writer(Journal.open(tmp_path), tmp_path, Ears().told())
    await writer.do(lambda journal: journal.begin(CAPTURE, "runner-1", "2026-05-28T20:26:40.000Z"))
    for some in packets(130):
        await writer.keep(CAPTURE, some)
    await writer.close()
    journal = Journal.open(tmp_path)
    assert list(journal.packets(CAPTURE)) == packets(130)
    journal.close()


async def test_a_failing_disk_is_shouted_and_nothing_is_acknowledged_afterwards(tmp_path: Path) -> None:
    ears = Ears()
    writer = Writer(Journal.open(tmp_path), tmp_path, ears.told())
    await writer.do(lambda journal: journal.begin(CAPTURE, "runner-1", "2026-05-28T20:26:40.000Z"))
    # A trigger that fails every write stands for a disk that does.
    await writer.do(
        lambda journal: journal.db.execute(
            "CREATE TRIGGER broken BEFORE INSERT ON packets BEGIN SELECT RAISE(ABORT, 'disk I/O error'); END"
        )
    )
    await writer.keep(CAPTURE, packet(0))
    async with asyncio.timeout(PATIENCE_S):
        with pytest.raises(NotRecording, match="NOT RECORDING"):
            await writer.do(lambda journal: journal.captures())
    assert isinstance(ears.failure, sqlite3.Error)
    assert ears.durable == 0
    with pytest.raises(NotRecording, match="disk I/O error"):
        await writer.keep(CAPTURE, packet(1))


async def test_a_full_disk_is_shouted_and_nothing_is_lost_when_there_is_room_again(tmp_path: Path) -> None:
    ears = Ears()
    writer = Writer(Journal.open(tmp_path), tmp_path, ears.told())
    await writer.do(lambda journal: journal.begin(CAPTURE, "runner-1", "2026-05-28T20:26:40.000Z"))
    (tmp_path / "ballast").write_bytes(bytes(4096))
    size = await writer.do(lambda journal: journal.db.execute("PRAGMA page_count").fetchone()[0])
    await writer.do(lambda journal: journal.db.execute(f"PRAGMA max_page_count = {size + 2}"))
    for some in packets(300):
        await writer.keep(CAPTURE, some)
    async with asyncio.timeout(PATIENCE_S):
        while not ears.troubles:
            await asyncio.sleep(0.01)
    assert "the disk is full" in ears.troubles[0]
    assert not (tmp_path / "ballast").exists()
    assert ears.failure is None
    writer._journal.db.execute("PRAGMA max_page_count = 1000000")  # somebody has made room
    captures = await writer.do(lambda journal: journal.captures())
    assert captures[0].journaled == 300
    assert ears.troubles[-1] == ""
    await writer.close()
