"""Who must hear what: written with what caused it, once for an episode, and to nobody who has no business with it."""

from datetime import timedelta

import alert_kit
import pytest
from alert_kit import NOON, PHYSIO, RUNNER, SECOND, answer, keep_run, say

from server import alerts, said
from server.storage import alerts as kept
from server.storage import captures, people, runs
from server.storage.captures import Capture


@pytest.fixture
def kit(tmp_path):
    with alert_kit.kit(f"sqlite:///{tmp_path / 'clinic.db'}") as made:
        yield made


def jump(db):
    """3 km, 3 km, and then 10.5 km: 3.5 times the longest of the month, which is a large jump (above 2)."""
    for number, (days, metres) in enumerate([(9, 3000), (5, 3000), (1, 10500)]):
        start = NOON - timedelta(days=days, hours=4)
        keep_run(db, f"run-{number}", start, metres)
        answer(db, f"run-{number}", start + timedelta(hours=20))


async def letters(kit):
    rows = await kit.rows("select kind, person_id, episode from outbox order by person_id, episode")
    return [tuple(row) for row in rows]


LARGE = "r-1/SPIKE_LARGE/session:run-2"
EVERYBODY = [("alert", "p-1", LARGE), ("alert", "r-1", LARGE)]


async def test_a_jump_is_told_to_the_runner_and_their_physio_and_to_nobody_else(kit):
    await kit.desk.write(jump)
    await kit.look()
    assert [one for one in await letters(kit) if "SPIKE" in one[2]] == EVERYBODY


async def test_however_often_it_is_looked_at_an_episode_is_written_once(kit):
    await kit.desk.write(jump)
    for hours in range(0, 60, 5):
        kit.now = NOON + timedelta(hours=hours)
        await kit.look()
    assert [one for one in await letters(kit) if "SPIKE" in one[2]] == EVERYBODY


async def test_an_alert_whose_transaction_fails_was_never_written(kit):
    def work(db):
        jump(db)
        say(db, RUNNER.id, NOON)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await kit.desk.write(work)
    assert await letters(kit) == []
    assert await kit.rows("select * from alerts") == []


async def test_a_verdict_and_its_alerts_are_one_transaction_and_what_is_over_is_closed(kit):
    await kit.desk.write(jump)
    await kit.look()
    assert len(await kit.rows("select * from verdicts")) == 1
    kit.now = NOON + timedelta(days=7)
    await kit.look()
    closed = await kit.rows("select closed_at from alerts where code = 'SPIKE_LARGE'")
    assert closed[0][0] is not None


@pytest.mark.parametrize("plan", ["a plan", "no plan yet"])
async def test_a_red_flag_is_heard_whatever_else_is_awaited(kit, plan):
    def work(db):
        if plan == "no plan yet":
            db.connection().exec_driver_sql("delete from plans")
        else:
            people.add_gateway(db, "g-1", "corner", "token", [RUNNER.id], NOON)
            capture = Capture(
                runner_id=RUNNER.id, id="c", gateway_id="g-1", state="open", started_at=NOON, root=None, closing=None
            )
            captures.begin(db, capture, NOON)
        said.raise_flag(db, RUNNER.id, "flag-1", RUNNER, "saddle_numbness", NOON)
        db.flush()
        say(db, RUNNER.id, NOON)

    await kit.desk.write(work)
    episode = "r-1/RED_FLAG:saddle_numbness/2026-03-30"
    assert await letters(kit) == [("alert", "p-1", episode), ("alert", "r-1", episode)]


async def test_while_a_run_is_awaited_no_jump_is_told_and_none_that_stands_is_ended(kit):
    await kit.desk.write(jump)
    await kit.look()

    def wait(db):
        people.add_gateway(db, "g-1", "corner", "token", [RUNNER.id], NOON)
        capture = Capture(
            runner_id=RUNNER.id, id="c", gateway_id="g-1", state="open", started_at=NOON, root=None, closing=None
        )
        captures.begin(db, capture, NOON)
        say(db, RUNNER.id, NOON + timedelta(hours=1))

    await kit.desk.write(wait)
    assert await kit.rows("select closed_at from alerts where code = 'SPIKE_LARGE'") == [(None,)]


async def test_a_physio_who_takes_over_hears_of_what_stands_and_one_who_left_hears_nothing(kit):
    await kit.desk.write(jump)
    await kit.look()

    def hand_over(db):
        people.withdraw_consent(db, RUNNER.id, PHYSIO.id, NOON)
        people.give_consent(db, RUNNER.id, SECOND.id, NOON)
        db.flush()
        say(db, RUNNER.id, NOON + timedelta(minutes=1))
        return alerts.unread(db, PHYSIO, NOON), alerts.unread(db, SECOND, NOON)

    before, after = await kit.desk.write(hand_over)
    assert (before, after) == ({}, {"r-1": 3})
    assert ("alert", "p-2", LARGE) in await letters(kit)


async def test_the_caseload_counts_what_is_unread_until_it_is_seen_and_again_after_a_snooze(kit):
    await kit.desk.write(jump)
    await kit.look()

    def unread(db, at):
        return alerts.unread(db, PHYSIO, at)

    def snooze(db):
        heard = kept.hearing(db, RUNNER.id, LARGE, PHYSIO.id)
        kept.mark(db, heard, seen_at=NOON, snoozed_until=NOON + timedelta(hours=4))

    assert await kit.desk.read(unread, NOON) == {"r-1": 3}
    await kit.desk.write(snooze)
    assert await kit.desk.read(unread, NOON + timedelta(hours=3)) == {"r-1": 2}
    assert await kit.desk.read(unread, NOON + timedelta(hours=4)) == {"r-1": 3}


async def test_the_weekly_question_is_asked_once_a_week_and_silence_reaches_the_physio_after_a_fortnight(kit):
    def codes(day):
        return kit.desk.read(lambda db: sorted(one.code for one in kept.open_of(db, RUNNER.id, alerts.QUESTION_CODES)))

    seen = {}
    for day in (0, 6, 7, 20, 21):
        kit.now = NOON + timedelta(days=day)
        await kit.look()
        seen[day] = await codes(day)
    asked, late = "RED_FLAG_QUESTION", "RED_FLAGS_UNANSWERED"
    assert seen == {0: [], 6: [], 7: [asked], 20: [asked], 21: [late, asked]}
    await kit.desk.write(lambda db: runs.say(db, RUNNER.id, "screen", "s-1", RUNNER.id, {}, kit.now))
    await kit.look()
    assert await codes(22) == []
    told = await kit.rows("select person_id from outbox where episode like '%QUESTION%' or episode like '%UNANSWERED%'")
    assert sorted(row[0] for row in told) == ["p-1", "r-1"]
