"""A clinic whose letters go to receivers of the tests; time is what the test says it is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from ready_made import sqlite_url
from sqlalchemy import text

from rules.version import RULES_VERSION
from sensors.recording import DECODER_VERSION
from server import review
from server.app import open_desk
from server.jobs import Jobs
from server.letters.channels import CHANNELS
from server.letters.outward import Outward
from server.letters.postman import Postman
from server.pacing import Wishes
from server.people.keyring import Keyring
from server.runs import measuring
from server.storage import channels, people, runs, sessions
from server.storage.channels import Way
from server.storage.desk import Desk
from server.storage.people import Person
from server.storage.runs import Plan, Run
from server.storage.sessions import Training

RUNNER = Person(id="r-1", name="Ada Example", role="runner")
PHYSIO = Person(id="p-1", name="Cy Example", role="physio")
SECOND = Person(id="p-2", name="Di Example", role="physio")
ADMIN = Person(id="a-1", name="Ed Example", role="admin")
NOON = datetime(2026, 3, 30, 12, tzinfo=UTC)
NEVER_QUIET = Wishes(quiet_from_min=0, quiet_until_min=0)


@dataclass
class Kit:
    """A database with one runner and their physio, and the jobs of one process; `now` may be set."""

    desk: Desk
    jobs: Jobs
    now: datetime = NOON

    @property
    def postman(self) -> Postman:
        return self.jobs.postman

    async def send(self) -> None:
        """Drain the outbox and wait for what is under way."""
        await self.postman.drain(self.now)
        await self.postman.settle()

    async def look(self, runner: Person = RUNNER) -> None:
        await self.desk.write(say, runner.id, self.now)

    async def rows(self, query: str) -> list[Any]:
        return await self.desk.read(lambda db: db.connection().execute(text(query)).all())

    async def add_way(self, person: Person, kind: str, **typed: str) -> Way:
        def work(db: Any) -> Way:
            return give_way(db, self.postman, person.id, kind, **typed)

        return await self.desk.write(work)

    async def wish(self, person: Person, wishes: Wishes) -> None:
        await self.desk.write(channels.save_wishes, person.id, wishes)


@contextmanager
def kit(url: str, now: datetime = NOON, **outward: Any) -> Iterator[Kit]:
    desk = open_desk(sqlite_url(url))
    try:
        with desk.database.write() as db:
            for person in (RUNNER, PHYSIO, SECOND, ADMIN):
                people.add_person(db, person, NOON - timedelta(days=100))
                channels.save_wishes(db, person.id, NEVER_QUIET)
            people.give_consent(db, RUNNER.id, PHYSIO.id, NOON - timedelta(days=100))
            runs.save_plan(db, plan())
        made: Kit
        clock = lambda: made.now  # noqa: E731
        facts = {"lan": True, "loopback": True, "public_url": "https://clinic.example"} | outward
        postman = Postman(desk, clock, Keyring.for_this_process(), Outward(clock=clock, **facts), "this-process")
        made = Kit(desk, Jobs(desk=desk, clock=clock, postman=postman), now)
        yield made
    finally:
        desk.close()


def give_way(db: Any, postman: Postman, person_id: str, kind: str, **typed: str) -> Way:
    channel = CHANNELS[kind]
    config = channel.check(typed, postman.outward)
    way = Way(
        person_id=person_id,
        id=f"{kind}-{len(channels.ways_of(db, person_id))}",
        kind=kind,
        provider=channel.provider(config),
        shown=channel.shown(config),
        sealed=postman.keyring.seal(json.dumps(config)),
    )
    channels.add(db, way, NOON)
    return way


def say(db: Any, runner_id: str, now: datetime) -> None:
    """What the server does whenever something of a runner changed."""
    runner = people.person(db, runner_id)
    assert runner is not None
    review.record(db, review.look(db, runner, now))


def plan(runner_id: str = RUNNER.id, **changed: Any) -> Plan:
    """PHT stage P3, entered sixteen days before noon; the references are those the runs were measured against."""
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
    return Plan(runner_id=runner_id, version=1, valid_from=NOON, by=PHYSIO.id, body=body | changed)


def keep_run(db: Any, run_id: str, start: datetime, metres: float, runner_id: str = RUNNER.id, **measured: Any) -> None:
    """A run as the server keeps it once it was measured as a session, against the yardstick of the day."""
    seconds = metres / 3.0
    facts = {"quality": "OK", "run_s": seconds, "run_m": metres, "peak3_pct": 40.0, "dur_s": seconds, "inc2_s": 0.0}
    zeros = dict.fromkeys(("eff80_n", "eff90_n", "uf_n", "inc4_s"), 0.0)
    run = Run(
        runner_id=runner_id,
        id=run_id,
        kind="file",
        source_id=run_id,
        start=start,
        end=start + timedelta(seconds=seconds),
        quality="OK",
        run_s=seconds,
        rules_version=RULES_VERSION,
        decoder_version=DECODER_VERSION,
    )
    runs.save_run(db, run, facts | zeros | measured, b"")
    db.flush()
    due = measuring.due_of(db, runner_id, run_id)
    assert due is not None
    training = Training(
        runner_id=runner_id,
        id=run_id,
        start=run.start,
        end=run.end,
        mine=True,
        run_s=seconds,
        made_of=[],
        rules_version=RULES_VERSION,
        decoder_version=DECODER_VERSION,
        measured_with=due.key,
        measured=facts | zeros | measured,
    )
    sessions.save(db, [training], runner_id, [])
    db.flush()


def answer(db: Any, run_id: str, now: datetime, runner_id: str = RUNNER.id, **said: Any) -> None:
    runs.save_check_in(db, runner_id, run_id, runner_id, {"during": 1, "after": 1, "morning": 1} | said, now)
