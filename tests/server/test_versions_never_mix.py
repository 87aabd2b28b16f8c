"""A plan that changes while runs arrive and are measured: every verdict rests on one version of everything."""

import json
import threading
from datetime import timedelta

import clinic_kit as kit
import numpy as np
import pytest
from sqlmodel import text

from sensors import store
from sensors.recording import Recording
from server import plans, review
from server.problem import Problem
from server.runs import measuring
from server.runs.measuring import Taken
from server.storage import runs
from server.storage.captures import ReviewRequest
from server.storage.database import Database
from server.storage.runs import Plan

SECONDS = 1200  # each run; of these all after the onset are run tired
EDITS, ARRIVALS = 12, 6


def onset_s(version):
    return 600 + 10 * version


def body(version):
    stage = {"fatigue_onset_s": onset_s(version), "total": {"fat_s": 30_000 + version}}
    return {**kit.plan().body, "stage_override": stage}


def arrive(db, number):
    start = kit.NOON - timedelta(days=12 - 2 * number)  # two days apart: none is run tired because of another
    recording = Recording.of(np.arange(SECONDS), speed_mps=np.full(SECONDS, 3.0), start=start)
    taken: Taken = measuring._taken(recording, ReviewRequest("r-1", "file", f"f-{number}"), f"f-{number}")
    runs.save_run(db, taken.run, taken.measured, taken.packed)
    runs.save_check_in(db, "r-1", f"f-{number}", "r-1", {"during": 1, "after": 1, "morning": 1}, kit.NOON)
    assert store.unpack(taken.packed).start == start


@pytest.fixture
def database(database_url):
    opened = Database(database_url)
    opened.migrate()
    with opened.write() as db:
        kit._people(db, kit.NOON)
        runs.save_plan(db, Plan(runner_id="r-1", version=2, valid_from=kit.NOON, by="p-1", body=body(2)))
    yield opened
    opened.close()


def bring_up_to_date(database, now):
    with database.read() as db:
        fresh = measuring.measured_again(db, "r-1")
    database.transact(lambda db: measuring.keep(db, "r-1", fresh))
    database.transact(lambda db: review.record(db, review.look(db, kit.RUNNER, now)))


def edit(database):
    for version in range(2, 2 + EDITS):
        while True:
            try:
                database.transact(
                    lambda db, seen=version: plans.change(db, "r-1", kit.PHYSIO, body(seen + 1), seen, kit.NOON)
                )
                break
            except Problem as refused:
                assert refused.status == 412


def test_no_verdict_mixes_two_versions_of_a_plan(database):
    failed = []

    def alone(work, *args):
        try:
            work(database, *args)
        except BaseException as why:
            failed.append(why)

    def bring(database):
        for number in range(ARRIVALS):
            database.transact(lambda db, number=number: arrive(db, number))
            bring_up_to_date(database, kit.NOON + timedelta(seconds=number))

    threads = [threading.Thread(target=alone, args=(work,)) for work in (edit, bring)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    bring_up_to_date(database, kit.NOON + timedelta(hours=1))
    with database.read() as db:
        verdicts = db.connection().execute(text("select plan_version, body from verdicts")).all()
    assert verdicts
    for version, said in verdicts:
        missing = (json.loads(said) if isinstance(said, str) else said)["missing"]
        (fatigue,) = [part for part in missing if part["item"] == "total.fat_s"]
        assert fatigue["required"] == 30_000 + version
        assert fatigue["measured"] % (SECONDS - onset_s(version)) == 0, (version, fatigue)


def test_what_was_measured_under_a_plan_that_changed_meanwhile_is_passed_over(database):
    database.transact(lambda db: arrive(db, 0))
    with database.read() as db:
        fresh = measuring.measured_again(db, "r-1")
    database.transact(lambda db: plans.change(db, "r-1", kit.PHYSIO, body(3), 2, kit.NOON))
    standing = database.transact(lambda db: measuring.keep(db, "r-1", fresh))
    assert not standing.current
    with database.read() as db:
        assert review.look(db, kit.RUNNER, kit.NOON).verdict is None
    bring_up_to_date(database, kit.NOON)
    with database.read() as db:
        (seen,) = review.look(db, kit.RUNNER, kit.NOON).runs
        assert seen.run.measured["fat_s"] == pytest.approx(SECONDS - onset_s(3), abs=2)


def test_whatever_the_order_in_which_runs_arrive_the_end_is_the_same(database, tmp_path):
    """The five runs of a week, forwards and backwards, each measured as it comes: one and the same state."""
    ends = []
    for place, order in enumerate(((0, 1, 2, 3, 4), (4, 3, 2, 1, 0), (2, 0, 4, 1, 3))):
        other = Database(f"sqlite:///{tmp_path / f'order-{place}.db'}")
        other.migrate()
        with other.write() as db:
            kit._people(db, kit.NOON)
        for number in order:
            other.transact(lambda db, number=number: arrive(db, number))
            bring_up_to_date(other, kit.NOON + timedelta(seconds=number))
        bring_up_to_date(other, kit.NOON + timedelta(hours=1))
        with other.read() as db:
            look = review.look(db, kit.RUNNER, kit.NOON)
            ends.append((look.inputs_sha256, look.verdict, [seen.run.measured_with for seen in look.runs]))
        other.close()
    assert ends[0] == ends[1] == ends[2]
