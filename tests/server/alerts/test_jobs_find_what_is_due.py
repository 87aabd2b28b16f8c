"""Jobs are functions of the moment: what is due is found in the rows, by whichever process looks, and once."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import alert_kit
import pytest
from alert_kit import ADMIN, NOON, PHYSIO, RUNNER, answer, keep_run, plan

from server import jobs
from server.letters import house
from server.storage import aging, people, runs, watches
from server.storage.aging import Keep
from server.storage.tables.runs import PlanRow

ENTERED_TWO_DAYS_AGO = replace(plan(stage_entered_at="2026-03-28T00:00:00Z"), version=2)


@pytest.fixture
def kit(database_url):
    with alert_kit.kit(database_url) as made:
        yield made


@pytest.fixture
def small(tmp_path):
    with alert_kit.kit(f"sqlite:///{tmp_path / 'clinic.db'}") as made:
        yield made


def a_run(db, hours_ago, run_id="run-1", **said):
    """An easy run of 40 minutes that ended so many hours before noon, answered for the day itself only."""
    keep_run(db, run_id, NOON - timedelta(hours=hours_ago, minutes=40), 7200.0)
    if said:
        answer(db, run_id, NOON - timedelta(hours=hours_ago), **said)


def planned_since(db, moment):
    row = db.get(PlanRow, ("r-1", 1))
    row.valid_from = moment
    db.add(row)


async def episodes(kit, like):
    rows = await kit.rows(f"select episode, person_id from outbox where episode like '%{like}%' order by 1, 2")
    return [tuple(row) for row in rows]


async def go_through(kit, hours, step_minutes=60):
    """The timers of a server that is up all the time."""
    for minutes in range(0, hours * 60 + 1, step_minutes):
        kit.now = NOON + timedelta(minutes=minutes)
        await kit.jobs.deadlines(kit.now)


async def test_the_morning_is_asked_for_once_from_30_hours_on_and_only_of_the_runner(kit):
    await kit.desk.write(a_run, 0, during=1, after=1, morning=None)
    await kit.look()
    await go_through(kit, 29)
    assert await episodes(kit, "MISSING_24H") == []
    await go_through(kit, 36)
    assert await episodes(kit, "MISSING_24H") == [("r-1/MISSING_24H/session:run-1", "r-1")]


async def test_a_morning_that_was_answered_is_not_asked_for(small):
    await small.desk.write(a_run, 0, during=1)
    await small.look()
    await go_through(small, 37)
    assert await episodes(small, "MISSING_24H") == []


async def test_a_deadline_that_passes_by_itself_becomes_a_verdict_without_anybody_asking(small):
    await small.desk.write(planned_since, NOON - timedelta(days=16))  # nobody asks about runs from before the plan
    for number, hours in enumerate((60, 0)):
        await small.desk.write(a_run, hours, f"run-{number}", during=1, after=1, morning=None)
    await small.look()
    before = await small.rows("select count(*) from verdicts")
    await go_through(small, 37)
    after = await small.rows("select body from verdicts where superseded_at is null")
    assert before == [(1,)] and "MISSING_24H" in str(after[0][0])


async def test_a_lapse_is_told_on_its_day_and_once(small):
    await small.desk.write(lambda db: runs.save_plan(db, ENTERED_TWO_DAYS_AGO))
    await small.desk.write(a_run, 0, during=1)
    await small.look()
    await go_through(small, 12 * 24, step_minutes=360)
    told = await episodes(small, "LAPSE")
    assert [person for _, person in told] == ["p-1", "r-1"]
    assert {episode for episode, _ in told} == {"r-1/LAPSE/2026-04-07"}, "8 days after the start at 11:20"


async def test_three_days_without_a_server_are_made_good_once(kit):
    """The run ended at noon of the 30th; from the 30th 13:00 to the 2nd 13:00 nothing runs."""
    await kit.desk.write(a_run, 0, during=1, after=1, morning=None)
    await kit.look()
    kit.now = NOON + timedelta(days=3, hours=1)
    other = replace(kit.jobs, postman=kit.postman)
    await asyncio.gather(kit.jobs.deadlines(kit.now), other.deadlines(kit.now))
    await asyncio.gather(kit.jobs.checks(kit.now), other.checks(kit.now), kit.jobs.keeping(kit.now))
    assert await episodes(kit, "MISSING_24H") == [], "the time for the nudge is over: it would ask for what is late"
    said = await kit.rows("select count(*) from verdicts where superseded_at is null")
    assert said == [(1,)]
    done = await kit.rows("select job, period from job_runs where done_at is not null order by job")
    assert [tuple(row) for row in done] == [("checks", "2026-04-02"), ("keeping", "2026-04-02")]
    assert await kit.jobs.deadlines(kit.now) == 0, "nothing is due any more"


async def test_a_runner_whom_nobody_ever_looked_at_is_looked_at(small):
    assert await small.jobs.deadlines(NOON) == 1
    assert await small.jobs.deadlines(NOON) == 0
    assert await small.jobs.deadlines(NOON + timedelta(hours=18)) == 1, "the next morning at six"


async def test_a_runner_whose_rows_break_the_rules_silences_no_other(small):
    def add(db):
        for number in range(3):
            person = people.Person(id=f"y-{number}", name="Y Example", role="runner")
            people.add_person(db, person, NOON)
            body = plan(person.id).body if number != 1 else {"programme": "PHT"}  # a plan that nothing can be made of
            runs.save_plan(db, runs.Plan(runner_id=person.id, version=1, valid_from=NOON, by="p-1", body=body))

    await small.desk.write(add)
    assert await small.jobs.deadlines(NOON) == 4
    said = await small.rows("select runner_id from verdicts order by 1")
    assert [row[0] for row in said] == ["r-1", "y-0", "y-2"]


async def test_what_one_process_has_in_hand_no_other_takes_until_its_lease_has_run_out(kit):
    first = await kit.desk.write(watches.claim, "first", NOON, 10)
    assert first == ["r-1"]
    assert await kit.desk.write(watches.claim, "second", NOON, 10) == []
    assert await kit.desk.write(watches.claim, "second", NOON + watches.LEASE, 10) == ["r-1"]


async def test_a_gateway_that_holds_packets_and_falls_silent_is_told_to_physio_and_operator_once(small):
    def beat(db):
        people.add_gateway(db, "g-1", "treadmill corner", "token", [RUNNER.id], NOON)
        db.flush()
        from server.storage import pairings

        pairings.beat(db, "g-1", {RUNNER.id: 812}, {}, NOON)

    await small.desk.write(beat)
    for hours in (5, 6, 7, 30):
        await small.jobs.gateways(NOON + timedelta(hours=hours))
    told = await episodes(small, "GATEWAY_SILENT")
    assert [person for _, person in told] == [PHYSIO.id, ADMIN.id]
    words = await small.rows("select words from alerts where runner_id = 'server'")
    assert "treadmill corner" in str(words) and "Ada" not in str(words) and "2026-03-30 12:00 UTC" in str(words)

    def back(db):
        from server.storage import pairings

        pairings.beat(db, "g-1", {}, {}, NOON + timedelta(hours=31))

    await small.desk.write(back)
    await small.jobs.gateways(NOON + timedelta(hours=31))
    assert await small.rows("select count(*) from alerts where closed_at is null") == [(0,)]


async def test_damage_and_an_old_backup_reach_the_operator_once(small, tmp_path):
    (tmp_path / "backups").mkdir()
    watched = replace(small.jobs, backups=tmp_path / "backups")
    for days in range(3):
        await watched.checks(NOON + timedelta(days=days))
    assert [person for _, person in await episodes(small, "BACKUP_OLD")] == [ADMIN.id]
    await small.desk.write(house.report, ["The database file is damaged: a page."], None, NOON)
    assert [person for _, person in await episodes(small, "DAMAGED")] == [ADMIN.id]


async def test_what_is_kept_for_ever_stays_and_what_is_not_goes(small):
    await small.desk.write(a_run, 0, during=1)
    await small.look()
    later = NOON + timedelta(days=500)
    small.now = later
    await small.look()
    gone = await small.desk.write(aging.age, Keep(), later)
    assert (gone["verdicts"], gone["raw"]) == (0, 0)
    gone = await small.desk.write(aging.age, Keep(verdicts_days=90), later + timedelta(days=91))
    assert gone["verdicts"] == 1
    await small.desk.write(aging.erase_person, RUNNER.id)
    left = [
        await small.rows(f"select count(*) from {table} where runner_id = 'r-1'")
        for table in ("alerts", "hearings", "outbox", "watches")
    ]
    assert left == [[(0,)]] * 4


async def test_the_timers_wake_every_job_at_once_after_a_start_and_end_with_the_server(small):
    woken = set()
    made = replace(small.jobs)

    class Watched:
        clock = staticmethod(made.clock)
        postman = made.postman

        def every(self):
            def job(name):
                async def work(now):
                    woken.add((name, now))

                return work

            return {name: (job(name), seconds) for name, (_, seconds) in made.every().items()}

    async with jobs.running(Watched()):
        while len(woken) < len(made.every()):
            await asyncio.sleep(0.01)
    assert woken == {(name, NOON) for name in made.every()}
