"""Processes that end themselves in the middle of their work; each is a fork, so that one start-up serves them all.

crashing.py deliver URL KEY               crash at each step of one delivery, until one delivery has no step left
crashing.py drain URL KEY OWNER STOP      drain until the file STOP is there
crashing.py victims URL KEY               drain and die, once for each step of STEPS
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import signal
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import alert_kit
from alert_kit import NOON, PHYSIO, RUNNER
from sqlalchemy import event

from rules.signs.alert_kinds import Urgency
from server import alerts
from server.alerts import Found
from server.letters.channels import CHANNELS
from server.letters.outward import Outward
from server.letters.postman import Postman
from server.people.keyring import Keyring
from server.storage import channels, people, runs
from server.storage.database import Database
from server.storage.desk import Desk
from server.storage.people import Person

RATE = 5.0  # the processes' time runs so much faster, for a lease is a minute
STEPS = ["before-send", "after-send", *(f"statement:{n}" for n in (1, 2, 3, 5, 8, 13, 40, 120, 250, 340, 360, 380))]
LATER = timedelta(seconds=61)  # than a lease


def die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class Killing:
    """A channel that ends its process around the sending."""

    def __init__(self, when: str) -> None:
        self._inner, self._when = CHANNELS["webhook"], when

    async def send(self, *args: Any) -> None:
        if self._when == "before-send":
            die()
        await self._inner.send(*args)
        if self._when == "after-send":
            die()


def in_child(work: Callable[[], object]) -> int:
    """0 where the work was done, else the number of the signal that ended it (or 1)."""
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException as why:
            print(f"{type(why).__name__}: {why}", file=sys.stderr, flush=True)
            os._exit(1)
        sys.stdout.flush()
        os._exit(0)
    return abs(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))


def dying_at(database: Database, kill_at: str) -> Database:
    """Die before the N-th statement or commit from now on."""
    kind, _, number = kill_at.partition(":")
    if kind == "statement":
        steps = itertools.count(1)

        def step(*_: object) -> None:
            if next(steps) == int(number):
                die()

        event.listen(database._engine, "before_cursor_execute", step)
        event.listen(database._engine, "commit", step)
    return database


def drain(url: str, key: str, owner: str, now: Callable[[], datetime], kill_at: str = "", stop: str = "") -> None:
    """Drain once, or until the file `stop` is there."""

    async def work() -> None:
        desk = Desk(dying_at(Database(url), kill_at))
        outward = Outward(clock=now, lan=True, loopback=True)
        ways = {"webhook": Killing(kill_at)}
        postman = Postman(desk, now, Keyring([key.encode()]), outward, owner, ways)  # type: ignore[arg-type]
        while True:
            await postman.drain(now())
            await postman.settle()
            if not stop or Path(stop).exists():
                break
            await asyncio.sleep(0.05)
        desk.close()

    asyncio.run(work())


def stand(url: str, number: int, *, readers: int = 1) -> None:
    """One more episode, for so many readers."""
    hearers = [(PHYSIO.id if place == 0 else f"x-{place}", "physio") for place in range(readers)]
    found = Found(
        code="SPIKE_LARGE",
        urgency=Urgency.HIGH,
        episode=f"r-1/SPIKE_LARGE/session:{number}",
        words={"physio": "words"},
        hearers=hearers,
    )
    Database(url).transact(lambda db: alerts.stand(db, RUNNER.id, [found], (), NOON))


def add_readers(db: Any, key: str, url: str, readers: int) -> None:
    """Physios x-1, x-2 … each with a webhook."""
    postman = Postman(None, None, Keyring([key.encode()]), Outward(clock=lambda: NOON, lan=True, loopback=True), "")  # type: ignore[arg-type]
    for place in range(1, readers):
        person = Person(id=f"x-{place}", name=f"X{place} Example", role="physio")
        people.add_person(db, person, NOON)
        channels.save_wishes(db, person.id, alert_kit.NEVER_QUIET)
        people.give_consent(db, RUNNER.id, person.id, NOON)
        alert_kit.give_way(db, postman, person.id, "webhook", url=url)


def deliver(url: str, key: str) -> None:
    """Each letter an hour after the one before, for six in an hour would be too many for the reader."""
    for number in itertools.count(1):
        moment = NOON + timedelta(hours=number)
        in_child(lambda number=number: stand(url, number))
        ended = in_child(lambda at=moment, n=number: drain(url, key, "victim", lambda: at, f"statement:{n}"))
        in_child(lambda at=moment: drain(url, key, "survivor", lambda: at + LATER))
        print(json.dumps([number, ended]), flush=True)
        if ended == 0:
            return


def prepare(db: Any, runner: Person) -> None:
    people.add_person(db, runner, NOON)
    people.give_consent(db, runner.id, PHYSIO.id, NOON)
    runs.save_plan(db, alert_kit.plan(runner.id))
    db.flush()
    for place, metres in enumerate((4000.0, 10000.0)):
        alert_kit.keep_run(db, f"{runner.id}-{place}", NOON - timedelta(days=5 - 4 * place), metres, runner.id)
        db.flush()


def fast_clock() -> Callable[[], datetime]:
    """The same moment for every process of a test, for they share one monotonic clock."""
    began = float(os.environ["BEGAN"])
    return lambda: NOON + timedelta(seconds=(time.monotonic() - began) * RATE)


def main(mode: str, *args: str) -> None:
    if mode == "deliver":
        deliver(*args)
    elif mode == "drain":
        url, key, owner, stop = args
        drain(url, key, owner, fast_clock(), stop=stop)
    else:
        url, key = args
        for step in STEPS:
            ended = in_child(lambda step=step: drain(url, key, f"victim of {step}", fast_clock(), step))
            print(json.dumps([step, ended]), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
