"""After a new version of the rules or of a decoder: what arrived comes first, then the last weeks, then the rest."""

from datetime import timedelta

import pytest
import version_1_clinic as old
from shared_readers import shared_readers
from sqlmodel import text

from rules.verdict_cap import REMEASURING
from rules.version import RULES_VERSION
from rules.vocabulary import Decision
from sensors.files.csv_columns import to_csv
from server import intake, remeasurement, review, reviewer, rules_update
from server.reviewer import Reviewer
from server.runs import measuring
from server.storage import captures, people, runs, sessions
from server.storage.captures import Claim
from server.storage.database import Database
from server.storage.desk import Desk

OLDER_DAYS = (200, 100)
RECENT_DAYS = (40, 30, 20, 10)
ADA, BO = old.READY, old.TINGLING


@pytest.fixture
async def desk(database_url):
    """Two runners whose sessions version 1 measured, with their recordings; the second ran last."""
    opened = Desk(Database(database_url))
    with opened.database.write() as db, old.version_1():
        for person in (ADA, BO, old.PHYSIO):
            people.add_person(db, person, old.NOON - timedelta(days=300))
        for runner, shift in ((ADA, 0.0), (BO, -1.0)):
            people.give_consent(db, runner.id, old.PHYSIO.id, old.NOON - timedelta(days=300))
            plan = runs.Plan(
                runner_id=runner.id, version=1, valid_from=old.NOON, by="p-1", body=old.plan_body(programme="PHT@1")
            )
            runs.save_plan(db, plan)
            for days in (*OLDER_DAYS, *RECENT_DAYS):
                old.add_run(db, runner, days + shift, 12, {"during": 1, "after": 1, "morning": 1}, recorded=True)
            old.measure(db, runner)
            old.save_verdict(db, runner, "INSUFFICIENT_DATA", [old.reason("LAPSE", "INSUFFICIENT_DATA")])
    yield opened
    opened.close()


@pytest.fixture
def working(desk):
    return Reviewer(desk, lambda: old.NOON, shared_readers(), "a test")


async def versions(desk, runner, days=(*OLDER_DAYS, *RECENT_DAYS)):
    """The version by which each session was measured, the oldest first."""

    def read(db):
        trainings = (sessions.one(db, runner.id, f"{runner.id}-{day + (runner == BO) * -1:g}") for day in days)
        return [training.rules_version for training in trainings]

    return await desk.read(read)


async def look(desk, runner=ADA, now=old.NOON):
    return await desk.read(lambda db: review.look(db, runner, now))


async def test_the_latest_of_everybody_come_first_and_what_is_older_than_the_rules_look_last(
    desk, working, monkeypatch
):
    monkeypatch.setattr(remeasurement, "BATCH", 2)
    await working.review_due()
    states = []
    while await working.remeasure_next():
        states.append("".join(await versions(desk, BO) + ["|"] + await versions(desk, ADA)))
    changes = [state for place, state in enumerate(states) if place == 0 or state != states[place - 1]]
    assert changes == [
        "111122|111111",  # who ran last, the latest two first
        "112222|111111",
        "112222|111122",
        "112222|112222",  # what the rules look at, of everybody
        "222222|112222",
        "222222|222222",
    ]
    assert not await working.remeasure_next()


async def test_a_run_that_arrives_meanwhile_is_measured_before_the_rest(desk, working, monkeypatch):
    monkeypatch.setattr(remeasurement, "BATCH", 1)
    await working.review_due()
    assert await working.remeasure_next()
    start = old.NOON - timedelta(days=2)
    body = to_csv(old.recording(start, 720))
    digest, _ = await desk.write(intake.keep_file, ADA.id, "run.csv", body, old.NOON)
    assert (await look(desk)).verdict is None
    assert await working.review_due() == 1
    seen = await look(desk)
    assert seen.runs[-1].run.id == f"{digest[:16]}-0" and seen.verdict is not None
    assert seen.is_provisional and await versions(desk, ADA, RECENT_DAYS) == ["1"] * 4


async def test_once_measured_by_this_version_the_verdict_is_no_longer_provisional(desk, working):
    await working.review_due()
    before = await look(desk)
    assert before.is_provisional and REMEASURING in before.verdict.codes
    while (await look(desk)).is_provisional:
        assert await working.remeasure_next()
    after = await look(desk)
    assert REMEASURING not in after.verdict.codes and await versions(desk, ADA, OLDER_DAYS) == ["1", "1"]
    notes = [seen.run.measured["notes"] for seen in after.runs if seen.run.id == "r-1-10"]
    assert notes != [["measured by version 1"]]
    stored = await desk.read(lambda db: db.connection().execute(text("select count(*) from runs")).scalar_one())
    assert stored == 2 * (len(OLDER_DAYS) + len(RECENT_DAYS))


async def test_what_only_the_new_measurement_shows_notifies_nobody(desk, working, monkeypatch):
    await working.review_due()

    def implausible(_recording, _against, _tiring):
        body = old._measured(720) | {"notes": ["SPEED_IMPLAUSIBLE"], "quality": "POOR"}
        return type("Exposure", (), {"to_json": lambda _self: dict(body)})()

    monkeypatch.setattr(measuring, "_exposure", implausible)
    while await working.remeasure_next():
        pass
    found = await desk.read(
        lambda db: (
            db.connection()
            .execute(
                text("select baseline_at is null from alerts where code = 'SPEED_IMPLAUSIBLE' and runner_id = 'r-1'")
            )
            .all()
        )
    )
    assert len(found) == len(RECENT_DAYS) and not any(is_news for (is_news,) in found)
    sent = await desk.read(lambda db: db.connection().execute(text("select episode from outbox")).all())
    assert not [episode for (episode,) in sent if "SPEED_IMPLAUSIBLE" in episode]


async def test_a_bad_answer_while_it_is_going_on_is_sent_at_once(desk, working):
    await working.review_due()

    def answer(db):
        runs.save_check_in(db, ADA.id, "r-1-10", ADA.id, {"during": 8}, old.NOON)
        db.flush()
        review.record(db, review.look(db, ADA, old.NOON))

    await desk.write(answer)
    assert (await look(desk)).verdict.decision <= Decision.HOLD
    while await working.remeasure_next():
        pass
    sent = await desk.read(lambda db: db.connection().execute(text("select person_id, episode from outbox")).all())
    assert sorted(person for person, episode in sent if "RED_RESPONSE/session:r-1-10" in episode) == ["p-1", "r-1"]


async def test_a_bad_answer_that_was_not_decided_on_yet_is_sent_with_the_re_check(desk, working):
    """As when a process ended between the two: what is new is sent, though the next decision is that of a re-check."""
    await working.review_due()
    await desk.write(runs.save_check_in, ADA.id, "r-1-10", ADA.id, {"during": 8}, old.NOON)
    fresh = await desk.read(remeasurement.measured, ADA.id, old.NOON - review.HORIZON)
    await desk.write(remeasurement.store, ADA.id, fresh, old.NOON)
    sent = await desk.read(lambda db: db.connection().execute(text("select person_id, episode from outbox")).all())
    assert sorted(person for person, episode in sent if "RED_RESPONSE/session:r-1-10" in episode) == ["p-1", "r-1"]


async def test_a_runner_whose_recording_is_damaged_does_not_stop_the_others(desk, working):
    await desk.write(
        lambda db: db.connection().execute(
            text("update recordings set body = :body where runner_id = 'r-2'"), {"body": b"x"}
        )
    )
    await working.review_due()
    for _ in range(40):
        if not await working.remeasure_next():
            break
    assert await versions(desk, ADA) == [RULES_VERSION] * 6
    assert not await working.remeasure_next()


async def test_a_damaged_recording_is_made_again_from_what_arrived(desk, working, monkeypatch):
    start = old.NOON - timedelta(days=5)
    await desk.write(intake.keep_file, ADA.id, "run.csv", to_csv(old.recording(start, 720)), old.NOON)
    with monkeypatch.context() as at_that_time:
        for module in (measuring, remeasurement):
            at_that_time.setattr(module, "RULES_VERSION", "1")
        await working.review_due()
    await desk.write(
        lambda db: db.connection().execute(
            text("update recordings set body = :body where runner_id = 'r-1' and run_id not like 'r-1-%'"),
            {"body": b"x"},
        )
    )
    for _ in range(40):
        await working.review_due()
        if not await working.remeasure_next():
            break
    seen = await look(desk)
    assert seen.verdict is not None and not seen.is_provisional
    assert {one.run.rules_version for one in seen.runs} == {RULES_VERSION}


async def test_after_the_update_everybody_is_decided_on_before_the_first_request(desk, working):
    await working.prepare()
    assert await desk.read(rules_update.runners_to_decide) == []
    stored = await desk.read(lambda db: db.connection().execute(text("select runner_id from rules_updates")).all())
    assert sorted(runner for (runner,) in stored) == ["r-1", "r-2"]


# a new decoder


async def test_a_new_decoder_reads_every_source_again_the_latest_first_while_the_verdict_stands(
    desk, working, monkeypatch
):
    bodies = {days: to_csv(old.recording(old.NOON - timedelta(days=days), 720)) for days in (90, 8, 6)}
    names = {}
    for days, body in bodies.items():
        digest, _ = await desk.write(intake.keep_file, BO.id, "run.csv", body, old.NOON)
        names[digest] = days
    await working.review_due()
    while await working.remeasure_next():
        pass
    assert not (await look(desk, BO)).is_provisional
    for module in (review, reviewer, remeasurement, measuring):
        monkeypatch.setattr(module, "DECODER_VERSION", "newer")
    seen = await look(desk, BO)
    assert seen.waiting == () and seen.is_provisional and REMEASURING in seen.verdict.codes
    assert await working.review_due() == 0  # nothing has arrived
    read = []
    monkeypatch.setattr(working, "noted", read.append)
    taken = measuring.taken
    monkeypatch.setattr(
        measuring,
        "taken",
        lambda db, request, *more: read.append(names[request.source_id]) or taken(db, request, *more),
    )
    while await working.remeasure_next():
        pass
    assert [one for one in read if one != "measured"] == [6, 8, 90]
    assert not (await look(desk, BO)).is_provisional


# people in turn


def claim(database, served):
    later = old.NOON + timedelta(minutes=10)
    return database.transact(lambda db: captures.claim_next(db, Claim(by="a test", until=later), "0", old.NOON, served))


async def test_somebody_who_brings_many_files_keeps_nobody_waiting(desk):
    for number in range(3):
        await desk.write(intake.keep_file, ADA.id, "many.csv", f"file {number}".encode(), old.NOON)
    await desk.write(intake.keep_file, BO.id, "one.csv", b"another", old.NOON + timedelta(seconds=5))
    served, turns = [], []
    while request := claim(desk.database, tuple(served)):
        turns.append(request.runner_id)
        served = [*(one for one in served if one != request.runner_id), request.runner_id]
    assert turns == ["r-1", "r-2", "r-1", "r-1"]


async def test_a_runner_gets_a_verdict_once_their_own_files_are_measured(desk, working, monkeypatch):
    for runner, count in ((ADA, 3), (BO, 1)):
        for number in range(count):
            body = to_csv(old.recording(old.NOON - timedelta(days=2, hours=30 * number), 720))
            await desk.write(intake.keep_file, runner.id, "run.csv", body, old.NOON + timedelta(seconds=number))
    order, measure, say = [], working._measure, working.review

    async def measured(request):
        order.append(f"measured {request.runner_id}")
        return await measure(request)

    async def reviewed(runner_id):
        order.append(f"decided {runner_id}")
        await say(runner_id)

    monkeypatch.setattr(working, "_measure", measured)
    monkeypatch.setattr(working, "review", reviewed)
    await working.review_due()
    assert order == ["measured r-1", "measured r-2", "decided r-2", "measured r-1", "measured r-1", "decided r-1"]


# the key of what was stored


def test_the_key_of_a_session_that_version_1_stored_is_still_found():
    """Computed by the release with rules version 1; another form would measure every session of every clinic anew."""
    run = runs.Run(
        runner_id="r-1", id="f-1", kind="file", source_id="f", start=old.NOON, end=old.NOON + timedelta(minutes=30),
        quality="OK", run_s=1800.0, rules_version="1", decoder_version="1",
    )  # fmt: skip
    (session,) = measuring.compose([run], [])
    plan = runs.Plan(runner_id="r-1", version=1, valid_from=old.NOON, by="p-1", body=old.plan_body(programme="PHT@1"))
    key = "e77ebb8b23b3763ef00b604a946631c59dcaedf78002e24660127cbb37edc4d6"
    stored = sessions.Kept(id="f-1", run_s=1800.0, rules_version="1", decoder_version="1", measured_with=key)
    (due,) = measuring._due([session], {"f-1": stored}, measuring.yardstick(plan))
    assert due.staleness is measuring.Staleness.VERSION
