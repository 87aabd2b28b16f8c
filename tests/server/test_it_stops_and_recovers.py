"""Told to stop, the server finishes what is under way; without its database it says when to come again, and goes on."""

import asyncio
import contextlib
import signal
import sqlite3
import sys
from datetime import timedelta

import aiohttp
import clinic_kit as kit
import pytest
from postgres import fresh_url, restartable
from sqlmodel import select

from server.app import open_desk
from server.keys import REVIEWER
from server.mistake import Mistake
from server.operation import service
from server.operation.claim import claim
from server.settings import Settings
from server.storage.tables.arrivals import ChunkRow, ReviewRequestRow

pytestmark = pytest.mark.thorough

BEGAN = kit.NOON - timedelta(hours=2)
CAPTURE = "/api/v1/captures/c-1"
BODY = kit.chunk(kit.packets(5, BEGAN))


async def begin(http):
    answer = await http.put(CAPTURE, json={"runner": "r-1", "started_at": BEGAN.isoformat()})
    assert answer.status in (200, 201)


async def put(http, seq):
    return await http.put(f"{CAPTURE}/chunks/{seq}", data=BODY, headers=kit.digest(BODY))


class Uploads:
    """Gateways that never rest; `acknowledged` are the chunks for which they were told that they are kept."""

    def __init__(self, http):
        self._http = http
        self._next = iter(range(4000))
        self.acknowledged: list[int] = []
        self.refused: list[tuple[int, str | None]] = []
        self.tasks = [asyncio.create_task(self._upload()) for _ in range(4)]

    async def _upload(self):
        for seq in self._next:
            try:
                answer = await put(self._http, seq)
            except (aiohttp.ClientError, OSError):
                await asyncio.sleep(0.05)
                continue
            if answer.status == 201:
                self.acknowledged.append(seq)
            else:
                self.refused.append((answer.status, answer.headers.get("Retry-After")))
                await asyncio.sleep(0.05)

    async def until(self, condition):
        while not condition():
            assert any(not task.done() for task in self.tasks), [task.exception() for task in self.tasks]
            await asyncio.sleep(0.02)

    async def end(self):
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)


async def from_this_machine(clinic, path):
    async with aiohttp.ClientSession(clinic.address) as http:
        answer = await http.get(path)
        await answer.read()
        return answer


def kept(desk):
    with desk.database.read() as db:
        return set(db.exec(select(ChunkRow.seq)).all())


async def test_a_database_that_is_stopped_under_load_loses_nothing_and_is_found_again():
    with restartable() as cluster:
        async with kit.clinic(fresh_url(cluster.socket)) as clinic, clinic.gateway() as http:
            await begin(http)
            uploads = Uploads(http)
            await uploads.until(lambda: len(uploads.acknowledged) >= 20)
            cluster.stop()
            await uploads.until(lambda: len(uploads.refused) >= 8)
            state = await http.get("/readyz")
            assert state.status == 503 and state.headers["Retry-After"]
            assert "stridegate_database_up 0.0" in await (await from_this_machine(clinic, "/metrics")).text()
            cluster.start()
            before = len(uploads.acknowledged)
            await uploads.until(lambda: len(uploads.acknowledged) >= before + 20)
            await uploads.end()
            assert set(uploads.refused) == {(503, "5")}
            assert set(uploads.acknowledged) <= kept(clinic.desk)
            assert (await http.get("/readyz")).status == 200


async def test_reviews_that_waited_for_the_database_are_taken_up_again(caplog):
    with restartable() as cluster:
        async with kit.clinic(fresh_url(cluster.socket)) as clinic, clinic.gateway() as http:
            await begin(http)
            cluster.stop()
            assert (await put(http, 0)).status == 503
            clinic.app[REVIEWER].wake()
            while "reviews wait for the database" not in caplog.text and clinic.app[REVIEWER].is_at_work:
                await asyncio.sleep(0.05)
            cluster.start()
            while (await put(http, 0)).status == 503:
                await asyncio.sleep(0.05)
            closing = kit.closing("c-1", [BODY], int(BEGAN.timestamp()) * 1_000_000_000)
            assert (await http.post(f"{CAPTURE}/complete", json=closing)).status == 200
            while not reviewed(clinic.desk):
                await asyncio.sleep(0.05)


def reviewed(desk):
    with desk.database.read() as db:
        return all(row.done_at is not None for row in db.exec(select(ReviewRequestRow)))


@contextlib.asynccontextmanager
async def served(folder):
    """The command as an operator starts it; gives its process and its address."""
    desk = open_desk(f"sqlite:///{folder / 'stridegate.db'}")
    with desk.database.write() as db:
        kit._people(db, kit.NOON)
    desk.close()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "server", "serve", "--port", "0",
        env={"STRIDEGATE_DATA": str(folder), "PATH": "/usr/bin:/bin", "PYTHONPATH": ":".join(sys.path)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        said = (await process.stdout.readline()).decode()
        assert "http://" in said, (await process.stderr.read()).decode()
        yield process, said.split()[3].rstrip(",")
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


@pytest.mark.parametrize("after", [1, 30])
async def test_told_to_stop_under_load_it_loses_nothing_and_ends_well(tmp_path, after):
    async with (
        served(tmp_path) as (process, address),
        aiohttp.ClientSession(address, headers=kit.GATEWAY) as http,
    ):
        await begin(http)
        uploads = Uploads(http)
        await uploads.until(lambda: len(uploads.acknowledged) >= after)
        process.send_signal(signal.SIGTERM)
        code = await process.wait()
        await uploads.end()
    assert code == 0
    desk = open_desk(f"sqlite:///{tmp_path / 'stridegate.db'}")
    assert set(uploads.acknowledged) <= kept(desk)
    desk.close()


async def test_a_request_that_has_arrived_is_finished_first(tmp_path):
    async with (
        served(tmp_path) as (process, address),
        aiohttp.ClientSession(address, headers=kit.GATEWAY) as http,
    ):
        await begin(http)
        with contextlib.closing(sqlite3.connect(tmp_path / "stridegate.db", isolation_level=None)) as other:
            other.execute("begin immediate")  # until it is let go, nobody else can write
            sent = asyncio.create_task(put(http, 0))
            async with aiohttp.ClientSession(address) as later:  # a connection that comes after the chunk
                assert (await later.get("/healthz")).status == 200
            process.send_signal(signal.SIGTERM)
            while b'"stopping"' not in await process.stderr.readline():
                continue
            await asyncio.sleep(1)  # it takes a while, and is waited for
            other.execute("rollback")
        assert (await sent).status == 201
        assert await process.wait() == 0


async def test_a_second_server_on_the_same_file_is_refused_with_a_sentence(tmp_path):
    with claim(Settings(data=tmp_path).sqlite_file()), pytest.raises(Mistake, match="stop it first"):
        await service.serve(Settings(data=tmp_path, port=0))
