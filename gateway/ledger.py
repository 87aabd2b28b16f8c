"""Ledger: what a journal says when it is asked; nothing here changes it."""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Literal

from gateway.disk import JournalError
from sensors.packet import Packet

State = Literal["open", "interrupted", "closed", "complete", "parked", "forgotten"]

_CAPTURES = """
SELECT id, runner, started_at, ended_at, state, why, received, dropped,
    (SELECT count(*) FROM packets WHERE capture = id),
    (SELECT coalesce(sum(packets), 0) FROM chunks WHERE capture = id AND acknowledged)
FROM captures"""


class DamagedChunk(JournalError):
    """Rows that no longer are what was sealed: the disk has altered them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureRow:
    """One capture as the journal knows it; times are ISO 8601 UTC, `journaled` and `uploaded` are counted anew."""

    id: str
    runner: str
    started_at: str
    ended_at: str | None
    state: State
    why: str
    received: int
    dropped: int
    journaled: int
    uploaded: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChunkRow:
    """One sealed range of packets; `first` and `last` are packet numbers, both included."""

    seq: int
    first: int
    last: int
    packets: int
    sha256: str
    acknowledged: bool


class Ledger:
    """Questions to a journal; one thread at a time."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self.db = db

    def close(self) -> None:
        self.db.close()

    def captures(self) -> list[CaptureRow]:
        """Every capture, oldest first."""
        names = CaptureRow.__slots__
        return [
            CaptureRow(**dict(zip(names, row, strict=True))) for row in self.db.execute(f"{_CAPTURES} ORDER BY rowid")
        ]

    def capture(self, capture: str) -> CaptureRow:
        row = self.db.execute(f"{_CAPTURES} WHERE id = ?", (capture,)).fetchone()
        if row is None:
            raise JournalError(f"there is no capture {capture}")
        return CaptureRow(**dict(zip(CaptureRow.__slots__, row, strict=True)))

    def chunks(self, capture: str) -> list[ChunkRow]:
        rows = self.db.execute(
            "SELECT seq, first, last, packets, sha256, acknowledged FROM chunks WHERE capture = ? ORDER BY seq",
            (capture,),
        )
        return [
            ChunkRow(seq=seq, first=first, last=last, packets=packets, sha256=digest, acknowledged=bool(acknowledged))
            for seq, first, last, packets, digest, acknowledged in rows
        ]

    def chunk_bytes(self, capture: str, chunk: ChunkRow) -> bytes:
        """The chunk's lines again, from the rows; raise DamagedChunk where they are not what was sealed."""
        body = b"".join(line for _, line, _ in self.lines(capture, chunk.first, chunk.last))
        if sha256(body).hexdigest() != chunk.sha256:
            raise DamagedChunk(f"chunk {chunk.seq} of capture {capture} is not what was sealed")
        return body

    def lines(self, capture: str, first: int, last: int) -> Iterator[tuple[int, bytes, bool]]:
        """Number and line of each packet of a range, and whether the row is still what was written."""
        rows = self.db.execute(
            "SELECT * FROM packets WHERE capture = ? AND n BETWEEN ? AND ? ORDER BY n", (capture, first, last)
        )
        for row in rows:
            yield row[1], packet_of(row).to_line(), is_sound(row)

    def packets(self, capture: str) -> Iterator[Packet]:
        """Every packet of a capture, in the order in which they came."""
        for row in self.db.execute("SELECT * FROM packets WHERE capture = ? ORDER BY n", (capture,)):
            yield packet_of(row)

    def packets_backwards(self, capture: str) -> Iterator[Packet]:
        """Every packet of a capture, the last first."""
        for row in self.db.execute("SELECT * FROM packets WHERE capture = ? ORDER BY n DESC", (capture,)):
            yield packet_of(row)

    def sensors(self, capture: str) -> list[dict[str, Any]]:
        rows = self.db.execute("SELECT facts FROM sensors WHERE capture = ? ORDER BY address", (capture,))
        return [json.loads(facts) for (facts,) in rows]

    def boots(self, capture: str) -> list[dict[str, Any]]:
        """Each boot heard in the capture: its wall time less its monotonic time, and whether a server confirmed it.

        One that never met a server has the largest offset its packets show: a clock that wakes in 1970 is set forward.
        """
        rows = self.db.execute(
            "SELECT p.boot, coalesce(b.offset_ns, p.seen_ns), coalesce(b.trusted, 0) FROM (SELECT boot,"
            " min(n) AS n, max(wall_ns - mono_ns) AS seen_ns FROM packets WHERE capture = ? GROUP BY boot) p"
            " LEFT JOIN boots b ON b.boot = p.boot ORDER BY p.n",
            (capture,),
        )
        return [{"boot": boot, "offset_ns": offset, "trusted": bool(trusted)} for boot, offset, trusted in rows]


def packet_of(row: tuple[Any, ...]) -> Packet:
    _, _, boot, mono_ns, wall_ns, adapter, sensor, characteristic, payload, _ = row
    return Packet(
        boot=boot,
        mono_ns=mono_ns,
        wall_ns=wall_ns,
        adapter=adapter,
        sensor=sensor,
        characteristic=characteristic,
        payload=payload,
    )


def is_sound(row: tuple[Any, ...]) -> bool:
    """Whether a row of `packets` still is what was written."""
    return zlib.crc32(packet_of(row).to_line()) == int(row[-1])
