"""A poisoned file among good ones: the server goes on answering, the good ones are measured, the bad one is named."""

import asyncio
import time
from datetime import timedelta

import clinic_kit as kit
import hostile_worker
import pytest

from sensors.recording import DECODER_VERSION
from server import intake
from server.app import make_app, open_desk
from server.keys import REVIEWER
from server.reading.readers import TOO_SLOW, Limits, Readers
from server.storage import captures, people, runs

START = kit.NOON - timedelta(hours=3)
RUN = f"# start: {START.isoformat()}\nt_s,speed_mps\n" + "".join(f"{second},3\n" for second in range(600))


@pytest.fixture
def desk(tmp_path):
    opened = open_desk(f"sqlite:///{tmp_path / 'clinic.db'}")
    with opened.database.write() as db:
        people.add_person(db, kit.RUNNER, kit.NOON)
        runs.save_plan(db, kit.plan())
    yield opened
    opened.close()


def send(desk, *bodies):
    with desk.database.write() as db:
        for body in bodies:
            intake.keep_file(db, kit.RUNNER.id, "run.csv", body, kit.NOON)


def waiting(desk):
    """What stands against each file that is not measured yet."""
    with desk.database.read() as db:
        return [request.trouble for request in captures.unreviewed(db, kit.RUNNER.id, DECODER_VERSION)]


async def review(desk, readers):
    """Review all there is; returns the longest that the server kept anybody waiting meanwhile."""
    app = make_app(desk, clock=lambda: kit.NOON, readers=readers)
    longest_s = 0.0

    async def answer_requests():
        nonlocal longest_s
        while True:
            began_s = time.monotonic()
            await asyncio.sleep(0.01)
            longest_s = max(longest_s, time.monotonic() - began_s)

    busy = asyncio.create_task(answer_requests())
    await app[REVIEWER].review_due()
    busy.cancel()
    readers.close()
    return longest_s


async def test_a_file_that_never_ends_holds_up_nobody_and_stands_in_the_way_of_the_verdict(desk):
    send(desk, b"burn 20", RUN.encode())
    longest_s = await review(desk, Readers(Limits(cpu_s=1), command=hostile_worker.COMMAND))
    assert longest_s < 2
    assert waiting(desk) == [TOO_SLOW]
    with desk.database.read() as db:
        (run,) = runs.runs_of(db, kit.RUNNER.id)
    assert run.run_s == pytest.approx(600, abs=2)


async def test_a_file_that_nobody_could_look_at_is_not_blamed_and_waits(desk):
    send(desk, RUN.encode())
    await review(desk, Readers(command=("/bin/false",)))
    assert waiting(desk) == [None]
    await review(desk, Readers())
    assert waiting(desk) == []
