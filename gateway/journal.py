"""Journal: every packet on disk before anybody calls it saved; chunks sealed, acknowledged and never altered."""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from gateway.clock import SECOND_NS
from gateway.disk import lock, open_to_write
from gateway.growing import Growing
from gateway.ledger import CaptureRow, Ledger
from sensors.packet import Packet

CHUNK_BYTES = 64 * 1024  # the largest chunk that a server takes, before compression
KEEP_COMPLETE_NS = 7 * 24 * 3600 * SECOND_NS  # a week in which the server's disk may still turn out to be broken


class Journal(Ledger):
    """Words of change, each to be said within `transaction()`. One thread at a time: see `writer.py`."""

    def __init__(self, db: sqlite3.Connection, guard: sqlite3.Connection | None = None) -> None:
        super().__init__(db)
        self._guard = guard
        self._growing: dict[str, Growing] = {}

    @classmethod
    def open(cls, folder: Path) -> Journal:
        """The journal in `folder`, for this process alone; made new where there is none.

        Raises NotRecording where it cannot be written, JournalError where another gateway has it.
        """
        guard = lock(folder)
        try:
            return cls(open_to_write(folder), guard)
        except Exception:
            guard.close()
            raise

    def close(self) -> None:
        super().close()
        if self._guard is not None:
            self._guard.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of it is on disk at the end, for in WAL with FULL a COMMIT waits for the disk; or nothing is."""
        self.db.execute("BEGIN IMMEDIATE")
        is_saved = False
        try:
            yield
            self.db.execute("COMMIT")
            is_saved = True
        finally:
            if self.db.in_transaction:  # SQLite itself has rolled back when the disk was full
                self.db.execute("ROLLBACK")
            if not is_saved:
                self.lose_growth()

    def begin(self, capture: str, runner: str, started_at: str) -> None:
        self.db.execute(
            "INSERT INTO captures (id, runner, started_at, state) VALUES (?, ?, ?, 'open')",
            (capture, runner, started_at),
        )

    def add(self, capture: str, packets: Iterable[Packet]) -> int:
        """Append packets and seal the chunks that are full; return how many were sealed."""
        growing, sealed, rows = self._grown(capture), 0, []
        for packet in packets:
            line = packet.to_line()
            if growing.packets and growing.size + len(line) > CHUNK_BYTES:
                growing = self._seal(capture, growing)
                sealed += 1
            rows.append(_row(capture, growing.next, packet, zlib.crc32(line)))
            growing.next += 1
            growing.take(line)
        self.db.executemany("INSERT INTO packets VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
        return sealed

    def end(self, capture: str, ended_at: str, received: int, dropped: int) -> None:
        """Seal what is left and close: from now on the capture never changes."""
        growing = self._grown(capture)
        if growing.packets:
            self._seal(capture, growing)
        del self._growing[capture]
        self.db.execute(
            "UPDATE captures SET state = 'closed', why = '', ended_at = ?, received = received + ?,"
            " dropped = dropped + ? WHERE id = ?",
            (ended_at, received, dropped, capture),
        )

    def interrupt(self, capture: str, why: str, received: int, dropped: int) -> None:
        """The gateway stops while a session is open: the next start may continue it."""
        self._growing.pop(capture, None)
        self.db.execute(
            "UPDATE captures SET state = 'interrupted', why = ?, received = received + ?, dropped = dropped + ?"
            " WHERE id = ?",
            (why, received, dropped, capture),
        )

    def recover(self) -> list[CaptureRow]:
        """Mark what a crash left open as interrupted. Return every capture that may be continued, oldest first."""
        # What was received is unknown after a crash; what is on disk is the least that was.
        self.db.execute(
            "UPDATE captures SET state = 'interrupted', why = 'the gateway stopped without closing it',"
            " received = (SELECT count(*) FROM packets WHERE capture = captures.id) WHERE state = 'open'"
        )
        return [capture for capture in self.captures() if capture.state == "interrupted"]

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

    def acknowledge(self, capture: str, seq: int) -> None:
        """The server has said that it holds this chunk on its disk."""
        self.db.execute("UPDATE chunks SET acknowledged = 1 WHERE capture = ? AND seq = ?", (capture, seq))

    def complete(self, capture: str) -> None:
        self.db.execute(
            "UPDATE captures SET state = 'complete', why = '', completed_ns = (SELECT ns FROM running_time)"
            " WHERE id = ?",
            (capture,),
        )

    def add_running_time(self, elapsed_ns: int) -> None:
        """Count time in which this gateway was running, by its monotonic clock."""
        self.db.execute("UPDATE running_time SET ns = ns + ?", (max(0, elapsed_ns),))

    def park(self, capture: str, why: str) -> None:
        """Keep it and do not offer it for a while; `why` is shown."""
        self.db.execute("UPDATE captures SET state = 'parked', why = ? WHERE id = ?", (why, capture))

    def unpark(self) -> None:
        """Offer all parked captures again, for a new token or release."""
        self.db.execute("UPDATE captures SET state = 'closed' WHERE state = 'parked'")

    def unpark_one(self, capture: str) -> None:
        """Offer one parked capture again."""
        self.db.execute("UPDATE captures SET state = 'closed' WHERE state = 'parked' AND id = ?", (capture,))

    def forget(self, capture: str, why: str) -> None:
        """The server has deleted this capture and wants it deleted here."""
        self._empty(capture)
        self.db.execute("UPDATE captures SET state = 'forgotten', why = ? WHERE id = ?", (why, capture))

    def prune(self) -> list[str]:
        """Delete the packets of captures that the server has had for a week of running time; return which."""
        rows = self.db.execute(
            "SELECT id FROM captures WHERE state = 'complete' AND completed_ns < (SELECT ns FROM running_time) - ?"
            " AND EXISTS (SELECT 1 FROM packets WHERE capture = id)",
            (KEEP_COMPLETE_NS,),
        ).fetchall()
        for (capture,) in rows:
            self._empty(capture)
        return [capture for (capture,) in rows]

    def mend(self, capture: str) -> int:
        """Seal anew what the disk has altered and the server does not hold, without the packets that cannot be saved.

        Return how many those are; they are counted as dropped.
        """
        whole = [chunk for chunk in self.chunks(capture) if chunk.acknowledged]
        seq, first = (whole[-1].seq + 1, whole[-1].last + 1) if whole else (0, 0)
        self.db.execute("DELETE FROM chunks WHERE capture = ? AND seq >= ?", (capture, seq))
        before = self.capture(capture).dropped
        growing = Growing(seq=seq, first=first, next=first)
        for n, line in self._sound_lines(capture, first):
            if growing.packets and growing.size + len(line) > CHUNK_BYTES:
                growing = self._seal(capture, growing)
            growing.next = n + 1
            growing.take(line)
        if growing.packets:
            self._seal(capture, growing)
        self._growing.pop(capture, None)
        return self.capture(capture).dropped - before

    def lose_growth(self) -> None:
        """After a rollback: the growing chunks are those of the disk again."""
        self._growing.clear()

    def _grown(self, capture: str) -> Growing:
        """The growing chunk, built again from the rows behind the last seal where this process did not grow it."""
        growing = self._growing.get(capture)
        if growing is None:
            seq, first = self.db.execute(
                "SELECT coalesce(max(seq) + 1, 0), coalesce(max(last) + 1, 0) FROM chunks WHERE capture = ?",
                (capture,),
            ).fetchone()
            growing = self._growing[capture] = Growing(seq=seq, first=first, next=first)
            for n, line in self._sound_lines(capture, first):
                growing.next = n + 1
                growing.take(line)
        return growing

    def _sound_lines(self, capture: str, first: int) -> Iterable[tuple[int, bytes]]:
        """Lines from `first` on; those that the disk has altered are deleted and counted as dropped."""
        lines = list(self.lines(capture, first, 2**62))
        broken = [(capture, n) for n, _, is_sound in lines if not is_sound]
        self.db.executemany("DELETE FROM packets WHERE capture = ? AND n = ?", broken)
        self.db.execute("UPDATE captures SET dropped = dropped + ? WHERE id = ?", (len(broken), capture))
        return [(n, line) for n, line, is_sound in lines if is_sound]

    def _seal(self, capture: str, growing: Growing) -> Growing:
        self.db.execute(
            "INSERT INTO chunks (capture, seq, first, last, packets, bytes, sha256) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                capture,
                growing.seq,
                growing.first,
                growing.next - 1,
                growing.packets,
                growing.size,
                growing.digest.hexdigest(),
            ),
        )
        self._growing[capture] = Growing(seq=growing.seq + 1, first=growing.next, next=growing.next)
        return self._growing[capture]

    def _empty(self, capture: str) -> None:
        for table in ("packets", "chunks", "sensors"):
            self.db.execute(f"DELETE FROM {table} WHERE capture = ?", (capture,))  # noqa: S608 - our own names  # nosec B608


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
