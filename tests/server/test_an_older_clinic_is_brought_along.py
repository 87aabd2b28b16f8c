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


OF_ARRIVAL = """
runs id start end
a 2026-03-28T07:00 2026-03-28T08:00
b 2026-03-29T07:00 2026-03-29T07:20
c 2026-03-29T07:30 2026-03-29T08:00
sessions id start end made_of
b 2026-03-29T07:00 2026-03-29T08:00 [{"run":"b"},{"run":"c"}]
said id kind said_at body
join join 2026-03-28T12:00 {"from":"2026-03-28T07:39:00Z","until":"2026-03-28T07:41:00Z"}
cut split 2026-03-28T10:00 {"at":"2026-03-28T07:40:00Z"}
m daily 2026-03-28T14:00 {"at":"2026-03-28T07:00:00Z","morning":1}
check_ins run_id answered_at body
a 2026-03-28T13:00 {"during":4}
a@20260328T074000Z 2026-03-28T11:00 {"during":3}
a 2026-03-28T11:00 {"during":2}
a 2026-03-28T09:00 {"during":1}
gone 2026-03-28T08:00 {"during":5}
c 2026-03-29T09:00 {"during":6}
"""
TIMES = ("start", "end", "said_at", "answered_at")
OTHERWISE = {
    "runs": {"kind": "file", "source_id": "x", "quality": "OK", "measured": "{}"},
    "sessions": {"mine": True, "measured_with": "x", "measured": "{}"},
    "said": {"by": "r-1"},
    "check_ins": {"by": "r-1"},
}
VERSIONS = {"rules_version": "1", "decoder_version": "1"}
CUT = datetime(2026, 3, 28, 7, 40, tzinfo=UTC)


def rows_of(written):
    """Each row with its table, as an earlier release wrote it."""
    for line in written.strip().splitlines():
        first, *rest = line.split()
        if first in OTHERWISE:
            table, names = first, rest
            continue
        row = dict(zip(names, line.split(), strict=True))
        times = {name: f"{row[name].replace('T', ' ')}:00.000000" for name in TIMES if name in row}
        versions = VERSIONS if table in ("runs", "sessions") else {}
        yield table, {"runner_id": "r-1", **row, **times, **OTHERWISE[table], **versions}


def test_what_was_stored_before_is_numbered_by_its_time_and_answers_know_their_parts(empty_database_url):
    database = Database(empty_database_url)
    try:
        database.migrate()
        database.downgrade("0008")
        with database.write() as db:
            db.connection().execute(text(ROWS[0]))
            for table, row in rows_of(OF_ARRIVAL):
                names = ", ".join(f'"{name}"' for name in row)
                values = ", ".join(f":{name}" for name in row)
                db.connection().execute(text(f"insert into {table} ({names}) values ({values})"), row)
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
