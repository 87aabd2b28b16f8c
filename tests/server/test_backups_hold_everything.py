"""A backup is the clinic of one moment, taken while others write; what is restored from it is the same, row by row."""

import itertools
import os
import shutil
import sqlite3
import threading

import filled_clinic
import pytest
from postgres import fresh_url, programs
from ready_made import postgres_url
from sqlalchemy import insert, select

from server.mistake import Mistake
from server.operation import backup, copying
from server.operation.claim import claim
from server.settings import Settings
from server.storage import schema
from server.storage.database import Database

NOON = filled_clinic.NOON
PEOPLE, CARE = schema.metadata.tables["people"], schema.metadata.tables["care"]


@pytest.fixture(autouse=True)
def _programs_of_postgres(monkeypatch, database_url):
    if database_url.startswith("postgresql"):
        monkeypatch.setenv("PATH", f"{programs()}{os.pathsep}{os.environ['PATH']}")


@pytest.fixture
def chosen(database_url, tmp_path):
    return Settings(data=tmp_path, database_url=database_url)


@pytest.fixture
def clinic(chosen):
    database = Database(chosen.url())
    database.migrate()
    filled_clinic.fill(database)
    yield database
    database.close()


@pytest.fixture
def elsewhere(chosen, tmp_path, request):
    """A place of the same kind that is empty."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    if chosen.sqlite_file() is not None:
        return Settings(data=folder)
    return Settings(data=folder, database_url=fresh_url(request.getfixturevalue("postgres_socket")))


def opened(chosen):
    return Database(chosen.url())


def test_what_is_restored_is_the_same_row_by_row(clinic, chosen, elsewhere, tmp_path):
    backup.backup(chosen, tmp_path / "copy", NOON)
    said = backup.restore(elsewhere, tmp_path / "copy", NOON, replace=False)
    there = opened(elsewhere)
    assert copying.first_difference(clinic, there) is None
    assert all(count == filled_clinic.ROWS for count in backup.rows(there).values())
    there.close()
    assert f"{len(schema.metadata.sorted_tables)} tables" in said


def test_a_backup_under_load_is_one_moment(clinic, chosen, elsewhere, tmp_path):
    """Each transaction writes a pair; a copy holds all that was acknowledged before it began, and never half a pair."""
    stop = threading.Event()
    acknowledged: list[str] = []

    def write_on(name):
        for number in itertools.takewhile(lambda _: not stop.is_set(), itertools.count()):
            pair = f"{name}-{number}"
            rows = [filled_clinic._row(PEOPLE, 0) | {"id": f"{pair}-{half}"} for half in "ab"]
            clinic.transact(lambda db, rows=rows: [db.connection().execute(insert(PEOPLE), row) for row in rows])
            acknowledged.append(pair)

    def wait_for_more():
        enough = len(acknowledged) + 4
        while len(acknowledged) < enough and any(writer.is_alive() for writer in writers):
            stop.wait(0.01)

    writers = [threading.Thread(target=write_on, args=(name,)) for name in ("x", "y")]
    for writer in writers:
        writer.start()
    known = []
    try:
        for number in range(2):
            wait_for_more()
            known.append(set(acknowledged))
            backup.backup(chosen, tmp_path / f"copy-{number}", NOON)
        wait_for_more()
    finally:
        stop.set()
        for writer in writers:
            writer.join()
    assert len(acknowledged) > len(known[1]) > len(known[0]) >= 4  # they really wrote meanwhile
    for number, before in enumerate(known):
        backup.restore(elsewhere, tmp_path / f"copy-{number}", NOON, replace=True)
        there = opened(elsewhere)
        with there.read() as db:
            ids = set(db.connection().execute(select(PEOPLE.c.id)).scalars())
        there.close()
        pairs = {name[:-2] for name in ids if name.endswith(("-a", "-b"))}
        assert before <= pairs and all({f"{pair}-a", f"{pair}-b"} <= ids for pair in pairs)


def test_a_clinic_is_never_overwritten_without_being_asked(clinic, chosen, tmp_path):
    backup.backup(chosen, tmp_path / "copy", NOON)
    with clinic.write() as db:
        db.connection().execute(insert(PEOPLE), [filled_clinic._row(PEOPLE, 0) | {"id": "later"}])
    before = backup.rows(clinic)
    with pytest.raises(Mistake, match="--replace"):
        backup.restore(chosen, tmp_path / "copy", NOON, replace=False)
    assert backup.rows(clinic) == before
    clinic.close()
    said = backup.restore(chosen, tmp_path / "copy", NOON, replace=True)
    assert backup.rows(clinic)["people"] == before["people"] - 1
    assert "before-restore" in said and len(list((tmp_path / "backups").iterdir())) == 1


def test_a_backup_never_replaces_another_and_belongs_to_its_owner_alone(clinic, chosen, tmp_path):
    copy = tmp_path / "copy"
    backup.backup(chosen, copy, NOON)
    assert copy.stat().st_mode & 0o777 == 0o600
    with pytest.raises(Mistake, match="there already"):
        backup.backup(chosen, copy, NOON)
    assert list(tmp_path.glob(".*.part")) == []


def test_of_a_folder_the_last_few_are_kept(clinic, chosen, tmp_path):
    folder = tmp_path / "backups"
    folder.mkdir()
    (folder / "notes.txt").write_text("not ours")
    for day in range(1, 5):
        backup.backup(chosen, folder, NOON.replace(day=day), keep=2)
    names = sorted(file.name for file in folder.iterdir())
    assert [name[:19] for name in names] == ["notes.txt", "stridegate-20260303", "stridegate-20260304"]


def test_a_folder_of_which_the_last_few_are_kept_is_made_and_never_a_file_of_that_name(clinic, chosen, tmp_path):
    folder = tmp_path / "new" / "backups"
    for day in (1, 2):
        backup.backup(chosen, folder, NOON.replace(day=day), keep=14)
    assert len(list(folder.iterdir())) == 2
    with pytest.raises(Mistake, match="cannot be made"):
        backup.backup(chosen, next(folder.iterdir()), NOON, keep=14)


def test_an_audit_that_was_changed_is_not_restored_unseen(clinic, chosen, elsewhere, tmp_path):
    with clinic.write() as db:
        db.connection().exec_driver_sql("update audit set actor = 'p-9' where seq = 2")
    backup.backup(chosen, tmp_path / "copy", NOON)
    with pytest.raises(Mistake, match=r"audit.*was changed"):
        backup.restore(elsewhere, tmp_path / "copy", NOON, replace=False)


@pytest.mark.parametrize("damage", ["cut", "not one at all", "missing"])
def test_a_damaged_backup_changes_nothing(clinic, chosen, tmp_path, damage):
    backup.backup(chosen, tmp_path / "copy", NOON)
    broken = tmp_path / "broken"
    if damage == "cut":
        broken.write_bytes((tmp_path / "copy").read_bytes()[:-9000])
    elif damage == "not one at all":
        broken.write_bytes(b"a letter")
    before = backup.rows(clinic)
    clinic.close()
    with pytest.raises(Mistake):
        backup.restore(chosen, broken, NOON, replace=True)
    assert backup.rows(clinic) == before
    assert not list(tmp_path.glob("*.restoring*"))


def test_a_backup_of_the_other_kind_is_refused_with_the_way(clinic, chosen, tmp_path, postgres_socket):
    backup.backup(chosen, tmp_path / "copy", NOON)
    other = None if chosen.database_url.startswith("postgresql") else fresh_url(postgres_socket)
    with pytest.raises(Mistake, match="copy-to"):
        backup.restore(Settings(data=tmp_path / "x", database_url=other), tmp_path / "copy", NOON, replace=False)


def test_a_clinic_that_is_served_is_not_replaced(tmp_path):
    chosen = Settings(data=tmp_path)
    database = Database(chosen.url())
    database.migrate()
    database.close()
    backup.backup(chosen, tmp_path / "copy", NOON)
    with claim(chosen.sqlite_file()), pytest.raises(Mistake, match="stop it first"):
        backup.restore(chosen, tmp_path / "copy", NOON, replace=True)


def test_what_was_erased_is_not_in_a_later_backup(tmp_path):
    chosen = Settings(data=tmp_path)
    database = Database(chosen.url())
    database.migrate()
    with database.write() as db:
        row = filled_clinic._row(PEOPLE, 0) | {"id": "gone", "name": "Canary Example " * 400}
        db.connection().execute(insert(PEOPLE), [row])
    with database.write() as db:
        db.connection().execute(PEOPLE.delete())
    database.close()
    backup.backup(chosen, tmp_path / "copy", NOON)
    assert b"Canary" not in (tmp_path / "copy").read_bytes()


def test_without_pg_dump_there_is_a_sentence(postgres_socket, tmp_path, monkeypatch):
    chosen = Settings(data=tmp_path, database_url=postgres_url(postgres_socket))
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    with pytest.raises(Mistake, match="postgresql-client"):
        backup.backup(chosen, tmp_path / "copy", NOON)


def test_a_restored_file_takes_nothing_from_the_journal_of_the_old_one(tmp_path):
    """Pages of the old file that were not written back would be written into the new one."""
    chosen = Settings(data=tmp_path)
    database = Database(chosen.url())
    database.migrate()
    database.close()
    backup.backup(chosen, tmp_path / "copy", NOON)
    file = chosen.sqlite_file()
    held = sqlite3.connect(file)  # a journal that nobody wrote back, as after a kill
    held.execute("pragma wal_autocheckpoint=0")
    held.execute(
        "insert into people (id, name, role, created_at) values ('old', 'o', 'runner', '2026-01-01 00:00:00.000000')"
    )
    held.commit()
    assert file.with_name("stridegate.db-wal").stat().st_size > 0
    backup.restore(chosen, tmp_path / "copy", NOON, replace=True)
    with sqlite3.connect(file) as fresh:
        assert fresh.execute("select count(*) from care_requests").fetchone() == (0,)
        assert fresh.execute("pragma integrity_check").fetchone() == ("ok",)
    held.close()
