"""Several works in one wait for the disk, and several servers over one database."""

import asyncio
import threading
from datetime import timedelta

import clinic_kit as kit
import pytest
from sqlalchemy.exc import DBAPIError
from sqlmodel import text

from sensors.recording import DECODER_VERSION
from server import intake
from server.problem import Problem
from server.storage import asking as storage_asking
from server.storage import captures, people
from server.storage.asking import asking
from server.storage.captures import Claim
from server.storage.database import Database
from server.storage.people import Person
from server.storage.turns import Outcome, Turns
from server.storage.writer import writing


@pytest.fixture
def database(database_url):
    opened = Database(database_url)
    opened.migrate()
    with opened.write() as db:
        kit._people(db, kit.NOON)
    yield opened
    opened.close()


@pytest.fixture
def sqlite(tmp_path):
    opened = Database(f"sqlite:///{tmp_path / 'clinic.db'}")
    opened.migrate()
    yield opened
    opened.close()


def add(name):
    def work(db):
        people.add_person(db, Person(id=name, name=name, role="runner"), kit.NOON)
        return name

    return work


def refuse_late(db):
    add("half")(db)
    raise Problem(409, "No", "It wrote first and refused then.")


def refuse_early(db):
    raise Problem(404, "No", "It refused before it wrote.")


def names(database):
    with database.read() as db:
        return set(db.connection().execute(text("select id from people")).scalars())


class Slow:
    """The writer behind a door, so that works gather before it."""

    def __init__(self, database):
        self.open, self.at_the_door, self.database, self.begun = threading.Event(), threading.Event(), database, 0

    def writer(self):
        session = self.database.writer()
        begin = session.begin

        def slowly():
            self.at_the_door.set()
            self.open.wait(30)
            self.begun += 1
            return begin()

        session.begin = slowly
        return session


async def together(database, *works):
    slow = Slow(database)
    writer = writing(slow)
    first = asyncio.ensure_future(writer.do(add("first")))
    await asyncio.to_thread(slow.at_the_door.wait, 30)
    rest = [asyncio.ensure_future(writer.do(work)) for work in works]
    while writer._waiting.empty():
        await asyncio.sleep(0)
    slow.open.set()
    done = await asyncio.gather(first, *rest, return_exceptions=True)
    writer.close()
    return slow.begun, [getattr(one, "status", one) for one in done]


async def test_works_that_wait_together_share_one_wait_for_the_disk(sqlite):
    begun, done = await together(sqlite, *(add(f"n-{number}") for number in range(20)))
    assert begun <= 2 and done == ["first", *(f"n-{number}" for number in range(20))]
    assert len(names(sqlite)) == 21


async def test_a_refusal_among_them_stands_in_nobodys_way(sqlite):
    begun, done = await together(sqlite, add("a"), refuse_early, add("b"))
    assert begun <= 2 and done == ["first", "a", 404, "b"]


async def test_a_work_that_fails_half_way_takes_only_itself_back(sqlite):
    _, done = await together(sqlite, add("a"), refuse_late, add("b"), add("a"))
    assert done[:4] == ["first", "a", 409, "b"] and "UNIQUE" in str(done[4])
    assert names(sqlite) == {"first", "a", "b"}


async def test_nobody_is_told_before_it_is_on_disk(sqlite, tmp_path):
    """What was acknowledged is seen by another connection at once."""
    writer = writing(sqlite)
    for number in range(20):
        await writer.do(add(f"n-{number}"))
        assert f"n-{number}" in names(sqlite)
    writer.close()


async def test_of_questions_that_are_asked_together_one_that_fails_is_nobody_elses(database):
    """Also where one broken statement ends PostgreSQL's whole transaction."""
    turns = asking(database)
    questions = [lambda db: people.person(db, "r-1").name, refuse_early, ask_what_is_not_there] * 3
    asked = asyncio.gather(*(turns.do(question) for question in questions), return_exceptions=True)
    found = [getattr(one, "status", one) for one in await asked]
    turns.close()
    assert found[0::3] == ["Ada Example"] * 3 and found[1::3] == [404] * 3
    assert all(isinstance(one, DBAPIError) for one in found[2::3])


async def test_a_database_that_is_away_is_waited_for_once_and_not_for_each_question(tmp_path):
    away, waited = Database(f"sqlite:///{tmp_path}/no/such/folder/clinic.db"), []
    read = away.read
    away.read = lambda: waited.append(1) or read()
    outcomes = storage_asking._outcomes(away, [lambda db: people.person(db, "r-1")] * 20)
    assert all(isinstance(one.error, DBAPIError) for one in outcomes) and len(waited) == 1


async def test_whatever_breaks_everybody_is_told_and_the_next_is_answered():
    def together(works):
        if works[0] is None:
            raise RuntimeError("what nobody thought of")
        return [Outcome(value=work(None)) for work in works]

    turns = Turns("a-turn-of-a-test", together)
    with pytest.raises(RuntimeError):
        await asyncio.wait_for(turns.do(None), 10)
    assert await asyncio.wait_for(turns.do(lambda _: "answered"), 30) == "answered"
    turns.close()


async def test_what_was_asked_in_the_last_moment_is_still_done():
    turns = Turns("a-turn-of-a-test", lambda works: [Outcome(value=work(None)) for work in works])
    last = asyncio.ensure_future(turns.do(lambda _: "done"))
    await asyncio.sleep(0)  # it stands in this round of the event loop, and nobody has handed it over yet
    turns.close()
    assert await asyncio.wait_for(last, 10) == "done"


def test_what_an_event_loop_left_behind_holds_up_no_later_one():
    turns = Turns("a-turn-of-a-test", lambda works: [Outcome(value=work(None)) for work in works])
    done = []
    cut = asyncio.new_event_loop()
    left = cut.create_task(turns.do(lambda _: done.append("left")))
    cut.call_soon(cut.stop)
    cut.run_forever()  # it ends in the round in which the work was asked for
    assert turns._here.jobs and not left.done()
    asyncio.run(asyncio.wait_for(turns.do(lambda _: done.append("later")), 10))
    turns.close()
    cut.close()
    assert done == ["left", "later"]


async def test_what_one_round_of_the_event_loop_brings_is_one_turn():
    sizes = []

    def together(works):
        sizes.append(len(works))
        return [Outcome() for _ in works]

    turns = Turns("a-turn-of-a-test", together)
    await asyncio.gather(*(turns.do(lambda _: None) for _ in range(9)))
    turns.close()
    assert sizes == [9]


def ask_what_is_not_there(db):
    return db.connection().execute(text("select * from nowhere")).all()


def arrive(db, number):
    intake.keep_file(db, "r-1", "run.csv", f"file {number}".encode(), kit.NOON + timedelta(seconds=number))


def claim_all(database, name, now, found):
    while request := database.transact(
        lambda db: captures.claim_next(db, Claim(by=name, until=now + timedelta(minutes=10)), DECODER_VERSION, now)
    ):
        found.append(request.source_id)


def test_of_several_servers_each_takes_up_what_no_other_is_at_work_on(database):
    with database.write() as db:
        for number in range(30):
            arrive(db, number)
    found = {name: [] for name in ("one", "two", "three")}
    threads = [threading.Thread(target=claim_all, args=(database, name, kit.NOON, found[name])) for name in found]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    taken = [source for sources in found.values() for source in sources]
    assert len(taken) == len(set(taken)) == 30


def test_what_a_server_that_ended_had_taken_up_is_taken_up_by_another_when_its_time_is_over(database):
    with database.write() as db:
        arrive(db, 0)
    found = []
    claim_all(database, "one", kit.NOON, found)
    claim_all(database, "two", kit.NOON + timedelta(minutes=9), found)
    assert len(found) == 1
    claim_all(database, "two", kit.NOON + timedelta(minutes=10), found)
    assert len(found) == 2


def test_what_an_earlier_decoder_read_or_could_not_read_is_due_again(database):
    with database.write() as db:
        arrive(db, 0)
        arrive(db, 1)
    later = kit.NOON + timedelta(minutes=10)
    with database.write() as db:
        read, unread = (captures.claim_next(db, Claim(by="s", until=later), DECODER_VERSION, kit.NOON) for _ in "12")
        captures.review_ended(db, read, DECODER_VERSION, kit.NOON)
        captures.review_ended(db, unread, DECODER_VERSION, kit.NOON, "No run in it.")
    with database.write() as db:
        assert captures.claim_next(db, Claim(by="s", until=later), DECODER_VERSION, kit.NOON) is None
        assert captures.claim_next(db, Claim(by="s", until=later), "newer", kit.NOON) is not None
        assert len(captures.unreviewed(db, "r-1", "newer")) == 2
