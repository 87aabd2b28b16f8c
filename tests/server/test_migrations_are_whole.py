"""A migration that is cut off leaves the old schema or the new one, and a copy of what was there before it."""

import os
import sqlite3

import filled_clinic
import migrating
import pytest
from postgres import fresh_url
from soaking import IS_SHORT
from sqlalchemy import Engine, event, text

from server.app import system_clock
from server.mistake import Mistake
from server.operation import backup
from server.operation.service import open_database
from server.settings import Settings
from server.storage.database import Database, known_revisions, latest_revision

FIRST = "0001"


@pytest.fixture
def old(empty_database_url):
    """A clinic with the first schema and one person in it."""
    database = Database(empty_database_url)
    database.migrate()
    database.downgrade(FIRST)
    with database.write() as db:
        row = {"at": filled_clinic.NOON.isoformat()}
        db.connection().execute(
            text("insert into people (id, name, role, created_at) values ('r', 'R', 'runner', :at)"), row
        )
    yield database
    database.close()


def statements_of_a_migration(database) -> int:
    counted = []
    note = lambda *_: counted.append(1)  # noqa: E731
    event.listen(Engine, "before_cursor_execute", note)
    try:
        database.migrate()
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    return len(counted)


def shape(database):
    columns = {}
    with database.read() as db:
        for name in database.tables():
            columns[name] = sorted(db.connection().execute(text(f"select * from {name} where false")).keys())
    return database.revision(), columns


def killed(url, dies_before):
    """In a fork and not in a new process: sixty interpreters would take minutes."""
    pid = os.fork()
    if pid == 0:
        try:
            migrating.main(url, dies_before)
        finally:
            os._exit(0)
    return os.waitpid(pid, 0)[1]


@pytest.mark.thorough
def test_killed_before_any_statement_it_is_the_old_schema_or_the_new(old, empty_database_url):
    before = shape(old)
    steps = statements_of_a_migration(old)
    after = shape(old)
    assert before != after and after[0] == latest_revision()
    old.downgrade(FIRST)
    old.close()
    kills = 0
    tried = range(1, steps + 1, 5 if IS_SHORT else 1)
    for step in tried:
        kills += killed(empty_database_url, step) != 0
        left = shape(old)
        old.close()
        assert left == before, f"between the schemas after a kill before statement {step}"
    assert kills >= len(tried) - 2
    old.migrate()
    assert shape(old) == after


def test_what_was_there_before_a_migration_is_kept(old, empty_database_url, tmp_path):
    chosen = Settings(data=tmp_path, database_url=empty_database_url)
    open_database(chosen).close()
    (kept,) = (tmp_path / "backups").iterdir()
    assert kept.name.startswith(f"before-{FIRST}-schema") and kept.stat().st_mode & 0o777 == 0o600
    if old.is_sqlite:
        with sqlite3.connect(kept) as db:
            assert db.execute("select version_num from alembic_version").fetchone() == (FIRST,)
            assert db.execute("select id from people").fetchall() == [("r",)]
    else:
        assert kept.read_bytes()[:5] == b"PGDMP"


def test_without_a_change_nothing_is_copied(empty_database_url, tmp_path):
    chosen = Settings(data=tmp_path, database_url=empty_database_url)
    for _ in range(2):
        open_database(chosen).close()
    assert not (tmp_path / "backups").exists()


def test_the_schema_of_a_later_release_is_left_alone_with_a_sentence(old, empty_database_url, tmp_path):
    with old.write() as db:
        db.connection().execute(text("update alembic_version set version_num = '9999'"))
    with pytest.raises(Mistake, match="later Stridegate"):
        open_database(Settings(data=tmp_path, database_url=empty_database_url))


def test_every_revision_is_known():
    assert latest_revision() in known_revisions() and FIRST in known_revisions()


def test_without_pg_dump_the_migration_says_that_there_is_no_copy(postgres_socket, tmp_path, monkeypatch):
    database = Database(fresh_url(postgres_socket))
    database.migrate()
    database.downgrade(FIRST)
    monkeypatch.setattr(backup.pg_tools, "_path", lambda _name: None)
    said = backup.before_migration(database, Settings(data=tmp_path), system_clock())
    database.close()
    assert said is not None and "postgresql-client" in said
