"""A journal that the disk has broken is set aside, what can be read is saved, and recording goes on."""

from __future__ import annotations

import random
import sqlite3
from pathlib import Path

import pytest
from gateway_kit import packets

from gateway.journal import Journal
from gateway.ledger import DamagedChunk
from gateway.salvage import open_sound

PAGE = 4096


def written(folder: Path) -> None:
    journal = Journal.open(folder)
    with journal.transaction():
        journal.begin("here", "runner-1", "2026-05-28T20:26:40.000Z")
        journal.add("here", packets(1200))
        journal.end("here", "2026-05-28T21:00:00.000Z", 1200, 0)
        journal.acknowledge("here", 0)
        journal.begin("there", "runner-1", "2026-05-27T20:26:40.000Z")
        journal.add("there", packets(300))
        journal.end("there", "2026-05-27T21:00:00.000Z", 300, 0)
        journal.complete("there")
    journal.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    journal.close()


def test_a_sound_journal_is_opened_as_it_is(tmp_path: Path) -> None:
    written(tmp_path)
    journal, broken = open_sound(tmp_path, "1")
    assert broken == ""
    assert len(list(journal.packets("here"))) == 1200
    journal.close()


def test_a_file_that_is_no_journal_at_all_is_set_aside(tmp_path: Path) -> None:
    (tmp_path / "journal.db").write_bytes(b"this never was a database" * 500)
    journal, broken = open_sound(tmp_path, "77")
    assert "journal.corrupt.77.db" in broken and "0 packets" in broken
    assert (tmp_path / "journal.corrupt.77.db").read_bytes().startswith(b"this never was")
    assert journal.captures() == []
    journal.close()


def test_every_broken_page_leaves_a_journal_that_records_and_never_lies(tmp_path: Path) -> None:
    written(tmp_path / "whole")
    whole = (tmp_path / "whole" / "journal.db").read_bytes()
    chance, saved = random.Random(5), []
    for page in range(0, len(whole) // PAGE, 2):
        folder = tmp_path / str(page)
        folder.mkdir()
        content = bytearray(whole)
        content[page * PAGE : (page + 1) * PAGE] = chance.randbytes(PAGE)
        (folder / "journal.db").write_bytes(content)
        journal, _ = open_sound(folder, "1")
        saved.append(_sound_packets(journal))
        with journal.transaction():
            journal.begin("next", "runner-1", "2026-05-30T20:26:40.000Z")
            journal.add("next", packets(3))
        assert len(list(journal.packets("next"))) == 3
        journal.close()
    assert sum(count >= 1100 for count in saved) > len(saved) / 2


def _sound_packets(journal: Journal) -> int:
    """Packets of the capture that can be delivered; each is one that was written, and none comes twice."""
    if "here" not in [row.id for row in journal.captures()]:
        return 0
    with journal.transaction():
        journal.mend("here")
    chunks = journal.chunks("here")
    bodies = b""
    for chunk in chunks:
        try:
            bodies += journal.chunk_bytes("here", chunk)
        except DamagedChunk:
            assert chunk.acknowledged  # that one is safe with the server
    expected = {p.to_line() for p in packets(1200)}
    lines = bodies.splitlines(keepends=True)
    assert set(lines) <= expected and len(set(lines)) == len(lines)
    return len(lines)


def test_what_the_server_has_already_is_not_salvaged_and_acknowledged_chunks_stay_so(tmp_path: Path) -> None:
    written(tmp_path)
    content = bytearray((tmp_path / "journal.db").read_bytes())
    pages = len(content) // PAGE
    content[(pages - 1) * PAGE :] = bytes(PAGE)
    (tmp_path / "journal.db").write_bytes(content)
    with pytest.raises(sqlite3.DatabaseError):
        _check(tmp_path)
    journal, broken = open_sound(tmp_path, "2")
    assert "packets were saved" in broken
    assert [row.id for row in journal.captures()] == ["here"]
    assert journal.chunks("here")[0].acknowledged
    assert journal.capture("here").state == "closed"
    journal.close()


def _check(folder: Path) -> None:
    with sqlite3.connect(folder / "journal.db") as db:
        word = db.execute("PRAGMA quick_check(1)").fetchone()[0]
    if word != "ok":
        raise sqlite3.DatabaseError(word)
