"""Journal: every packet on disk before anybody calls it saved; one SQLite file, one connection that writes."""

from __future__ import annotations

import json
import os
import sqlite3
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

from sensors.packet import Packet

State = Literal["open", "interrupted", "closed", "complete", "parked", "forgotten"]
CHUNK_BYTES = 64 * 1024  # the largest chunk that a server takes, before compression
KEEP_COMPLETE_NS = 7 * 24 * 3600 * 1_000_000_000  # a week in which a server's disk may still turn out to be broken
SCHEMA_VERSION = 1
FILE_NAME = "journal.db"

_SCHEMA = """
CREATE TABLE captures (
    id TEXT PRIMARY KEY, runner TEXT NOT NULL, started_at TEXT NOT NULL, ended_at TEXT, state TEXT NOT NULL,
    why TEXT NOT NULL DEFAULT '', received INTEGER NOT NULL DEFAULT 0, dropped INTEGER NOT NULL DEFAULT 0,
    begun INTEGER NOT NULL DEFAULT 0, completed_ns INTEGER) STRICT;
CREATE TABLE packets (
    capture TEXT NOT NULL REFERENCES captures(id), n INTEGER NOT NULL, boot TEXT NOT NULL, mono_ns INTEGER NOT NULL,
    wall_ns INTEGER NOT NULL, adapter TEXT NOT NULL, sensor TEXT NOT NULL, characteristic TEXT NOT NULL,
    payload BLOB NOT NULL, crc32 INTEGER NOT NULL, PRIMARY KEY (capture, n)) STRICT, WITHOUT ROWID;
CREATE TABLE chunks (
    capture TEXT NOT NULL REFERENCES captures(id), seq INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
    bytes INTEGER NOT NULL, sha256 TEXT NOT NULL, acknowledged INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (capture, seq)) STRICT, WITHOUT ROWID;
CREATE TABLE sensors (
    capture TEXT NOT NULL REFERENCES captures(id), address TEXT NOT NULL, facts TEXT NOT NULL,
    PRIMARY KEY (capture, address)) STRICT, WITHOUT ROWID;
CREATE TABLE boots (boot TEXT PRIMARY KEY, offset_ns INTEGER NOT NULL, trusted INTEGER NOT NULL) STRICT;
"""


class JournalError(Exception):
    """The journal cannot be read or written; the sentence says what to do."""


class NotRecording(JournalError):
    """The disk failed while packets were written: from now on nothing is kept, and everybody must hear it."""


class DamagedChunk(JournalError):
    """Rows that no longer are what was sealed: the disk has altered them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureRow:
    """One capture as the journal knows it; times are ISO 8601 UTC."""

    id: str
    runner: str
    started_at: str
    ended_at: str | None
    state: State
    why: str
    received: int
    dropped: int
    begun: bool
    journaled: int
    uploaded: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChunkRow:
    """One sealed range of packets; `first` and `last` are packet numbers, both included."""

    seq: int
    first: int
    last: int
    sha256: str
    acknowledged: bool


@dataclass(slots=True)
class _OpenChunk:
    """The chunk that still grows: its packets are on disk, its seal is not yet made."""

    seq: int
    first: int
    next: int
    bytes: int = 0
    digest: Any = field(default_factory=sha256)


class Journal:
    """Call what writes within `transaction()`. One thread at a time: see `writer.py`."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self.db = db
        self._growing: dict[str, _OpenChunk] = {}

    @classmethod
    def open(cls, folder: Path) -> Journal:
        """Open the journal in `folder` for writing; make it where there is none."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        db = sqlite3.connect(folder / FILE_NAME, isolation_level=None, check_same_thread=False)
        _configure(db)
        if _version(db) == 0:
            _create(db)
            _sync_folder(folder)
        _check_version(db, folder / FILE_NAME)
        return cls(db)

    @classmethod
    def reading(cls, path: Path) -> Journal:
        """Open a journal beside its writer, to look and not to touch."""
        db = sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode=ro", uri=True, isolation_level=None)
        _check_version(db, path)
        return cls(db)

    def close(self) -> None:
        self.db.close()

    def transaction(self) -> _transaction:
        """Everything within is on disk when it ends, or nothing is."""
        return _transaction(self.db)

    # What the recorder says.

    def begin(self, capture: str, runner: str, started_at: str) -> None:
        self.db.execute(
            "INSERT INTO captures (id, runner, started_at, state) VALUES (?, ?, ?, 'open')",
            (capture, runner, started_at),
        )

    def add(self, capture: str, packets: Iterable[Packet]) -> int:
        """Append packets and seal the chunks that are full; return how many were sealed."""
        growing = self._growing.get(capture) or self._resume(capture)
        self._growing[capture] = growing
        sealed, rows = 0, []
        for packet in packets:
            line = packet.to_line()
            if growing.bytes and growing.bytes + len(line) > CHUNK_BYTES:
                growing = self._growing[capture] = self._seal(capture, growing)
                sealed += 1
            rows.append(_row(capture, growing.next, packet, zlib.crc32(line)))
            growing.digest.update(line)
            growing.bytes += len(line)
            growing.next += 1
        self.db.executemany("INSERT INTO packets VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
        return sealed

    def end(self, capture: str, ended_at: str, received: int, dropped: int) -> None:
        """Seal what is left and close: from now on the capture never changes."""
        growing = self._growing.pop(capture, None) or self._resume(capture)
        if growing.bytes:
            self._seal(capture, growing)
        self.db.execute(
            "UPDATE captures SET state = 'closed', why = '', ended_at = ?, received = received + ?,"
            " dropped = dropped + ? WHERE id = ?",
            (ended_at, received, dropped, capture),
        )

    def interrupt(self, capture: str, why: str, received: int, dropped: int) -> None:
        """The gateway stops while a session is open: it may be continued by the next start."""
        self._growing.pop(capture, None)
        self.db.execute(
            "UPDATE captures SET state = 'interrupted', why = ?, received = received + ?, dropped = dropped + ?"
            " WHERE id = ?",
            (why, received, dropped, capture),
        )

    def resume(self, capture: str) -> None:
        self.db.execute("UPDATE captures SET state = 'open', why = '' WHERE id = ?", (capture,))

    def note_sensors(self, capture: str, sensors: Iterable[dict[str, Any]]) -> None:
        """Who spoke in this capture; the later word about an address holds."""
        rows = [(capture, facts["address"], json.dumps(facts, sort_keys=True)) for facts in sensors]
        self.db.executemany("INSERT OR REPLACE INTO sensors VALUES (?, ?, ?)", rows)

    def note_boot(self, boot: str, offset_ns: int, trusted: bool) -> None:
        """True wall time less monotonic time of a boot; a trusted word is never replaced by a guess."""
        self.db.execute(
            "INSERT INTO boots VALUES (?, ?, ?) ON CONFLICT (boot) DO UPDATE SET offset_ns = excluded.offset_ns,"
            " trusted = excluded.trusted WHERE excluded.trusted OR NOT boots.trusted",
            (boot, offset_ns, trusted),
        )

    # What happens at the start.

    def recover(self) -> list[CaptureRow]:
        """Mark what a crash left open as interrupted. Return every capture that may be continued, oldest first."""
        # What was received is unknown after a crash; what is on disk is the least that was.
        self.db.execute(
            "UPDATE captures SET state = 'interrupted', why = 'the gateway stopped without closing it',"
            " received = (SELECT count(*) FROM packets WHERE capture = captures.id) WHERE state = 'open'"
        )
        return [capture for capture in self.captures() if capture.state == "interrupted"]

    def packets_backwards(self, capture: str) -> Iterator[Packet]:
        """Every packet of a capture, the last first."""
        for row in self.db.execute("SELECT * FROM packets WHERE capture = ? ORDER BY n DESC", (capture,)):
            yield _packet(row)[0]

    # What the upload asks and says.

    def captures(self) -> list[CaptureRow]:
        """Every capture, oldest first, with its counts taken from the rows themselves."""
        rows = self.db.execute(
            "SELECT id, runner, started_at, ended_at, state, why, received, dropped, begun,"
            " (SELECT count(*) FROM packets WHERE capture = id),"
            " (SELECT coalesce(sum(last - first + 1), 0) FROM chunks WHERE capture = id AND acknowledged)"
            " FROM captures ORDER BY rowid"
        )
        names = CaptureRow.__slots__
        return [CaptureRow(**{**dict(zip(names, row, strict=True)), "begun": bool(row[8])}) for row in rows]

    def capture(self, capture: str) -> CaptureRow | None:
        return next((row for row in self.captures() if row.id == capture), None)

    def chunks(self, capture: str) -> list[ChunkRow]:
        rows = self.db.execute(
            "SELECT seq, first, last, sha256, acknowledged FROM chunks WHERE capture = ? ORDER BY seq", (capture,)
        )
        return [ChunkRow(seq=s, first=f, last=n, sha256=h, acknowledged=bool(a)) for s, f, n, h, a in rows]

    def chunk_bytes(self, capture: str, chunk: ChunkRow) -> bytes:
        """The chunk's lines again, from the rows; raise DamagedChunk where a row or the whole is not what it was."""
        rows = self.db.execute(
            "SELECT * FROM packets WHERE capture = ? AND n BETWEEN ? AND ? ORDER BY n",
            (capture, chunk.first, chunk.last),
        )
        lines = [_verified_line(row) for row in rows]
        body = b"".join(lines)
        if sha256(body).hexdigest() != chunk.sha256:
            raise DamagedChunk(f"chunk {chunk.seq} of capture {capture} is not what was sealed")
        return body

    def packets(self, capture: str) -> Iterator[Packet]:
        """Every packet of a capture, in the order in which they came."""
        for row in self.db.execute("SELECT * FROM packets WHERE capture = ? ORDER BY n", (capture,)):
            yield _packet(row)[0]

    def sensors(self, capture: str) -> list[dict[str, Any]]:
        rows = self.db.execute("SELECT facts FROM sensors WHERE capture = ? ORDER BY address", (capture,))
        return [json.loads(facts) for (facts,) in rows]

    def boots(self, capture: str) -> list[dict[str, Any]]:
        """Each boot heard in the capture with its clock's offset; one that never met a server is not trusted.

        Such a one has the largest offset that its packets show: a clock that wakes in 1970 is set forward later.
        """
        rows = self.db.execute(
            "SELECT p.boot, coalesce(b.offset_ns, p.seen_ns), coalesce(b.trusted, 0) FROM (SELECT boot,"
            " min(n) AS n, max(wall_ns - mono_ns) AS seen_ns FROM packets WHERE capture = ? GROUP BY boot) p"
            " LEFT JOIN boots b ON b.boot = p.boot ORDER BY p.n",
            (capture,),
        )
        return [{"boot": boot, "offset_ns": offset, "trusted": bool(trusted)} for boot, offset, trusted in rows]

    def mark_begun(self, capture: str) -> None:
        self.db.execute("UPDATE captures SET begun = 1 WHERE id = ?", (capture,))

    def acknowledge(self, capture: str, seqs: Iterable[int]) -> None:
        """The server has said that it holds these chunks on its disk."""
        self.db.executemany(
            "UPDATE chunks SET acknowledged = 1 WHERE capture = ? AND seq = ?", [(capture, seq) for seq in seqs]
        )

    def complete(self, capture: str, now_ns: int) -> None:
        self.db.execute(
            "UPDATE captures SET state = 'complete', why = '', completed_ns = ? WHERE id = ?", (now_ns, capture)
        )

    def park(self, capture: str, why: str) -> None:
        """Keep it and stop offering it, until a person has read why."""
        self.db.execute("UPDATE captures SET state = 'parked', why = ? WHERE id = ?", (why, capture))

    def unpark(self) -> int:
        """Offer parked captures again: a new token or a new release may be heard where the last was not."""
        return self.db.execute("UPDATE captures SET state = 'closed', why = '' WHERE state = 'parked'").rowcount

    def forget(self, capture: str, why: str) -> None:
        """The server has deleted this capture and wants it deleted here."""
        self._empty(capture)
        self.db.execute("UPDATE captures SET state = 'forgotten', why = ? WHERE id = ?", (why, capture))

    def prune(self, now_ns: int) -> int:
        """Delete the packets of captures that a server completed more than a week ago; return how many captures."""
        rows = self.db.execute(
            "SELECT id FROM captures WHERE state = 'complete' AND completed_ns < ?"
            " AND EXISTS (SELECT 1 FROM packets WHERE capture = id)",
            (now_ns - KEEP_COMPLETE_NS,),
        ).fetchall()
        for (capture,) in rows:
            self._empty(capture)
        return len(rows)

    def problem(self) -> str | None:
        """SQLite's own word on the file; None where it is sound."""
        word = str(self.db.execute("PRAGMA quick_check(1)").fetchone()[0])
        return None if word == "ok" else word

    def _empty(self, capture: str) -> None:
        for table in ("packets", "chunks", "sensors"):
            self.db.execute(f"DELETE FROM {table} WHERE capture = ?", (capture,))  # noqa: S608 - our own names

    def _resume(self, capture: str) -> _OpenChunk:
        """Build the growing chunk again from the rows behind the last seal."""
        seq, first = self.db.execute(
            "SELECT coalesce(max(seq) + 1, 0), coalesce(max(last) + 1, 0) FROM chunks WHERE capture = ?", (capture,)
        ).fetchone()
        growing = _OpenChunk(seq=seq, first=first, next=first)
        for row in self.db.execute("SELECT * FROM packets WHERE capture = ? AND n >= ? ORDER BY n", (capture, first)):
            line = _verified_line(row)
            growing.digest.update(line)
            growing.bytes += len(line)
            growing.next += 1
        return growing

    def _seal(self, capture: str, growing: _OpenChunk) -> _OpenChunk:
        self.db.execute(
            "INSERT INTO chunks (capture, seq, first, last, bytes, sha256) VALUES (?, ?, ?, ?, ?, ?)",
            (capture, growing.seq, growing.first, growing.next - 1, growing.bytes, growing.digest.hexdigest()),
        )
        return _OpenChunk(seq=growing.seq + 1, first=growing.next, next=growing.next)


class _transaction:  # noqa: N801 - read as a word: `with journal.transaction()`
    """BEGIN IMMEDIATE ... COMMIT, which in WAL with FULL returns only when the bytes are on disk."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def __enter__(self) -> None:
        self._db.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None:
            self._db.execute("COMMIT")
        elif self._db.in_transaction:
            self._db.execute("ROLLBACK")


def _configure(db: sqlite3.Connection) -> None:
    """FULL is not stored in the file: without it a power cut takes back what was called saved."""
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA foreign_keys = ON")
    db.execute("PRAGMA busy_timeout = 5000")


def _create(db: sqlite3.Connection) -> None:
    with _transaction(db):
        for statement in _SCHEMA.split(";\n"):
            db.execute(statement)
        db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def _version(db: sqlite3.Connection) -> int:
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def _check_version(db: sqlite3.Connection, path: Path) -> None:
    version = _version(db)
    if version != SCHEMA_VERSION:
        raise JournalError(f"{path} is of version {version}; this release reads version {SCHEMA_VERSION}")


def _sync_folder(folder: Path) -> None:
    """A new file is safe only when its name in the folder is on disk too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _row(capture: str, n: int, packet: Packet, crc: int) -> tuple[object, ...]:
    return (
        capture,
        n,
        packet.boot,
        packet.mono_ns,
        packet.wall_ns,
        packet.adapter,
        packet.sensor,
        packet.characteristic,
        packet.payload,
        crc,
    )


def _packet(row: tuple[Any, ...]) -> tuple[Packet, int]:
    _, _, boot, mono_ns, wall_ns, adapter, sensor, characteristic, payload, crc = row
    return (
        Packet(
            boot=boot,
            mono_ns=mono_ns,
            wall_ns=wall_ns,
            adapter=adapter,
            sensor=sensor,
            characteristic=characteristic,
            payload=payload,
        ),
        crc,
    )


def _verified_line(row: tuple[Any, ...]) -> bytes:
    packet, crc = _packet(row)
    line = packet.to_line()
    if zlib.crc32(line) != crc:
        raise DamagedChunk(f"packet {row[1]} of capture {row[0]} is not what was written")
    return line
