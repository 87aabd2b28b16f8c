"""Chunks of captures: the sealed bytes that gateways bring, each kept once and never altered."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, exists, func, insert
from sqlmodel import Session, col, select

from server.storage import people, quick
from server.storage.captures import Capture
from server.storage.tables.arrivals import CaptureRow, ChunkConflictRow, ChunkRow
from server.storage.tables.gateways import GatewayRow


def take(db: Session, token: str, capture_id: str, seq: int, digest: str, body: bytes) -> bool:
    """Keep a chunk of an open capture of the gateway that holds this token; False where it was not for taking.

    All of it is one statement, for every chunk of every gateway comes this way.
    """
    chunk = {"seq": seq, "sha256": digest, "packets": body.count(b"\n"), "body": body}
    return db.connection().execute(_TAKE, {"token": people.hashed(token), "capture": capture_id, **chunk}).rowcount == 1


def hash_of(db: Session, capture: Capture, seq: int) -> str | None:
    """Of one chunk that is held, None where it is not."""
    return db.exec(select(ChunkRow.sha256).where(*_of(capture), ChunkRow.seq == seq)).first()


def hashes(db: Session, capture: Capture) -> dict[int, str]:
    """The hash of each chunk that is held, by its place."""
    query = select(ChunkRow.seq, ChunkRow.sha256).where(*_of(capture)).order_by(col(ChunkRow.seq))
    return dict(db.exec(query).all())


def set_aside(db: Session, capture: Capture, seq: int, digest: str, body: bytes, now: datetime) -> None:
    """Keep other bytes that came under a known number, or late, where a person can look for them."""
    db.merge(
        ChunkConflictRow(
            runner_id=capture.runner_id, capture_id=capture.id, seq=seq, sha256=digest, received_at=now, body=body
        )
    )


def packets_held(db: Session, capture: Capture) -> int:
    """How many packets the chunks hold that are here."""
    return db.exec(select(func.coalesce(func.sum(ChunkRow.packets), 0)).where(*_of(capture))).one()


def body_of(db: Session, capture: Capture) -> bytes:
    """The whole capture: its chunks in order."""
    rows = db.exec(select(ChunkRow).where(*_of(capture)).order_by(col(ChunkRow.seq)))
    return b"".join(row.body for row in rows)


def _of(capture: Capture) -> tuple[Any, ...]:
    return (ChunkRow.runner_id == capture.runner_id, ChunkRow.capture_id == capture.id)


_CHUNKS, _GATEWAYS = quick.table(ChunkRow), quick.table(GatewayRow)
_SENT = [bindparam(name, type_=_CHUNKS.c[name].type) for name in ("seq", "sha256", "packets", "body")]
_ITS_GATEWAY = and_(_GATEWAYS.c.id == col(CaptureRow.gateway_id), people.with_token(_GATEWAYS))
_IS_HELD = exists().where(
    _CHUNKS.c.runner_id == col(CaptureRow.runner_id),
    _CHUNKS.c.capture_id == col(CaptureRow.id),
    _CHUNKS.c.seq == bindparam("seq"),
)
_CHUNK = (
    select(col(CaptureRow.runner_id), col(CaptureRow.id), *_SENT)
    .join(_GATEWAYS, _ITS_GATEWAY)
    .where(col(CaptureRow.id) == bindparam("capture"), col(CaptureRow.state) == "open", ~_IS_HELD)
)
_TAKE = (
    insert(_CHUNKS)
    .from_select(["runner_id", "capture_id", *(sent.key for sent in _SENT)], _CHUNK)
    .execution_options(preserve_rowcount=True)  # else only SQLite says how many there were
)
