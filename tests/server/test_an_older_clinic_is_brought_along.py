"""A clinic that was filled under an earlier schema keeps its rows when it moves on, and when it is taken back."""

from datetime import UTC, datetime

from sqlmodel import text

from server.storage import people, runs
from server.storage.database import Database
from server.storage.runs import Part

ROWS = (
    "insert into people (id, name, role, created_at) values ('r-1', 'Ada Example', 'runner', '2026-03-01 12:00:00')",
    "insert into people (id, name, role, created_at) values ('p-1', 'Cy Example', 'physio', '2026-03-01 12:00:00')",
    "insert into care (runner_id, physio_id, consented_at) values ('r-1', 'p-1', '2026-03-02 12:00:00')",
    "insert into gateways (id, name, token_sha256, created_at) values ('g-1', 'corner', 'x', '2026-03-01 12:00:00')",
    "insert into assignments (gateway_id, runner_id) values ('g-1', 'r-1')",
    "insert into heartbeats (gateway_id, at, held, body) values ('g-1', '2026-03-02 12:00:00', '{}', '{}')",
    "insert into logins (token_sha256, person_id, created_at, expires_at)"
    " values ('y', 'r-1', '2026-03-01 12:00:00', '2026-06-01 12:00:00')",
)


def test_people_care_and_gateways_of_an_older_clinic_are_all_there_afterwards(empty_database_url):
    database = Database(empty_database_url)
    try:
        database.migrate()
        database.downgrade("0002")
        with database.write() as db:
            for row in ROWS:
                db.connection().execute(text(row))
        database.migrate()
        with database.read() as db:
            assert [one.clinic_id for one in people.everybody(db)] == ["clinic", "clinic"]
            assert people.cares_for(db, "p-1", "r-1") and people.brings_runs_of(db, "g-1", "r-1")
            assert [clinic.name for clinic in people.clinics(db)] == ["Clinic"]
        database.downgrade("0002")
        database.migrate()
        with database.read() as db:
            assert people.cares_for(db, "p-1", "r-1")
    finally:
        database.close()

BEGAN = "2026-03-28 07:00:00.000000"
OF_ARRIVAL = (
    "insert into runs (runner_id, id, kind, source_id, start, \"end\", quality, run_s, rules_version, decoder_version,"
    f" measured) values ('r-1', 'a', 'file', 'a', '{BEGAN}', '2026-03-28 08:00:00.000000', 'OK', 3600, '1', '1', '{{}}'),"
    " ('r-1', 'b', 'file', 'b', '2026-03-29 07:00:00.000000', '2026-03-29 07:20:00.000000', 'OK', 1200, '1', '1', '{}'),"
    " ('r-1', 'c', 'file', 'c', '2026-03-29 07:30:00.000000', '2026-03-29 08:00:00.000000', 'OK', 1800, '1', '1', '{}')",
    "insert into sessions (runner_id, id, start, \"end\", mine, run_s, made_of, rules_version, decoder_version,"
    " measured_with, measured) values ('r-1', 'b', '2026-03-29 07:00:00.000000', '2026-03-29 08:00:00.000000', true, 3000,"
    """ '[{"run": "b"}, {"run": "c"}]', '1', '1', 'x', '{}')""",
    "insert into said (runner_id, id, kind, said_at, by, body) values"
    """ ('r-1', 'join', 'join', '2026-03-28 12:00:00.000000', 'r-1',"""
    """ '{"from": "2026-03-28T07:39:00Z", "until": "2026-03-28T07:41:00Z"}'),"""
    """ ('r-1', 'cut', 'split', '2026-03-28 10:00:00.000000', 'r-1', '{"at": "2026-03-28T07:40:00Z"}'),"""
    """ ('r-1', 'm', 'daily', '2026-03-28 14:00:00.000000', 'r-1', '{"at": "2026-03-28T07:00:00Z", "morning": 1}')""",
    "insert into check_ins (runner_id, run_id, answered_at, by, body) values"
    """ ('r-1', 'a', '2026-03-28 13:00:00.000000', 'r-1', '{"during": 4}'),"""
    """ ('r-1', 'a@20260328T074000Z', '2026-03-28 11:00:00.000000', 'r-1', '{"during": 3}'),"""
    """ ('r-1', 'a', '2026-03-28 11:00:00.000000', 'r-1', '{"during": 2}'),"""
    """ ('r-1', 'a', '2026-03-28 09:00:00.000000', 'r-1', '{"during": 1}'),"""
    """ ('r-1', 'gone', '2026-03-28 08:00:00.000000', 'r-1', '{"during": 5}'),"""
    """ ('r-1', 'c', '2026-03-29 09:00:00.000000', 'r-1', '{"during": 6}')""",
)
CUT = datetime(2026, 3, 28, 7, 40, tzinfo=UTC)


def test_what_was_stored_before_is_numbered_by_its_time_and_answers_know_their_parts(empty_database_url):
    database = Database(empty_database_url)
    try:
        database.migrate()
        database.downgrade("0008")
        with database.write() as db:
            for row in (ROWS[0], *OF_ARRIVAL):
                db.connection().exec_driver_sql(row)
        database.migrate()
        with database.read() as db:
            words = [(one.seq, one.id) for one in runs.said_of_kinds(db, "r-1", ("split", "join", "daily"))]
            answers = runs.answers_of(db, "r-1")
            last = runs.last_seq(db, "r-1")
        assert words == [(3, "cut"), (6, "join"), (8, "m")] and last == 9
        assert [(one.seq, one.body["during"]) for one in answers] == [(1, 5), (2, 1), (4, 2), (5, 3), (7, 4), (9, 6)]
        assert [one.parts for one in answers] == [
            (Part(run_id="gone"),),
            (Part(run_id="a"),),
            (Part(run_id="a", until=CUT),),
            (Part(run_id="a", since=CUT),),
            (Part(run_id="a"),),
            (Part(run_id="b"), Part(run_id="c")),
        ]
        database.downgrade("0008")
        database.migrate()
        with database.read() as db:
            assert runs.answers_of(db, "r-1") == answers
    finally:
        database.close()
