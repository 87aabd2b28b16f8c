"""What was stored later is the later word, on whichever clock: answers, holds, flags, overrides, mornings, splits."""

import threading
from contextlib import asynccontextmanager
from datetime import timedelta

import clinic_kit as kit
import pytest
from shared_readers import shared_readers

from rules.view import look as look_at
from server import review, said
from server.app import make_app, open_desk, running
from server.care import screening
from server.keys import REVIEWER
from server.runs import rearranging
from server.runs.rearranging import Deed
from server.runs.sessions import HAND
from server.storage import people, runs
from server.storage.database import Database
from server.storage.people import Person
from server.storage.runs import Run

RUNNERS = "/api/v1/runners/r-1"
DAY = timedelta(days=1)
BEGAN = kit.NOON - timedelta(hours=5)


@pytest.fixture
async def clinic(database_url):
    async with kit.clinic(database_url) as clinic:
        yield clinic


@pytest.fixture
def database(database_url):
    opened = Database(database_url)
    opened.migrate()
    with opened.write() as db:
        kit._people(db, kit.NOON)
    yield opened
    opened.close()


@asynccontextmanager
async def another_server(url, now):
    """A second server over the same database, with a clock of its own."""
    desk = open_desk(url)
    try:
        app = make_app(desk, clock=lambda: now, factor_asked=False, readers=shared_readers())
        async with running(app, "127.0.0.1", 0) as address:
            yield kit.Clinic(address=address, desk=desk, app=app, now=now)
    finally:
        desk.close()


async def bring_run(clinic, name="c-1", start=BEGAN):
    chunks, began_ns = kit.chunks(kit.packets(1800, start)), int(start.timestamp()) * 10**9
    async with clinic.gateway() as http:
        await http.put(f"/api/v1/captures/{name}", json={"runner": "r-1", "started_at": start.isoformat()})
        for number, body in enumerate(chunks):
            await http.put(f"/api/v1/captures/{name}/chunks/{number}", data=body, headers=kit.digest(body))
        closed = await http.post(f"/api/v1/captures/{name}/complete", json=kit.closing(name, chunks, began_ns))
        assert closed.status == 200, await closed.text()
    await clinic.app[REVIEWER].review_due()


async def post(clinic, person, path, body=None, status=201):
    async with clinic.as_(person) as http:
        answer = await http.post(f"{RUNNERS}/{path}", json=body or {})
        assert answer.status == status, await answer.text()
        return await answer.json()


async def answer(clinic, pain):
    await post(clinic, kit.RUNNER, "check-ins", {"session": "c-1", "during": pain, "after": pain})


async def get(clinic, path):
    async with clinic.as_(kit.RUNNER) as http:
        return await (await http.get(f"{RUNNERS}/{path}")).json()


async def codes(clinic):
    return {reason["code"] for reason in (await get(clinic, "verdict"))["verdict"]["reasons"]}


async def decision(clinic):
    return (await get(clinic, "verdict"))["decision"]


async def test_a_correction_counts_though_the_clock_was_put_back_a_day_before_it(clinic):
    await bring_run(clinic)
    clinic.now += DAY
    await answer(clinic, 0)
    assert "RED_RESPONSE" not in await codes(clinic)
    clinic.now -= DAY
    await answer(clinic, 9)
    assert "RED_RESPONSE" in await codes(clinic)
    assert (await get(clinic, "sessions/c-1"))["check_in"] == {"during": 9, "after": 9}
    assert [one["during"] for one in (await get(clinic, "sessions/c-1"))["answers"]] == [0, 9]


async def test_a_correction_given_to_a_server_whose_clock_is_three_seconds_behind_counts_on_both(clinic, database_url):
    await bring_run(clinic)
    async with another_server(database_url, clinic.now - timedelta(seconds=3)) as behind:
        await answer(clinic, 0)
        await answer(behind, 9)
        for server in (clinic, behind):
            assert "RED_RESPONSE" in await codes(server)
            assert (await get(server, "sessions/c-1"))["check_in"]["during"] == 9
        await answer(clinic, 1)
        assert "RED_RESPONSE" not in await codes(behind)


def test_servers_that_write_at_the_same_time_give_each_row_a_place_of_its_own(database, database_url):
    """Answers and statements of one runner are one order, without a gap; another runner has an order of their own."""
    each, servers = 15, 3

    def write(number):
        own = Database(database_url)
        for place in range(each):
            name = f"{number}-{place}"
            now = kit.NOON - timedelta(seconds=place)
            if place % 2:
                own.transact(lambda db: runs.say(db, "r-1", "no_run", name, "r-1", {"day": name}, now))  # noqa: B023
            else:
                own.transact(lambda db: runs.save_check_in(db, "r-1", name, "r-1", {"during": 1}, now))  # noqa: B023
        own.close()

    threads = [threading.Thread(target=write, args=(number,)) for number in range(servers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as db:
        answers, statements = runs.answers_of(db, "r-1"), runs.said_of(db, "r-1", "no_run")
        assert sorted(row.seq for row in (*answers, *statements)) == list(range(1, each * servers + 1))
        assert (runs.last_seq(db, "r-1"), runs.last_seq(db, "r-2")) == (each * servers, 0)
    for number in range(servers):  # of each server what it wrote later has the later place
        theirs = [row.seq for row in answers if row.run_id.startswith(f"{number}-")]
        places = [int(row.run_id.split("-")[1]) for row in answers if row.run_id.startswith(f"{number}-")]
        assert theirs == sorted(theirs) and places == sorted(places)


async def test_a_hold_that_was_set_while_the_clock_was_ahead_is_in_force_until_it_is_lifted(clinic):
    clinic.now += DAY
    held = await post(clinic, kit.PHYSIO, "holds", {"reason": "after the race"})
    clinic.now -= DAY
    assert "PHYSIO_HOLD" in await codes(clinic)
    clinic.now += DAY / 2
    assert "PHYSIO_HOLD" in await codes(clinic)
    await post(clinic, kit.PHYSIO, f"holds/{held['hold']}/lift", status=200)
    assert "PHYSIO_HOLD" not in await codes(clinic)


async def test_a_hold_with_an_end_that_was_set_while_the_clock_was_ahead_ends_then(clinic):
    until = clinic.now + 3 * DAY
    clinic.now += DAY
    await post(clinic, kit.PHYSIO, "holds", {"reason": "after the race", "until": until.isoformat()})
    clinic.now -= DAY
    assert "PHYSIO_HOLD" in await codes(clinic)
    clinic.now = until
    assert "PHYSIO_HOLD" not in await codes(clinic)


async def test_a_hold_that_was_lifted_while_the_clock_was_ahead_is_lifted(clinic):
    held = await post(clinic, kit.PHYSIO, "holds", {"reason": "after the race"})
    clinic.now += DAY
    await post(clinic, kit.PHYSIO, f"holds/{held['hold']}/lift", status=200)
    assert "PHYSIO_HOLD" not in await codes(clinic)
    clinic.now -= DAY
    assert "PHYSIO_HOLD" not in await codes(clinic)
    with clinic.desk.database.read() as db:
        assert said.holds_standing(db, "r-1", clinic.now) == []


async def test_a_lifted_hold_stays_lifted_when_the_clock_is_put_back_a_few_minutes(clinic):
    held = await post(clinic, kit.PHYSIO, "holds", {"reason": "after the race"})
    clinic.now += timedelta(minutes=10)
    await post(clinic, kit.PHYSIO, f"holds/{held['hold']}/lift", status=200)
    assert "PHYSIO_HOLD" not in await codes(clinic)
    clinic.now -= timedelta(minutes=9)
    assert "PHYSIO_HOLD" not in await codes(clinic)


async def test_a_flag_raised_and_cleared_while_the_clock_was_ahead_stops_and_no_longer_stops(clinic):
    clinic.now += DAY
    raised = await post(clinic, kit.RUNNER, "flags", {"code": "saddle_numbness"})
    clinic.now -= DAY
    assert await decision(clinic) == "STOP_REFER"
    clinic.now += DAY
    await post(clinic, kit.PHYSIO, f"flags/{raised['flag']}/clear", {"note": "seen in the clinic today"}, 200)
    clinic.now -= DAY
    assert await decision(clinic) != "STOP_REFER"


async def test_an_override_made_while_the_clock_was_ahead_holds_and_a_later_one_takes_its_place(clinic):
    clinic.now += DAY
    await post(clinic, kit.PHYSIO, "overrides", {"decision": "HOLD", "reason": "travelling until Friday"})
    clinic.now -= DAY
    assert await decision(clinic) == "HOLD"
    await post(clinic, kit.PHYSIO, "overrides", {"decision": "REGRESS", "reason": "seen, it is worse again"})
    assert await decision(clinic) == "REGRESS"


async def test_what_a_physio_saw_while_the_clock_was_ahead_is_seen_and_the_later_value_counts(clinic):
    with clinic.desk.database.write() as db:
        said.attest_criterion(db, "r-1", "a-1", kit.PHYSIO, "strength_90", None, clinic.now + DAY)
        for name, value, ahead in (("m-1", 4.0, DAY), ("m-2", 6.0, timedelta(0))):
            said.attest_metric(db, "r-1", name, kit.PHYSIO, ("c-1", "acc2_n", value), clinic.now + ahead)
    with clinic.desk.database.read() as db:
        assert [one.at for one in said.attestations(db, "r-1", clinic.now)] == [clinic.now]
    await bring_run(clinic)
    clinic.now += timedelta(minutes=1)
    with clinic.desk.database.read() as db:
        (session,) = review.look(db, kit.RUNNER, clinic.now).case.sessions
        assert session.metrics["acc2_n"] == 6.0


async def test_a_morning_corrected_after_the_clock_was_put_back_is_the_corrected_one(clinic):
    for morning, back in ((1, timedelta(0)), (7, timedelta(hours=2))):
        clinic.now -= back
        await post(clinic, kit.RUNNER, "mornings", {"morning": morning, "at": "2026-03-30T07:00:00Z"})
    assert "BAD_MORNING" in await codes(clinic)


async def test_a_bad_morning_told_while_the_clock_was_ahead_counts_and_a_good_one_excuses_nothing(clinic):
    clinic.now += 3 * DAY
    await post(clinic, kit.RUNNER, "mornings", {"morning": 7})
    clinic.now -= 3 * DAY
    assert "BAD_MORNING" in await codes(clinic)
    clinic.now += 4 * DAY
    await post(clinic, kit.RUNNER, "mornings", {"morning": 0, "at": (kit.NOON + 3 * DAY).isoformat()})
    assert "BAD_MORNING" not in await codes(clinic)


async def test_a_good_morning_told_while_the_clock_was_ahead_stands_for_none_after_a_later_run(clinic):
    clinic.now += 3 * DAY
    await post(clinic, kit.RUNNER, "mornings", {"morning": 1})
    clinic.now -= 3 * DAY
    await bring_run(clinic)
    await answer(clinic, 0)
    clinic.now += DAY
    missing = {part["item"]: part["measured"] for part in (await get(clinic, "verdict"))["verdict"]["missing"]}
    assert missing["latest_24h"] == "PENDING"


async def test_a_join_stored_after_a_split_joins_though_the_clock_was_put_back_between_them(clinic):
    await bring_run(clinic)
    await post(clinic, kit.RUNNER, "sessions/c-1/split", {"at": (BEGAN + timedelta(minutes=20)).isoformat()}, 200)
    late, early = [one["id"] for one in (await get(clinic, "sessions"))["sessions"]]
    clinic.now -= timedelta(hours=1)
    await post(clinic, kit.RUNNER, f"sessions/{late}/join", {"session": early}, 200)
    assert [one["id"] for one in (await get(clinic, "sessions"))["sessions"]] == ["c-1"]


def test_not_my_run_is_taken_back_by_what_was_stored_later(database):
    facts = {"kind": HAND, "quality": "POOR", "run_s": 600.0, "rules_version": "2", "decoder_version": HAND}
    run = Run(runner_id="r-1", id="h-1", source_id="h-1", start=BEGAN, end=BEGAN + timedelta(minutes=10), **facts)
    with database.write() as db:
        runs.save_run(db, run, {}, None)
        for number, (mine, now) in enumerate(((False, kit.NOON), (True, kit.NOON - DAY))):
            deed = Deed(by=kit.RUNNER, runner_id="r-1", said_id=f"s-{number}", now=now)
            rearranging.not_mine(db, deed, "h-1", mine=mine)
        assert [session.mine for session in rearranging.composed(db, "r-1")] == [True]


@pytest.mark.parametrize(
    ("answered_ago", "why"),
    [(timedelta(days=6), None), (timedelta(days=7), "week"), (-timedelta(seconds=3), None), (-DAY, "week")],
    ids=["six days", "a week", "by a clock 3 s ahead", "by a clock that was a day ahead"],
)
def test_the_red_flag_questions_are_due_where_nobody_can_tell_how_old_the_answers_are(database, answered_ago, why):
    with database.write() as db:
        said.screened(db, "r-1", "s-1", kit.RUNNER, (), kit.NOON - answered_ago)
    with database.read() as db:
        assert screening.screening(db, "r-1", None, kit.NOON).why == why


async def test_a_bad_run_asks_the_red_flag_questions_again_though_the_clock_was_put_back(clinic):
    await bring_run(clinic)
    await post(clinic, kit.RUNNER, "mornings", {"morning": 1})
    with clinic.desk.database.write() as db:
        said.screened(db, "r-1", "s-1", kit.RUNNER, (), clinic.now)
    clinic.now -= timedelta(hours=2)
    await answer(clinic, 9)
    with clinic.desk.database.read() as db:
        view = look_at(review.look(db, kit.RUNNER, clinic.now).case)
        assert screening.screening(db, "r-1", view, clinic.now).why == "red"
        said.screened(db, "r-1", "s-2", kit.RUNNER, (), clinic.now - timedelta(minutes=1))
        assert screening.screening(db, "r-1", view, clinic.now).why is None


def test_the_places_of_two_runners_have_nothing_to_do_with_each_other(database):
    with database.write() as db:
        people.add_person(db, Person(id="r-3", name="Eve Example", role="runner"), kit.NOON)
        for runner in ("r-1", "r-3", "r-1"):
            runs.say(db, runner, "no_run", f"n-{runs.last_seq(db, runner)}", runner, {"day": "2026-03-30"}, kit.NOON)
        assert [one.seq for one in runs.said_of(db, "r-1", "no_run")] == [1, 2]
        assert [one.seq for one in runs.said_of(db, "r-3", "no_run")] == [1]
