"""What the database is told to keep, and that the schema on disk is the one the code speaks of."""

import threading
import time
from datetime import UTC, datetime

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from server.storage import people, schema
from server.storage.database import Database
from server.storage.people import Person


@pytest.fixture
def database(database_url):
    opened = Database(database_url)
    opened.migrate()
    yield opened
    opened.close()


def test_every_connection_is_told_to_wait_for_the_disk(database):
    with database.write() as db:
        if database.is_sqlite:
            asked = [
                db.connection().exec_driver_sql(f"PRAGMA {name}").scalar()
                for name in ("synchronous", "foreign_keys", "journal_mode")
            ]
            assert asked == [2, 1, "wal"]  # 2 is FULL
        else:
            asked = [
                db.connection().exec_driver_sql(f"show {name}").scalar()
                for name in ("synchronous_commit", "transaction_isolation")
            ]
            assert asked == ["on", "serializable"]


def test_the_migrations_give_the_schema_that_the_code_speaks_of(database):
    with database.read() as db:
        context = MigrationContext.configure(db.connection(), opts={"compare_type": True})
        assert compare_metadata(context, schema.metadata) == []


def test_the_schema_can_be_taken_back_and_made_again(database):
    database.downgrade("base")
    database.migrate()
    with database.read() as db:
        assert people.person(db, "nobody") is None


def test_migrating_twice_changes_nothing(database):
    database.migrate()


def test_a_time_without_a_zone_never_reaches_a_row(database):
    with pytest.raises(Exception, match="without a zone"), database.write() as db:
        people.add_person(db, Person(id="r", name="R", role="runner"), datetime(2026, 3, 30))  # noqa: DTZ001


def test_two_writers_that_read_first_lose_nothing(database):
    """Without an immediate lock both would read the same value, and one of the two would be lost without a word."""
    with database.write() as db:
        db.connection().exec_driver_sql("create table counter (value integer)")
        db.connection().exec_driver_sql("insert into counter values (0)")

    def count_one(db):
        value = db.connection().exec_driver_sql("select value from counter").scalar_one()
        db.connection().exec_driver_sql(f"update counter set value = {value + 1}")

    def count():
        for _ in range(20):
            database.transact(count_one)

    threads = [threading.Thread(target=count) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as db:
        assert db.connection().exec_driver_sql("select value from counter").scalar_one() == 40


def test_a_slow_writer_comes_to_its_turn_beside_one_that_never_rests(database):
    with database.write() as db:
        db.connection().exec_driver_sql("create table counter (value integer)")
        db.connection().exec_driver_sql("insert into counter values (0)")
    done = threading.Event()

    def count_one(db, pause_s=0.0):
        value = db.connection().exec_driver_sql("select value from counter").scalar_one()
        time.sleep(pause_s)
        db.connection().exec_driver_sql(f"update counter set value = {value + 1}")

    def never_rest():
        while not done.is_set():
            database.transact(count_one)

    busy = threading.Thread(target=never_rest)
    busy.start()
    try:
        database.transact(lambda db: count_one(db, 0.1))
    finally:
        done.set()
        busy.join()


def test_a_write_that_fails_half_way_leaves_nothing(database):
    with pytest.raises(RuntimeError), database.write() as db:
        people.add_person(db, Person(id="r", name="R", role="runner"), datetime(2026, 3, 30, tzinfo=UTC))
        raise RuntimeError
    with database.read() as db:
        assert people.person(db, "r") is None
