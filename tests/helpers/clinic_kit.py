"""A server over a real SQLite file, with one runner, one physio and one gateway; the clock is one that tests set."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
from ready_made import sqlite_url
from shared_readers import shared_readers

from sensors.packet import Packet
from server.app import make_app, open_desk, running
from server.keys import PASSWORDS  # noqa: F401  # for tests that look into the pool
from server.people import credentials
from server.storage import people, runs
from server.storage.desk import Desk
from server.storage.people import Person
from server.storage.runs import Plan

RUNNER = Person(id="r-1", name="Ada Example", role="runner")
STRANGER = Person(id="r-2", name="Bo Example", role="runner")
PHYSIO = Person(id="p-1", name="Cy Example", role="physio")
OTHER_PHYSIO = Person(id="p-2", name="Di Example", role="physio")
GATEWAY_TOKEN = "a-token-for-tests"
GATEWAY = {"Authorization": f"Bearer {GATEWAY_TOKEN}"}
NOON = datetime(2026, 3, 30, 12, tzinfo=UTC)


@dataclass
class Clinic:
    """A running server; `now` may be set."""

    address: str
    desk: Desk
    app: Any
    now: datetime

    @asynccontextmanager
    async def as_(self, person: Person) -> AsyncIterator[aiohttp.ClientSession]:
        """A browser in which this person is logged in."""
        jar = aiohttp.CookieJar(unsafe=True)
        async with aiohttp.ClientSession(self.address, cookie_jar=jar) as http:
            answer = await http.get(f"/enter/link-of-{person.id}", allow_redirects=False)
            assert answer.status == 303, await answer.text()
            # What a page's forms would repeat.
            http.headers["X-CSRF-Token"] = credentials.form_word(answer.cookies[credentials.ON_LOOPBACK].value)
            yield http

    @asynccontextmanager
    async def gateway(self) -> AsyncIterator[aiohttp.ClientSession]:
        async with aiohttp.ClientSession(self.address, headers=GATEWAY) as http:
            yield http


@asynccontextmanager
async def clinic(
    url: str,
    now: datetime = NOON,
    *,
    factor_asked: bool = False,
    fill: Callable[[Any, datetime], None] | None = None,
    **more: Any,
) -> AsyncIterator[Clinic]:
    """A second factor is asked for where a test says so; everything else `more` is for the application."""
    desk = open_desk(sqlite_url(url))
    try:
        with desk.database.write() as db:
            (fill or _people)(db, now)
        kit: Clinic | None = None
        more.setdefault("readers", shared_readers())
        app = make_app(desk, clock=lambda: kit.now if kit else now, factor_asked=factor_asked, **more)
        async with running(app, "127.0.0.1", 0) as address:
            kit = Clinic(address=address, desk=desk, app=app, now=now)
            yield kit
    finally:
        desk.close()


def plan(**changed: Any) -> Plan:
    """PHT stage P3, entered sixteen days before noon."""
    body = {
        "programme": "PHT",
        "profile": None,
        "stage": "P3",
        "stage_override": {},
        "stage_entered_at": "2026-03-14T00:00:00Z",
        "baseline_morning": 1,
        "baseline_stiff_min": 0,
        "onset_at": None,
        "references": {"v_max_mps": 8.0, "v_max_kind": "measured", "v_thr_mps": 4.0},
    }
    return Plan(runner_id=RUNNER.id, version=1, valid_from=NOON, by=PHYSIO.id, body=body | changed)


def packets(seconds: int, started_at: datetime, speed_mps: float = 3.0) -> list[Packet]:
    """A foot pod (RSC: flags, speed in 1/256 m/s, strides a minute) that speaks once a second."""
    began_ns = int(started_at.timestamp()) * 1_000_000_000
    payload = bytes([0x04]) + round(speed_mps * 256).to_bytes(2, "little") + bytes([85])
    return [
        Packet(
            boot="boot-1",
            mono_ns=second * 1_000_000_000,
            wall_ns=began_ns + second * 1_000_000_000,
            adapter="hci0",
            sensor="C0:00:00:00:00:01",
            characteristic="2A53",
            payload=payload,
        )
        for second in range(seconds)
    ]


def chunk(lines: list[Packet] | list[bytes]) -> bytes:
    return b"".join(line if isinstance(line, bytes) else line.to_line() for line in lines)


def chunks(lines: list[Packet] | list[bytes]) -> list[bytes]:
    """Sealed well below 64 KiB."""
    return [chunk(lines[start : start + 400]) for start in range(0, len(lines), 400)]


def digest(body: bytes) -> dict[str, str]:
    value = base64.b64encode(hashlib.sha256(body).digest()).decode()
    return {"Content-Digest": f"sha-256=:{value}:"}


def closing(capture: str, chunks: list[bytes], began_ns: int, **changed: Any) -> dict[str, Any]:
    hashes = [hashlib.sha256(body).hexdigest() for body in chunks]
    root = json.dumps({"capture": capture, "chunks": hashes, "version": 1}, sort_keys=True, separators=(",", ":"))
    return {
        "chunks": len(chunks),
        "packets": sum(body.count(b"\n") for body in chunks),
        "dropped": 0,
        "root": hashlib.sha256(root.encode()).hexdigest(),
        "ended_at": (NOON - timedelta(hours=1)).isoformat(),
        "clock": [{"boot": "boot-1", "offset_ns": began_ns, "trusted": True}],
        "sensors": [{"address": "C0:00:00:00:00:01", "name": "Pod", "cadence_unit": "strides"}],
    } | changed


def _people(db: Any, now: datetime) -> None:
    for person in (RUNNER, STRANGER, PHYSIO, OTHER_PHYSIO):
        people.add_person(db, person, now)
        people.add_entry(db, f"link-of-{person.id}", person.id, now + timedelta(days=3650), reusable=True)
    people.give_consent(db, RUNNER.id, PHYSIO.id, now)
    people.add_gateway(db, "g-1", "treadmill corner", GATEWAY_TOKEN, [RUNNER.id], now)
    runs.save_plan(db, plan())
