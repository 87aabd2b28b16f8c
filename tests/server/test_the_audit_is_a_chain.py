"""The audit: whatever is changed, taken out or put in between afterwards is seen; what is erased is not."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from functools import partial

import pytest
from sqlmodel import select

from server import audit
from server.__main__ import main
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


def test_a_tail_that_was_cut_off_is_seen_by_the_head_that_lay_elsewhere(database):
    with database.read() as db:
        kept = audit.head(db)
    with database.write() as db:
        db.delete(db.get_one(AuditWordsRow, 5))
        db.flush()
        db.delete(db.get_one(AuditRow, 5))
    assert troubles(database) == []  # the chain alone cannot tell
    with database.read() as db:
        assert list(audit.broken_links(db, kept)) == [
            "The chain ends at link 4; the head that was kept elsewhere is link 5."
        ]


def test_a_tail_that_was_written_anew_is_seen_by_the_head_that_lay_elsewhere(database):
    with database.read() as db:
        kept = audit.head(db)
    with database.write() as db:
        db.delete(db.get_one(AuditWordsRow, 5))
        db.flush()
        db.delete(db.get_one(AuditRow, 5))
        db.flush()
        audit.note(db, "p-1", "plan changed", {"before": 0}, NOON)
    assert troubles(database) == []
    with database.read() as db:
        assert list(audit.broken_links(db, kept)) == ["Link 5 is not the one that was kept elsewhere."]


def test_a_chain_that_grew_still_goes_through_its_earlier_head(database):
    with database.read() as db:
        kept = audit.head(db)
    with database.write() as db:
        audit.note(db, "p-1", "plan changed", {}, NOON)
    with database.read() as db:
        assert list(audit.broken_links(db, kept)) == []


def test_a_time_of_another_zone_is_the_same_time(database):
    with database.write() as db:
        audit.note(db, "p-1", "plan changed", {}, NOON.astimezone(timezone(timedelta(hours=2))))
    assert troubles(database) == []


def test_erased_words_cannot_be_guessed_from_what_is_left(database):
    """Two links with the same few words have nothing in common that would tell so."""
    with database.write() as db:
        for _ in range(2):
            audit.note(db, "p-1", "pain answered", {"morning": 7}, NOON, runner_id="r-1")
    with database.read() as db:
        hashes = [db.get_one(AuditRow, seq).words_sha256 for seq in (6, 7)]
    assert hashes[0] != hashes[1]


def test_what_a_runner_said_of_others_is_erased_with_them(database):
    with database.write() as db:
        audit.note(db, "r-1", "a physio let in", {"note": "Cy, whom I know"}, NOON)
        audit.erase_words(db, "r-1")
    with database.read() as db:
        assert db.get(AuditWordsRow, 6) is None
    assert troubles(database) == []


def test_many_at_once_make_one_chain(database):
    def add(number: int) -> None:
        for turn in range(10):
            database.transact(partial(audit.note, actor=f"p-{number}", action="a", words={"turn": turn}, now=NOON))

    with ThreadPoolExecutor(12) as pool:
        list(pool.map(add, range(12)))
    assert troubles(database) == []
    with database.read() as db:
        assert audit.head(db).startswith("125:")


def test_the_command_says_whether_it_holds_and_ends_with_2_where_it_does_not(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("STRIDEGATE_DATA", str(tmp_path))
    desk = open_desk(f"sqlite:///{tmp_path / 'stridegate.db'}")
    with desk.database.write() as db:
        audit.note(db, "p-1", "plan changed", {"reason": "a reason"}, NOON)
    assert run_command("verify-audit") == 0
    head = capsys.readouterr().out.split()[-1]
    assert run_command("verify-audit", "--head", head) == 0
    assert run_command("verify-audit", "--head", "soup") == 2
    assert "is no head" in capsys.readouterr().err
    with desk.database.write() as db:
        db.get_one(AuditRow, 1).action = "looked"
    desk.close()
    assert run_command("verify-audit") == 2
    assert capsys.readouterr().err == "The audit does not hold: Link 1 was changed.\n"


def run_command(*words: str) -> int:
    with pytest.raises(SystemExit) as ended, pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["stridegate", *words])
        main()
    return ended.value.code
