"""How fast the server takes chunks and reads verdicts, against a bare aiohttp that does only the unavoidable part."""

from __future__ import annotations

import asyncio
import base64
import gzip
import hashlib
import itertools
import json
import queue
import sqlite3
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from aiohttp import web

sys.path.insert(0, str(Path(__file__).parent.parent / "helpers"))

import bench_kit
import clinic_kit as kit

from sensors.files.csv_columns import to_csv
from sensors.recording import Recording
from server import intake, review
from server.app import make_app, open_desk
from server.around import logs
from server.gateways.quota import Allowance, Quota
from server.keys import DESK, READERS, REVIEWER
from server.storage import logins, people, runs
from server.storage.people import Person

LANES, CHUNKS, ROUNDS = 8, 16, 9
NOW = datetime.now(UTC).replace(microsecond=0)
BEGAN = NOW - timedelta(hours=3)
MUCH = Quota(Allowance(requests_a_minute=10**9, bytes_a_day=10**15))
LOGIN = "a-login-of-the-bench"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        _uploads(Path(folder))
        _reads(Path(folder))
    with tempfile.TemporaryDirectory() as folder:
        _reads_beside_writing(Path(folder))
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_an_hour(Path(folder)))
        asyncio.run(_caseload(Path(folder)))


def _uploads(folder: Path) -> None:
    """The same gzipped chunks to both, each answered only once it is on disk with synchronous=FULL."""
    bodies = _chunks()

    def ours_of(port: int, turn: int) -> float:
        _begin(port, turn)
        return bench_kit.rate(port, _lanes(bodies, f"c-{turn}"), 201)

    with (
        bench_kit.server(_bare_upload, str(folder / "bare.db")) as bare,
        bench_kit.server(_ours, str(folder / "ours.db")) as ours,
    ):
        _in_turns(
            "chunk upload",
            lambda turn: bench_kit.rate(bare, _lanes(bodies, f"bare-{turn}"), 201),
            lambda turn: ours_of(ours, turn),
        )


def _reads(folder: Path) -> None:
    """One runner's own verdict, again and again."""
    with (
        bench_kit.server(_bare_read, str(folder / "read.db")) as bare,
        bench_kit.server(_ours, str(folder / "ours.db"), 16) as ours,
    ):
        lanes = [[bench_kit.request("GET", "/r-1")] * 300] * 4
        asked = bench_kit.request("GET", "/api/v1/runners/r-1/verdict", Cookie=f"stridegate_login={LOGIN}")
        _in_turns(
            "verdict read",
            lambda _: bench_kit.rate(bare, lanes, 200),
            lambda _: bench_kit.rate(ours, [[asked] * 300] * 4, 200),
        )


def _reads_beside_writing(folder: Path) -> None:
    """Forty runners by turns, each with their own login, while a gateway writes twenty times a second."""
    with (
        bench_kit.server(_bare_read, str(folder / "read.db")) as bare,
        bench_kit.server(_forty, str(folder / "forty.db")) as ours,
    ):
        theirs = [[bench_kit.request("GET", "/r-1")] * 300] * 4
        lanes = [[_asked(number) for number in range(lane, 40, 4)] * 10 for lane in range(4)]
        written = (_begun(f"beside-{number}") for number in itertools.count())
        _in_turns(
            "verdict read, with writing",
            lambda _: bench_kit.rate(bare, theirs, 200),
            lambda _: bench_kit.rate(ours, lanes, 200, bench_kit.Beside(written, 0.05, 201)),
            aim="",
        )


def _asked(number: int) -> bytes:
    who = f"stridegate_login={LOGIN}-{number}"
    return bench_kit.request("GET", f"/api/v1/runners/m-{number}/verdict", Cookie=who)


async def _forty(file: str) -> web.Application:
    app = await _ours(file)
    await app[DESK].write(_many, 40, 3)
    await app[REVIEWER].review_due()
    return app


def _in_turns(name: str, bare: Callable[[int], float], ours: Callable[[int], float], aim: str = "(aim 0.5)") -> None:
    """Each round of the one beside a round of the other: this machine's speed changes within a minute."""
    pairs = [(ours(turn), bare(turn)) for turn in range(ROUNDS + 1)][1:]  # the first is warming up
    ratio = statistics.median(mine / theirs for mine, theirs in pairs)
    mine, theirs = (statistics.median(rates) for rates in zip(*pairs, strict=True))
    print(f"{name:<28}{mine:>10.0f}/s{theirs:>10.0f}/s bare{ratio:>8.2f}  {aim}")


async def _an_hour(folder: Path) -> None:
    """From `complete` to the verdict, of one hour of a pod; against merging and measuring its packets alone."""
    desk = open_desk(f"sqlite:///{folder / 'hour.db'}")
    app = make_app(desk, quota=MUCH)
    lines = kit.packets(3600, BEGAN)
    chunks = kit.chunks(lines)
    await desk.write(_people)
    await desk.write(intake.begin, "g-1", "hour", "r-1", BEGAN, NOW)
    for seq, body in enumerate(chunks):
        digest = hashlib.sha256(body).hexdigest()
        await desk.write(intake.put_chunk, kit.GATEWAY_TOKEN, "hour", seq, body, digest, NOW)
    app[READERS].prepare()  # as whoever asks /readyz has it done
    closing = kit.closing("hour", chunks, int(BEGAN.timestamp()) * 10**9)
    begin = time.perf_counter()
    await desk.write(intake.complete, "g-1", "hour", closing, NOW)
    await app[REVIEWER].review_due()
    took = time.perf_counter() - begin
    look = await desk.read(review.look, kit.RUNNER, NOW)
    assert look.verdict is not None, look.waiting
    alone = _alone(lines)
    print(f"{'an hour, complete to verdict':<28}{took * 1e3:>9.0f} ms{alone * 1e3:>9.0f} ms alone{took / alone:>7.1f}")
    desk.close()


async def _caseload(folder: Path) -> None:
    """200 runners with 12 runs each, all looked at; against deciding the same cases."""
    from server.care.lately import Lately

    desk = open_desk(f"sqlite:///{folder / 'many.db'}")
    app = make_app(desk, quota=MUCH)
    await desk.write(kit._people, NOW - timedelta(days=90))
    await desk.write(_many, 200, 12)
    await app[REVIEWER].review_due()
    everybody = [Person(id=f"m-{number}", name=f"M {number}", role="runner") for number in range(200)]
    lately = Lately()

    def looks(db: Any) -> list[Any]:
        return [lately.look(db, runner, NOW) for runner in everybody]

    begin = time.perf_counter()
    first = await desk.read(looks)
    fresh = time.perf_counter() - begin
    begin = time.perf_counter()
    await desk.read(looks)
    again = time.perf_counter() - begin
    assert all(look.verdict for look in first)
    begin = time.perf_counter()
    for look in first:
        review._decided(look.case, None)
    alone = time.perf_counter() - begin
    print(f"{'caseload of 200':<28}{fresh * 1e3:>9.0f} ms{alone * 1e3:>9.0f} ms deciding{fresh / alone:>5.1f}")
    print(f"{'caseload of 200, again':<28}{again * 1e3:>9.0f} ms{alone * 1e3:>9.0f} ms deciding{again / alone:>5.1f}")
    desk.close()


def _alone(lines: list[Any]) -> float:
    from rules.exposure import measure
    from sensors.timeline import merge

    begin = time.perf_counter()
    measure(merge(lines))
    return time.perf_counter() - begin


def _chunks() -> list[bytes]:
    """As the gateway seals them: just below 64 KiB."""
    lines = kit.packets(CHUNKS * 340, BEGAN)
    return [kit.chunk(lines[start : start + 340]) for start in range(0, len(lines), 340)]


def _lanes(bodies: list[bytes], prefix: str) -> list[list[bytes]]:
    sealed = [(gzip.compress(body, mtime=0), hashlib.sha256(body).digest()) for body in bodies]
    return [
        [
            bench_kit.request(
                "PUT",
                f"/api/v1/captures/{prefix}-{lane}/chunks/{seq}",
                packed,
                Authorization=f"Bearer {kit.GATEWAY_TOKEN}",
                Content_Type="application/x-ndjson",
                Content_Encoding="gzip",
                Content_Digest=f"sha-256=:{base64.b64encode(digest).decode()}:",
            )
            for seq, (packed, digest) in enumerate(sealed)
        ]
        for lane in range(LANES)
    ]


def _begin(port: int, turn: int) -> None:
    for lane in range(LANES):
        bench_kit.rate(port, [[_begun(f"c-{turn}-{lane}")]], 201)


def _begun(capture: str) -> bytes:
    body = json.dumps({"runner": "r-1", "started_at": BEGAN.isoformat()}).encode()
    who = {"Authorization": f"Bearer {kit.GATEWAY_TOKEN}", "Content_Type": "application/json"}
    return bench_kit.request("PUT", f"/api/v1/captures/{capture}", body, **who)


async def _ours(file: str, sessions: int = 0) -> web.Application:
    logs.set_up("info", "json", Path(f"{file}.log").open("a"))  # noqa: SIM115  # as `serve` does
    desk = open_desk(f"sqlite:///{file}")
    with desk.database.read() as db:
        is_new = people.person(db, "r-1") is None
    if is_new:
        await desk.write(_people)
    app = make_app(desk, quota=MUCH)
    if sessions:
        await desk.write(_history, sessions)
        await app[REVIEWER].review_due()
    return app


def _people(db: Any) -> None:
    kit._people(db, NOW - timedelta(days=90))
    entered = (NOW - timedelta(days=30)).isoformat()
    body = {**kit.plan().body, "stage_entered_at": entered}
    runs.save_plan(db, runs.Plan(runner_id="r-1", version=2, valid_from=NOW, by="p-1", body=body))
    _log_in(db)


def _log_in(db: Any, person: str = "r-1", token: str = LOGIN) -> None:
    login = logins.Login(
        id="bench", person_id=person, created_at=NOW, expires_at=NOW + timedelta(days=1), idle_s=86_400,
        last_seen_at=NOW + timedelta(hours=12), device="bench", address="", came_by="link", is_whole=True,
    )  # fmt: skip
    logins.add(db, token, login)


def _history(db: Any, sessions: int) -> None:
    from sqlmodel import text

    db.connection().execute(text("update captures set state = 'complete'"))
    for number in range(sessions):
        start = NOW - timedelta(days=2 * number + 2)
        intake.keep_file(db, "r-1", "run.csv", _run(start), NOW)


def _many(db: Any, runners: int, each: int) -> None:
    body = {**kit.plan().body, "stage_entered_at": (NOW - timedelta(days=30)).isoformat()}
    for number in range(runners):
        person = f"m-{number}"
        people.add_person(db, Person(id=person, name=f"M {number}", role="runner"), NOW)
        runs.save_plan(db, runs.Plan(runner_id=person, version=1, valid_from=NOW, by="p-1", body=body))
        _log_in(db, person, f"{LOGIN}-{number}")
        for day in range(each):
            intake.keep_file(db, person, "run.csv", _run(NOW - timedelta(days=2 * day + 2, minutes=number)), NOW)


def _run(start: datetime) -> bytes:
    return to_csv(Recording.of(np.arange(600), speed_mps=np.full(600, 3.0), start=start))


def _bare_upload(file: str) -> web.Application:
    """Read, queue, insert, group commit, answer: nothing else."""
    waiting: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def write() -> None:
        db = sqlite3.connect(file, isolation_level=None)
        db.executescript(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE c (k TEXT PRIMARY KEY, b BLOB);"
        )
        while True:
            jobs = [waiting.get()]
            while not waiting.empty():
                jobs.append(waiting.get())
            db.execute("BEGIN IMMEDIATE")
            db.executemany("INSERT INTO c VALUES (?, ?)", [(key, body) for key, body, _, _ in jobs])
            db.execute("COMMIT")
            for loop, futures in {jobs[0][2]: [job[3] for job in jobs]}.items():
                loop.call_soon_threadsafe(lambda futures=futures: [future.set_result(None) for future in futures])

    async def put(request: web.Request) -> web.Response:
        body = await request.read()
        loop = asyncio.get_running_loop()
        future = loop.create_future()
        waiting.put((request.path, body, loop, future))
        await future
        return web.json_response({}, status=201)

    threading.Thread(target=write, daemon=True).start()
    app = web.Application()
    app.add_routes([web.put("/api/v1/captures/{capture}/chunks/{seq}", put)])
    return app


def _bare_read(file: str) -> web.Application:
    db = sqlite3.connect(file)
    db.executescript(
        "CREATE TABLE v (k TEXT PRIMARY KEY, body TEXT); INSERT INTO v VALUES ('r-1', '{\"decision\": 1}');"
    )

    async def get(request: web.Request) -> web.Response:
        (body,) = db.execute("SELECT body FROM v WHERE k = ?", (request.match_info["runner"],)).fetchone()
        return web.Response(text=body, content_type="application/json")

    app = web.Application()
    app.add_routes([web.get("/{runner}", get)])
    return app


if __name__ == "__main__":
    main()
