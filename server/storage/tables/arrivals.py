"""What arrived, as it came: captures in chunks, run files, and what must still be measured."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlmodel import Field, SQLModel

from server.storage.tables.columns import blob, document, time


class CaptureRow(SQLModel, table=True):
    __tablename__ = "captures"
    runner_id: str = Field(primary_key=True, foreign_key="people.id")
    id: str = Field(primary_key=True, index=True)
    gateway_id: str = Field(foreign_key="gateways.id")
    state: str  # open | complete
    started_at: datetime = time()
    received_at: datetime = time()
    root: str | None = None
    closing: dict[str, Any] | None = document(nullable=True)


class ChunkRow(SQLModel, table=True):
    __tablename__ = "chunks"
    runner_id: str = Field(primary_key=True)
    capture_id: str = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    sha256: str
    packets: int
    body: bytes = blob()


class ChunkConflictRow(SQLModel, table=True):
    """A chunk that came again with other bytes: kept aside, never put in the place of the first."""

    __tablename__ = "chunk_conflicts"
    runner_id: str = Field(primary_key=True)
    capture_id: str = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    sha256: str = Field(primary_key=True)
    received_at: datetime = time()
    body: bytes = blob()


class FileRow(SQLModel, table=True):
    """A run file as it came."""

    __tablename__ = "files"
    runner_id: str = Field(primary_key=True, foreign_key="people.id")
    sha256: str = Field(primary_key=True)
    name: str
    received_at: datetime = time()
    body: bytes = blob()


class ReviewRequestRow(SQLModel, table=True):
    """Something arrived and must be measured; written in the transaction that accepted it."""

    __tablename__ = "review_requests"
    runner_id: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)  # capture | file
    source_id: str = Field(primary_key=True)
    requested_at: datetime = time()
    done_at: datetime | None = time(nullable=True)
    trouble: str | None = None
    decoder_version: str | None = None  # which read it, or could not
    claimed_by: str | None = None
    claimed_until: datetime | None = time(nullable=True)


class TombstoneRow(SQLModel, table=True):
    """What was taken away: its bytes are gone, and they do not come back when somebody sends them again."""

    __tablename__ = "tombstones"
    runner_id: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)  # capture | file | hand
    source_id: str = Field(primary_key=True)
    at: datetime = time()
    by: str
    why: str  # deleted | handed
