"""A process may end at any step: what was decided is written whole, and what was written arrives, under one key."""

import itertools
import json
import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import alert_kit
import crashing
import pytest
from alert_kit import PHYSIO, RUNNER
from cryptography.fernet import Fernet
from receivers import http_receiver
from soaking import IS_SHORT
from sqlalchemy import event

from server.app import open_desk
from server.people.keyring import Keyring
from server.storage import people
from server.storage.database import Database

pytestmark = pytest.mark.thorough

HELPERS = Path(crashing.__file__).parent
ROOT = HELPERS.parent.parent
READERS = 20 if IS_SHORT else 100  # 300 letters in `make soak`
ALERTS = 3  # to each reader: so that none is gathered into a digest


@pytest.fixture
def receiver():
    with http_receiver() as made:
        yield made


@pytest.fixture
def key():
    return Fernet.generate_key().decode()


def start(*args, **more):
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}:{HELPERS}", **more}
    return subprocess.Popen(
        [sys.executable, str(HELPERS / "crashing.py"), *args], stdout=subprocess.PIPE, text=True, env=environment
    )


def lines(process):
    out, _ = process.communicate(timeout=500)
    return [json.loads(line) for line in out.splitlines()]


def clinic(url, key, receiver, readers=1):
    with alert_kit.kit(url) as made:
        made.postman.keyring = Keyring([key.encode()])
        with made.desk.database.write() as db:
            alert_kit.give_way(db, made.postman, PHYSIO.id, "webhook", url=f"{receiver.url}/hook")
            crashing.add_readers(db, key, f"{receiver.url}/hook", readers)


def rows(url, query):
    desk = open_desk(url)
    with desk.database.read() as db:
        found = [tuple(row) for row in db.connection().exec_driver_sql(query).all()]
    desk.close()
    return found


@pytest.mark.timeout(600)
def test_a_delivery_that_dies_at_any_statement_is_made_good_and_its_key_stays(database_url, key, receiver):
    clinic(database_url, key, receiver)
    steps = lines(start("deliver", database_url, key))
    died = [step for step, ended in steps if ended == 9]
    assert len(died) >= 10 and steps[-1][1] == 0, "from the claim to the mark, until no step was left"
    letters = rows(database_url, "select key, sent_at, attempts from outbox")
    assert len(letters) == len(steps) and all(sent is not None for _, sent, _ in letters)
    got = Counter(receiver.keys())
    assert set(got) == {letter_key for letter_key, _, _ in letters}
    assert set(got.values()) <= {1, 2} and 2 in got.values(), "one that died between sending and marking came twice"


class Died(BaseException):
    """What a process that ends means to its transaction."""


@pytest.mark.timeout(600)
def test_a_verdict_that_dies_at_any_statement_leaves_neither_verdict_nor_letter(database_url):
    open_desk(database_url).close()
    database = Database(database_url)
    left = []

    def step(*_):
        left[0] -= 1
        if left[0] == 0:
            raise Died

    with database.write() as db:
        people.add_person(db, PHYSIO, alert_kit.NOON)
        crashing.prepare(db, RUNNER)
    for number in itertools.count(1):
        left[:] = [number]
        event.listen(database._engine, "before_cursor_execute", step)
        try:
            database.transact(lambda db: alert_kit.say(db, RUNNER.id, alert_kit.NOON))
            break
        except Died:
            pass  # what it left behind is counted below, and the next one dies a statement later
        finally:
            event.remove(database._engine, "before_cursor_execute", step)
        assert counts(database) == [0, 0, 0], "nothing of it"
    database.transact(lambda db: alert_kit.say(db, RUNNER.id, alert_kit.NOON))
    verdicts, alerts, letters = counts(database)
    assert number > 15 and verdicts == 1 and letters >= alerts >= 1, "all of it, and said again it is there once"
    database.close()


def counts(database):
    """Verdicts, alerts and letters."""
    with database.read() as db:
        return [
            db.connection().exec_driver_sql(f"select count(*) from {table}").scalar_one()
            for table in ("verdicts", "alerts", "outbox")
        ]


@pytest.mark.timeout(900)
def test_no_letter_is_lost_by_three_processes_of_which_one_dies_at_every_step(postgres_socket, key, receiver, tmp_path):
    from postgres import fresh_url

    url, stop = fresh_url(postgres_socket), tmp_path / "stop"
    clinic(url, key, receiver, READERS)
    for number in range(ALERTS):
        crashing.stand(url, number, readers=READERS)
    environment = {"BEGAN": str(time.monotonic())}
    victims = start("victims", url, key, **environment)
    others = [start("drain", url, key, owner, str(stop), **environment) for owner in ("second", "third")]
    steps = lines(victims)
    while rows(url, "select count(*) from outbox where sent_at is null") != [(0,)]:
        time.sleep(0.2)
    stop.touch()
    assert [other.wait(60) for other in others] == [0, 0]
    assert any(ended == 9 for _, ended in steps), steps
    written = dict(rows(url, "select key, attempts from outbox"))
    got = Counter(receiver.keys())
    assert len(written) == READERS * ALERTS
    assert set(got) == set(written), "none lost, and none that was not written"
    assert all(count <= written[letter_key] for letter_key, count in got.items()), "once for each lease, never more"
