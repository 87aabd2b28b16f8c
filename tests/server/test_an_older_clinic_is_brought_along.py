"""A clinic that was filled under an earlier schema keeps its rows when it moves on, and when it is taken back."""

from sqlmodel import text

from server.storage import people
from server.storage.database import Database

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
