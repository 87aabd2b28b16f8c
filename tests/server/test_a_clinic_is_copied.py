"""`stridegate copy-to`: every table, every row, compared; into nothing that is not empty."""

import filled_clinic
import pytest
from postgres import fresh_url
from sqlalchemy import insert, select, text

from server.mistake import Mistake
from server.operation import copying
from server.operation.claim import claim
from server.settings import Settings
from server.storage import schema
from server.storage.database import Database


@pytest.fixture(params=["into PostgreSQL", "into SQLite"])
def urls(request, tmp_path, postgres_socket):
    pair = (f"sqlite:///{tmp_path / 'clinic.db'}", fresh_url(postgres_socket))
    return pair if request.param == "into PostgreSQL" else pair[::-1]


@pytest.fixture
def source(urls):
    database = Database(urls[0])
    database.migrate()
    filled_clinic.fill(database)
    yield database
    database.close()


@pytest.fixture
def target(urls):
    database = Database(urls[1])
    yield database
    database.close()


def copy(urls, tmp_path):
    return copying.copy_to(Settings(data=tmp_path, database_url=urls[0]), urls[1])


def contents(database):
    with database.read() as db:
        return {
            table.name: [tuple(row) for row in db.connection().execute(select(table).order_by(*table.primary_key))]
            for table in schema.metadata.sorted_tables
        }


def test_every_row_of_every_table_is_there_and_the_same(urls, source, target, tmp_path):
    said = copy(urls, tmp_path)
    before, after = contents(source), contents(target)
    assert before == after and all(len(rows) == filled_clinic.ROWS for rows in after.values())
    assert f"{sum(map(len, after.values()))} rows of {len(after)} tables" in said


def test_a_target_that_holds_something_is_refused_and_stays_as_it_is(urls, source, target, tmp_path):
    copy(urls, tmp_path)
    before = contents(target)
    with pytest.raises(Mistake, match="empty one"):
        copy(urls, tmp_path)
    assert contents(target) == before


def test_an_older_schema_is_brought_up_first(urls, source, tmp_path):
    source.downgrade("-1")
    with pytest.raises(Mistake, match="stridegate migrate"):
        copy(urls, tmp_path)


def test_a_row_that_changed_on_the_way_is_found_and_nothing_stays(urls, source, target, tmp_path, monkeypatch):
    whole = copying._copy

    def careless(source, target):
        counts = whole(source, target)
        with target.write() as db:
            db.connection().execute(text("update chunks set body = :body where seq = 2"), {"body": b"other bytes"})
        return counts

    monkeypatch.setattr(copying, "_copy", careless)
    with pytest.raises(Mistake, match="of chunks differs"):
        copy(urls, tmp_path)
    assert not any(contents(target).values())


def test_a_table_that_was_left_out_is_found(urls, source, target, tmp_path, monkeypatch):
    whole = copying._copy_table
    monkeypatch.setattr(
        copying, "_copy_table", lambda table, *ends: 0 if table.name == "verdicts" else whole(table, *ends)
    )
    with pytest.raises(Mistake, match="of verdicts differs"):
        copy(urls, tmp_path)


def test_text_that_the_other_database_cannot_hold_stops_the_copy_and_nothing_of_it_stays(tmp_path, postgres_socket):
    urls = (f"sqlite:///{tmp_path / 'clinic.db'}", fresh_url(postgres_socket))
    source, target = map(Database, urls)
    source.migrate()
    with source.write() as db:
        row = {"id": "r-1", "name": "a\0b", "role": "runner", "created_at": filled_clinic.NOON}
        table = schema.metadata.tables["people"]
        full = filled_clinic._row(table, 0) | row
        db.connection().execute(insert(table), [full])
    with pytest.raises(Mistake, match="nothing of it stays"):
        copy(urls, tmp_path)
    assert not any(contents(target).values())
    source.close()
    target.close()


@pytest.mark.parametrize("url", ["nonsense", "mysql://host/clinic", "postgresql://u:change-me@host/clinic"])
def test_an_address_that_cannot_be_is_one_sentence(tmp_path, url):
    with pytest.raises(Mistake, match="the address to copy to"):
        copying.copy_to(Settings(data=tmp_path), url)


def test_a_clinic_that_is_served_is_not_copied(tmp_path):
    file = tmp_path / "stridegate.db"
    with claim(file), pytest.raises(Mistake, match="stop it first"):
        copying.copy_to(Settings(data=tmp_path), f"sqlite:///{tmp_path / 'other.db'}")
