"""The audit: whatever is changed, taken out or put in between afterwards is seen; what is erased is not."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from server import audit
from server.app import open_desk
from server.storage.tables.audit import AuditRow, AuditWordsRow

NOON = datetime(2026, 3, 30, 12, tzinfo=UTC)


@pytest.fixture
def database(database_url):
    desk = open_desk(database_url)
    with desk.database.write() as db:
        for number in range(5):
            words = {"before": number, "after": number + 1, "reason": "a reason of some length"}
            audit.note(db, "p-1", "plan changed", words, NOON + timedelta(minutes=number), runner_id=f"r-{number % 2}")
    yield desk.database
    desk.close()


def troubles(database) -> list[str]:
    with database.read() as db:
        return list(audit.broken_links(db))


def test_an_untouched_chain_holds(database):
    assert troubles(database) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [("actor", "p-9"), ("action", "seen"), ("runner_id", "r-9"), ("at", NOON), ("words_sha256", "0" * 64)],
)
def test_a_changed_link_is_named(database, name, value):
    with database.write() as db:
        setattr(db.get_one(AuditRow, 3), name, value)
    assert "Link 3 was changed." in troubles(database)


def test_changed_words_are_named(database):
    with database.write() as db:
        db.get_one(AuditWordsRow, 2).body = {"before": 1, "after": 1, "reason": "nothing happened"}
    assert troubles(database) == ["The words of link 2 were changed."]


def test_a_link_taken_out_is_missed(database):
    with database.write() as db:
        db.delete(db.get_one(AuditWordsRow, 3))
        db.flush()
        db.delete(db.get_one(AuditRow, 3))
    assert troubles(database)[0] == "Before link 4 something is missing."


def test_two_links_in_another_order_are_seen(database):
    with database.write() as db:
        second, third = db.get_one(AuditRow, 2), db.get_one(AuditRow, 3)
        second.sha256, third.sha256 = third.sha256, second.sha256
    assert troubles(database)


def test_erased_words_leave_the_chain_whole(database):
    with database.write() as db:
        audit.erase_words(db, "r-1")
    assert troubles(database) == []
    with database.read() as db:
        assert {row.runner_id for row in db.exec(select(AuditWordsRow))} == {"r-0"}
