"""What is sealed never changes: chunks come again from the rows, byte for byte, and a damaged row shows."""

from __future__ import annotations

import stat
from hashlib import sha256
from pathlib import Path

import pytest
from gateway_kit import MILL, packet, packets
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.clock import SECOND_NS
from gateway.disk import JournalError
from gateway.journal import CHUNK_BYTES, KEEP_COMPLETE_NS, Journal
from gateway.ledger import DamagedChunk
from gateway.upload import closing_words, root_hash
from sensors.packet import Packet

CAPTURE = "01a00000-0000-7000-8000-000000000001"


@pytest.fixture
def journal(tmp_path: Path):
    journal = Journal.open(tmp_path)
    yield journal
    journal.close()


def write(journal: Journal, some: list[Packet], batch: int = 64, capture: str = CAPTURE) -> None:
    with journal.transaction():
        journal.begin(capture, "runner-1", "2026-05-28T20:26:40.000Z")
    for start in range(0, len(some), batch):
        with journal.transaction():
            journal.add(capture, some[start : start + batch])


def end(journal: Journal, number: int, capture: str = CAPTURE) -> None:
    with journal.transaction():
        journal.end(capture, "2026-05-28T21:00:00.000Z", number, 0)


def wire(some: list[Packet]) -> bytes:
    return b"".join(p.to_line() for p in some)


def test_chunks_are_the_packets_lines_cut_between_lines_below_64_kib(journal: Journal) -> None:
    run = packets(1000)
    write(journal, run)
    end(journal, 1000)
    chunks = journal.chunks(CAPTURE)
    bodies = [journal.chunk_bytes(CAPTURE, chunk) for chunk in chunks]
    assert b"".join(bodies) == wire(run)
    assert [chunk.seq for chunk in chunks] == list(range(len(chunks)))
    assert [chunk.sha256 for chunk in chunks] == [sha256(body).hexdigest() for body in bodies]
    assert all(len(body) <= CHUNK_BYTES and body.endswith(b"\n") for body in bodies)
    assert sum(chunk.packets for chunk in chunks) == 1000


def test_a_sealed_chunk_is_the_same_however_the_packets_were_committed(tmp_path: Path) -> None:
    run = packets(800)
    hashes = []
    for batch in (7, 64, 800):
        journal = Journal.open(tmp_path / str(batch))
        write(journal, run, batch)
        end(journal, 800)
        hashes.append([chunk.sha256 for chunk in journal.chunks(CAPTURE)])
        journal.close()
    assert len(hashes[0]) > 1
    assert hashes[0] == hashes[1] == hashes[2]


def test_a_reopened_journal_seals_the_chunk_that_it_would_have_sealed(tmp_path: Path) -> None:
    run = packets(900)
    journal = Journal.open(tmp_path / "once")
    write(journal, run)
    end(journal, 900)
    expected = [chunk.sha256 for chunk in journal.chunks(CAPTURE)]
    journal.close()
    journal = Journal.open(tmp_path / "often")
    write(journal, run[:100])
    for start in range(100, 900, 100):
        journal.close()
        journal = Journal.open(tmp_path / "often")
        with journal.transaction():
            journal.recover()
            journal.resume(CAPTURE)
            journal.add(CAPTURE, run[start : start + 100])
    end(journal, 900)
    assert [chunk.sha256 for chunk in journal.chunks(CAPTURE)] == expected
    journal.close()


def test_a_rolled_back_transaction_leaves_no_trace_in_the_next_seal(journal: Journal) -> None:
    run = packets(400)
    write(journal, run[:100])
    with pytest.raises(RuntimeError), journal.transaction():
        journal.add(CAPTURE, packets(50))
        raise RuntimeError("the disk is full")
    with journal.transaction():
        journal.add(CAPTURE, run[100:])
    end(journal, 400)
    assert b"".join(journal.chunk_bytes(CAPTURE, chunk) for chunk in journal.chunks(CAPTURE)) == wire(run)


payloads = st.binary(max_size=512)


@settings(max_examples=25, deadline=None)
@given(st.lists(payloads, min_size=1, max_size=30), st.integers(1, 9))
def test_any_bytes_come_back_as_they_came(tmp_path_factory: pytest.TempPathFactory, some, batch) -> None:
    journal = Journal.open(tmp_path_factory.mktemp("journal"))
    run = [packet(i, payload) for i, payload in enumerate(some)]
    write(journal, run, batch)
    end(journal, len(run))
    assert list(journal.packets(CAPTURE)) == run
    assert b"".join(journal.chunk_bytes(CAPTURE, chunk) for chunk in journal.chunks(CAPTURE)) == wire(run)
    journal.close()


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE packets SET payload = x'00ff' WHERE n = 5",
        "UPDATE packets SET mono_ns = mono_ns + 1 WHERE n = 5",
        "UPDATE packets SET sensor = 'C0:00:00:00:00:09' WHERE n = 5",
        "DELETE FROM packets WHERE n = 5",
    ],
)
def test_an_altered_row_is_noticed_before_it_is_sent(journal: Journal, damage: str) -> None:
    write(journal, packets(20))
    end(journal, 20)
    journal.db.execute(damage)
    with pytest.raises(DamagedChunk):
        journal.chunk_bytes(CAPTURE, journal.chunks(CAPTURE)[0])


def test_what_the_disk_altered_is_sealed_anew_without_it_and_counted_as_dropped(journal: Journal) -> None:
    run = packets(1000)
    write(journal, run)
    end(journal, 1000)
    first = journal.chunks(CAPTURE)[0]
    with journal.transaction():
        journal.acknowledge(CAPTURE, 0)
        journal.db.execute("UPDATE packets SET payload = x'00ff' WHERE n = 700")
    with journal.transaction():
        assert journal.mend(CAPTURE) == 1
    chunks = journal.chunks(CAPTURE)
    assert chunks[0].sha256 == first.sha256 and chunks[0].acknowledged
    assert b"".join(journal.chunk_bytes(CAPTURE, chunk) for chunk in chunks) == wire(run[:700] + run[701:])
    row = journal.capture(CAPTURE)
    assert (row.received, row.journaled, row.dropped) == (1000, 999, 1)


def test_an_altered_row_of_an_open_session_does_not_stop_the_next_start(journal: Journal) -> None:
    run = packets(60)
    write(journal, run[:50])
    journal.db.execute("UPDATE packets SET payload = x'00' WHERE n = 7")
    journal.lose_growth()
    with journal.transaction():
        journal.recover()
        journal.add(CAPTURE, run[50:])
    end(journal, 0)
    (chunk,) = journal.chunks(CAPTURE)
    assert journal.chunk_bytes(CAPTURE, chunk) == wire(run[:7] + run[8:])
    assert journal.capture(CAPTURE).dropped == 1


def test_only_acknowledged_chunks_count_as_uploaded(journal: Journal) -> None:
    write(journal, packets(1000))
    assert journal.capture(CAPTURE).uploaded == 0
    with journal.transaction():
        journal.acknowledge(CAPTURE, 1)
    assert journal.capture(CAPTURE).uploaded == journal.chunks(CAPTURE)[1].packets


def test_nothing_is_pruned_before_the_server_has_had_it_for_a_week(journal: Journal) -> None:
    write(journal, packets(20))
    end(journal, 20)
    journal.add_running_time(100 * KEEP_COMPLETE_NS)
    assert journal.prune() == []  # closed for years, and never with a server
    with journal.transaction():
        journal.complete(CAPTURE)
    journal.add_running_time(KEEP_COMPLETE_NS)
    assert journal.prune() == []
    journal.add_running_time(1)
    assert journal.prune() == [CAPTURE]
    assert journal.capture(CAPTURE).state == "complete"
    assert list(journal.packets(CAPTURE)) == []


def test_a_parked_capture_keeps_its_packets_and_its_reason(journal: Journal) -> None:
    write(journal, packets(20))
    end(journal, 20)
    with journal.transaction():
        journal.park(CAPTURE, "409 Conflict")
    journal.add_running_time(100 * KEEP_COMPLETE_NS)
    assert journal.prune() == []
    assert (journal.capture(CAPTURE).state, journal.capture(CAPTURE).why) == ("parked", "409 Conflict")
    assert len(list(journal.packets(CAPTURE))) == 20


def test_a_crash_leaves_an_interrupted_session_with_all_its_packets(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path)
    write(journal, packets(20))
    journal.db.close()  # no word of farewell
    journal._guard.close()
    journal = Journal.open(tmp_path)
    with journal.transaction():
        (found,) = journal.recover()
    assert (found.state, found.received, found.journaled) == ("interrupted", 20, 20)
    journal.close()


def test_two_gateways_cannot_record_into_one_folder(journal: Journal, tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="another gateway is recording"):
        Journal.open(tmp_path)


def test_a_journal_of_a_newer_release_is_refused_and_not_touched(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path)
    journal.db.execute("PRAGMA user_version = 99")
    journal.close()
    before = (tmp_path / "journal.db").read_bytes()
    with pytest.raises(JournalError, match="version 99"):
        Journal.open(tmp_path)
    assert (tmp_path / "journal.db").read_bytes() == before


def test_only_the_owner_can_read_a_journal(journal: Journal, tmp_path: Path) -> None:
    write(journal, packets(3))
    for name in ("journal.db", "journal.db-wal"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600


def test_the_closing_words_count_what_is_there(journal: Journal) -> None:
    run = [*packets(700), packet(700, boot="boot-b", sensor=MILL)]
    write(journal, run)
    end(journal, 701)
    with journal.transaction():
        journal.note_boot("boot-a", 123, True)
        journal.note_sensors(CAPTURE, [{"address": MILL, "name": "Mill"}])
    chunks = journal.chunks(CAPTURE)
    words = closing_words(journal, journal.capture(CAPTURE), chunks)
    assert (words["chunks"], words["packets"], words["dropped"]) == (len(chunks), 701, 0)
    assert words["root"] == root_hash(CAPTURE, [chunk.sha256 for chunk in chunks])
    assert words["clock"] == [
        {"boot": "boot-a", "offset_ns": 123, "trusted": True},
        {"boot": "boot-b", "offset_ns": run[-1].wall_ns - run[-1].mono_ns, "trusted": False},
    ]
    assert words["sensors"] == [{"address": MILL, "name": "Mill"}]
    assert words["ended_at"] == "2026-05-28T21:00:00.000Z"


def test_the_root_is_the_hash_of_the_sorted_words_without_spaces() -> None:
    text = b'{"capture":"c","chunks":["aa","bb"],"version":1}'
    assert root_hash("c", ["aa", "bb"]) == sha256(text).hexdigest()


def test_a_trusted_clock_is_not_replaced_by_a_guess(journal: Journal) -> None:
    write(journal, packets(3))
    with journal.transaction():
        journal.note_boot("boot-a", 5, True)
        journal.note_boot("boot-a", 77 * SECOND_NS, False)
    assert journal.boots(CAPTURE) == [{"boot": "boot-a", "offset_ns": 5, "trusted": True}]


def test_a_capture_completed_by_an_earlier_release_is_kept_for_another_week(tmp_path: Path) -> None:
    """Earlier releases counted by the wall clock, whose numbers are far above any running time."""
    journal = Journal.open(tmp_path)
    write(journal, packets(20))
    end(journal, 20)
    with journal.transaction():
        journal.complete(CAPTURE)
        journal.db.execute("UPDATE captures SET completed_ns = ?", (1_780_000_000 * SECOND_NS,))
    journal.close()
    journal = Journal.open(tmp_path)
    journal.add_running_time(KEEP_COMPLETE_NS)
    assert journal.prune() == []
    journal.add_running_time(1)
    assert journal.prune() == [CAPTURE]
