"""A clinic of version 1 of the rules after the update: nothing is lost, nobody is alarmed, one summary per physio."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import version_1_clinic as old
from postgres import drop
from sqlmodel import text

from rules.override import Override
from rules.version import RULES_VERSION
from rules.vocabulary import Decision
from server import review, rules_update, rules_update_text, said
from server.letters import delivery
from server.pacing import Wishes
from server.storage import alerts as kept
from server.storage import channels, clinic_programmes, history, outbox, people, rules_updates, runs, sessions
from server.storage.database import Database

KEPT = ("runs", "recordings", "sessions", "check_ins", "said", "verdicts", "audit", "audit_words", "hearings", "outbox")
RED_FLAG = "RED_FLAG:foot_drop_or_progressive_weakness"


@pytest.fixture(params=["sqlite", "postgresql"])
def old_url(request, tmp_path):
    """Under the schema of version 1."""
    if request.param == "sqlite":
        yield old.sqlite_url(tmp_path / "clinic.db")
        return
    socket = request.getfixturevalue("postgres_socket")
    url = old.postgres_url(socket)
    yield url
    drop(socket, url)


@pytest.fixture
def database(old_url):
    opened = Database(old_url)
    yield opened
    opened.close()


@pytest.fixture
def updated(database):
    """Brought to this release, and everybody decided on once."""
    database.migrate()
    decide_all(database)
    return database


def decide_all(database, now=old.NOON):
    with database.read() as db:
        runners = rules_update.runners_to_decide(db)
    for runner_id in runners:
        database.transact(lambda db, runner_id=runner_id: rules_update.decide_first(db, runner_id, now))
    return runners


def rows(database, tables):
    with database.read() as db:
        found = {}
        for table in tables:
            found[table] = sorted(map(str, db.connection().execute(text(f"select * from {table}")).mappings().all()))
        return found


def values(database, query):
    with database.read() as db:
        return db.connection().execute(text(query)).all()


def look(database, runner, now=old.NOON):
    with database.read() as db:
        return review.look(db, runner, now)


def open_codes(database, runner):
    with database.read() as db:
        found = db.connection().execute(
            text("select code from alerts where runner_id = :runner and closed_at is null"), {"runner": runner.id}
        )
        return sorted(code for (code,) in found)


# the migration


def test_what_was_stored_under_version_1_is_all_there_after_the_migration(database):
    counts = {table: len(found) for table, found in rows(database, KEPT).items()}
    answers = values(database, "select run_id, body from check_ins order by runner_id, run_id")
    verdicts = values(database, "select runner_id, rules_version, body from verdicts order by runner_id")
    measured = values(database, "select id, measured_with, rules_version, measured from sessions order by id")
    database.migrate()
    assert {table: len(found) for table, found in rows(database, KEPT).items()} == counts
    assert values(database, "select run_id, body from check_ins order by runner_id, run_id") == answers
    assert values(database, "select runner_id, rules_version, body from verdicts order by runner_id") == verdicts
    assert values(database, "select id, measured_with, rules_version, measured from sessions order by id") == measured


def test_every_plan_keeps_version_1_of_its_programme_also_within_documents_and_second_programmes(database):
    database.migrate()
    with database.read() as db:
        plans = {runner.id: runs.plan_of(db, runner.id).body for runner in old.RUNNERS}
        (own,) = clinic_programmes.versions(db, "clinic", "OURS")
    assert plans["r-1"] == old.plan_body(programme="PHT@1")
    assert plans["r-3"]["second"]["programme"] == "NEURAL@1"
    assert plans["r-4"]["programme"] == {**old.OWN_PROGRAMME, "extends": "PHT@1"}
    assert own.body == {**old.OWN_PROGRAMME, "extends": "PHT@1"}


def test_taken_back_to_the_former_schema_the_plans_name_the_programme_as_it_was_called_there(database):
    before = values(database, "select runner_id, version, body from plans order by runner_id")
    database.migrate()
    database.downgrade(old.BEFORE_SCHEMA)
    assert values(database, "select runner_id, version, body from plans order by runner_id") == before


@pytest.mark.parametrize(
    ("stored", "kept"),
    [
        (  # with version 2 of the other limits, 2 would be GREEN and RED at once
            {"name": "IMT", "red": {"during": 2}},
            {
                "name": "IMT",
                "green": {"during": 1, "after": 1, "rise": 0},
                "red": {"during": 2, "after": 4, "rise": 2},
            },
        ),
        ({"name": "IMT", "red": {"during": 4}}, {"name": "IMT", "red": {"during": 4}}),
        ({"green": {"during": 2}}, {"name": "TENDON", "green": {"during": 2}}),  # version 1 took that of the programme
        ({"name": "ours", "green": {"after": 2}}, {"name": "TENDON", "green": {"after": 2}}),
        ("IMT", "IMT"),
    ],
)
def test_tolerance_limits_that_version_2_would_refuse_are_completed_with_those_of_version_1(database, stored, kept):
    with database.write() as db:
        db.connection().execute(
            text("update plans set body = :body where runner_id = 'r-1'"),
            {"body": json.dumps({**old.plan_body(programme="PHT"), "profile": stored})},
        )
    database.migrate()
    with database.read() as db:
        assert runs.plan_of(db, "r-1").body["profile"] == kept
    assert look(database, old.READY).case is not None


def test_a_plan_that_cannot_be_read_withholds_the_verdict_of_that_runner_and_says_who_can_mend_it(database):
    database.migrate()
    refused = {"name": "IMT", "red": {"during": 2}}
    with database.write() as db:
        db.connection().execute(
            text("update plans set body = :body where runner_id = 'r-1'"),
            {"body": json.dumps({**old.plan_body(programme="PHT@1"), "profile": refused})},
        )
    seen = look(database, old.READY)
    assert seen.verdict is None and seen.shown is None and review.UNREADABLE in seen.waiting
    assert look(database, old.TINGLING).verdict is not None


def test_the_limits_of_a_plan_are_those_of_version_1_until_a_physio_changes_it(updated):
    with updated.read() as db:
        seen = review.look(db, old.READY, old.NOON)
    assert "dn4_s" not in review.decide(seen.case).to_json()["notes"]
    assert seen.verdict.programme_version == "1"


# measured by version 1: the verdict, and what it may say


def test_sessions_that_only_the_rules_version_makes_old_give_a_verdict_that_says_so(database):
    database.migrate()
    seen = look(database, old.JUMPED)
    assert seen.waiting == () and seen.is_provisional
    assert seen.verdict.decision is Decision.HOLD
    assert {"SPIKE_MODERATE", "REMEASURING"} <= set(seen.verdict.codes)


def test_ready_by_earlier_measurements_reads_continue_and_what_was_computed_is_not_lost(database):
    database.migrate()
    seen = look(database, old.READY)
    assert seen.shown.decision is seen.verdict.decision is Decision.CONTINUE
    assert [(one.code, one.verdict.name) for one in seen.verdict.reasons] == [
        ("REMEASURING", "CONTINUE"),
        ("DOSE", "PROGRESS_READY"),
    ]
    assert seen.verdict.sufficient


@pytest.mark.parametrize("decision", [Decision.HOLD, Decision.CONTINUE, Decision.PROGRESS_READY])
def test_what_a_physio_set_over_ready_stays_while_runs_are_being_re_checked_and_ready_waits(database, decision):
    database.migrate()
    made = Override(
        decision=decision, over=Decision.PROGRESS_READY, reason="wait for the race", by="Cy Example",
        at=old.NOON - timedelta(days=1), until=old.NOON + timedelta(days=5), stage="P3",
    )  # fmt: skip
    with database.write() as db:
        said.keep_override(db, "r-1", "override-1", old.PHYSIO, made)
    seen = look(database, old.READY)
    assert seen.shown.decision is min(decision, Decision.CONTINUE) and seen.shown.computed.decision is Decision.CONTINUE
    assert (seen.shown.override is None) is (decision is Decision.PROGRESS_READY)


def test_a_red_flag_is_never_delayed_by_earlier_measurements(database):
    database.migrate()
    assert look(database, old.FLAGGED).verdict.decision is Decision.STOP_REFER


def test_sessions_older_than_the_rules_look_back_change_nothing_of_the_verdict(database):
    database.migrate()
    later = old.NOON.replace(month=6, day=10)  # every session is older than 62 days
    assert not look(database, old.READY, later).is_provisional


def test_a_changed_reference_still_withholds_the_verdict_until_it_is_measured(database):
    database.migrate()
    with database.write() as db:
        plan = runs.plan_of(db, "r-1")
        references = {**plan.body["references"], "v_max_mps": 7.0}
        body = {**plan.body, "references": references}
        runs.save_plan(db, runs.Plan(runner_id="r-1", version=2, valid_from=old.NOON, by="p-1", body=body))
    seen = look(database, old.READY)
    assert seen.verdict is None and "measured again" in seen.waiting[0]


# the first decisions


def test_the_first_decisions_notify_nobody(database):
    database.migrate()
    letters = rows(database, ("outbox",))
    assert decide_all(database) == ["r-1", "r-2", "r-3", "r-4"]
    assert rows(database, ("outbox",)) == letters
    assert decide_all(database) == []


def test_what_the_new_rules_notice_is_recorded_and_unread_for_nobody(updated):
    assert "NERVE_SIGNS" in open_codes(updated, old.TINGLING)
    with updated.read() as db:
        found = [one for one in kept.hearings_of(db, "p-1", 100) if one.episode.code == "NERVE_SIGNS"]
    assert [one.is_unread(old.NOON) for one in found] == [False]
    assert found[0].episode.baseline_at == old.NOON


def test_an_alert_that_was_open_stays_the_same_alert_and_one_of_a_code_that_is_gone_ends(updated):
    assert open_codes(updated, old.FLAGGED).count("RED_FLAG") == 1
    assert "THINK_BACK_OR_NERVE" not in open_codes(updated, old.TINGLING)
    with updated.read() as db:
        flags = [one for one in kept.hearings_of(db, "p-1", 100) if one.episode.code == "RED_FLAG"]
    assert len(flags) == 1 and flags[0].is_unread(old.NOON)


def test_a_red_flag_that_was_not_open_before_is_sent_at_the_first_decision_too(database):
    database.migrate()
    with database.write() as db:
        db.connection().execute(text("delete from outbox"))
        db.connection().execute(text("delete from hearings"))
        db.connection().execute(text("delete from alerts"))
    decide_all(database)
    sent = values(database, "select person_id, episode from outbox order by person_id")
    assert [person for person, _ in sent] == ["p-1", "r-3"]
    assert all(RED_FLAG in episode for _, episode in sent)


def test_an_alert_that_nobody_was_notified_of_is_not_escalated(updated):
    with updated.read() as db:
        found = kept.not_escalated(db, 2, old.NOON.replace(day=31))
    assert {one.code for one in found} == {"RED_FLAG"}


def test_a_fact_after_the_first_decision_is_an_alert_like_any_other(updated):
    at = old.NOON.replace(hour=13)
    with updated.write() as db:
        runs.save_check_in(db, "r-1", "r-1-2.4", "r-1", {"during": 8}, at)
        db.flush()
        review.record(db, review.look(db, old.READY, at))
    sent = values(updated, "select person_id, episode from outbox where runner_id = 'r-1' order by person_id")
    assert [person for person, episode in sent if "RED_RESPONSE" in episode] == ["p-1", "p-2", "r-1"]


def test_a_worse_answer_about_a_run_that_nobody_was_notified_of_is_sent(database):
    with database.write() as db:  # version 1 called 6 of 10 during a run RED as well, and the runner had answered it
        db.connection().execute(
            text("update check_ins set body = :body where run_id = 'r-1-2.4'"), {"body": '{"during": 6}'}
        )
    database.migrate()
    decide_all(database)
    query = "select person_id from outbox where episode like '%RED_RESPONSE%' and runner_id = 'r-1' order by person_id"
    assert "RED_RESPONSE" in open_codes(database, old.READY) and values(database, query) == []
    at = old.NOON.replace(hour=13)
    with database.write() as db:
        review.record(db, review.look(db, old.READY, at))
    assert values(database, query) == []
    with database.write() as db:
        runs.save_check_in(db, "r-1", "r-1-2.4", "r-1", {"morning": 9}, at)
        db.flush()
        review.record(db, review.look(db, old.READY, at))
    assert [person for (person,) in values(database, query)] == ["p-1", "p-2", "r-1"]


def test_the_verdict_of_version_1_stays_readable_beside_the_one_of_version_2(updated):
    with updated.read() as db:
        now, before = history.verdicts(db, "r-4", 10, None)
    assert (now.body["rules_version"], before.body["rules_version"]) == (RULES_VERSION, "1")
    assert before.superseded_at == old.NOON and now.superseded_at is None
    assert [one["code"] for one in before.body["reasons"]] == ["SPIKE_MODERATE", "A_CODE_OF_VERSION_1"]


# the summary


def summarize(database, now):
    return database.transact(lambda db: rules_update.send_summaries(db, now))


def remeasure_all(database):
    """As if everything had been measured by this version, with the same result."""
    with database.write() as db:
        for runner in old.RUNNERS:
            plan = runs.plan_of(db, runner.id)
            for due in rules_update.review.measuring.standing(db, runner.id, plan).of_earlier_version:
                training = sessions.one(db, runner.id, due.session.id)
                fresh = {name: getattr(training, name) for name in training.__dataclass_fields__}
                fresh |= {"rules_version": RULES_VERSION, "measured_with": due.key}
                sessions.save(db, [sessions.Training(**fresh)], runner.id, [])
        db.flush()
        for runner in old.RUNNERS:
            review.record(db, review.look(db, runner, old.NOON), baseline=True)


def test_one_summary_for_each_physio_once_all_of_their_runners_are_decided_on(updated):
    assert summarize(updated, old.NOON) == 0  # their runs are still being re-checked
    remeasure_all(updated)
    assert summarize(updated, old.NOON) == 2
    assert summarize(updated, old.NOON) == 0
    sent = values(
        updated, "select person_id from outbox where episode like 'server/RULES_UPDATED/%' order by person_id"
    )
    assert [person for (person,) in sent] == ["p-1"]  # for the other one nothing changed: no message


def test_the_summary_names_each_runner_whose_decision_changed_and_why(updated):
    remeasure_all(updated)
    with updated.read() as db:
        found = rules_update.summary(db, old.PHYSIO, old.NOON)
        lines = list(rules_update_text.in_english(found))
        of_the_other = list(rules_update_text.in_english(rules_update.summary(db, old.SECOND, old.NOON)))
    assert lines[0] == "Stridegate's rules were updated. For 1 of your 4 runners the decision changed."
    (bo,) = [line for line in lines if line.startswith("Bo Example")]
    assert bo.startswith("Bo Example: from “Ready for the next step” to “Hold”. ") and "signs of a nerve" in bo
    assert of_the_other == ["Stridegate's rules were updated. The decision for your runner is the same."]


def test_a_message_names_the_runners_only_to_a_physio_who_wants_details(updated):
    remeasure_all(updated)
    summarize(updated, old.NOON)
    with updated.write() as db:
        (letter,) = [one for one in outbox.due(db, old.NOON, 100) if "RULES_UPDATED" in (one.episode or "")]
        short = delivery._message(db, letter, old.NOON)
        channels.save_wishes(db, "p-1", Wishes(detail=True))
        db.flush()
        long = delivery._message(db, letter, old.NOON)
    assert short.body("https://clinic.example") == f"{delivery.PLEASE_OPEN}\n\nhttps://clinic.example"
    assert "Bo Example: from “Ready for the next step” to “Hold”." in long.detail


def test_after_a_day_the_summary_goes_also_while_runs_are_still_being_re_checked(updated):
    assert summarize(updated, old.NOON.replace(day=31, hour=11)) == 0
    assert summarize(updated, old.NOON.replace(day=31, hour=12)) == 2
    with updated.read() as db:
        lines = list(rules_update_text.in_english(rules_update.summary(db, old.SECOND, old.NOON)))
    assert "from “Ready for the next step” to “Carry on at this stage”. The runs are being re-checked" in lines[1]


def test_two_processes_that_decide_and_send_at_once_do_it_once(old_url):
    first, second = Database(old_url), Database(old_url)
    first.migrate()
    try:
        with ThreadPoolExecutor(2) as pool:
            for _ in pool.map(decide_all, (first, second)):
                pass
            remeasure_all(first)
            written = list(pool.map(lambda one: summarize(one, old.NOON), (first, second)))
        assert sum(written) == 2
        with first.read() as db:
            assert len(rules_updates.of_version(db, RULES_VERSION)) == 4
        keys = values(first, "select key from outbox where episode like 'server/RULES_UPDATED/%'")
        assert len(keys) == 1
        assert values(first, "select count(*) from verdicts where superseded_at is null")[0][0] == 4
    finally:
        first.close()
        second.close()


def test_a_clinic_without_a_verdict_of_version_1_gets_no_summary(database_url):
    database = Database(database_url)
    database.migrate()
    with database.write() as db:
        people.add_person(db, old.PHYSIO, old.NOON)
    assert decide_all(database) == [] and summarize(database, old.NOON) == 0
    database.close()
