"""The rows as they lie on disk; everything that grows is keyed by its runner first."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, Column, DateTime, Index, LargeBinary, MetaData
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

# Named constraints, so that a migration can change them on SQLite as on PostgreSQL.
metadata = SQLModel.metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class UtcTime(TypeDecorator[datetime]):
    """A moment in UTC. SQLite forgets zones, so a time without one is refused on its way in."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without a zone cannot be stored: {value}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _time(*, nullable: bool = False) -> Any:
    return Field(sa_column=Column(UtcTime(), nullable=nullable))


def _json() -> Any:
    return Field(sa_column=Column(JSON(none_as_null=True), nullable=False))


def _blob() -> Any:
    return Field(sa_column=Column(LargeBinary, nullable=False))


class PersonRow(SQLModel, table=True):
    __tablename__ = "people"
    id: str = Field(primary_key=True)
    name: str
    role: str  # runner | physio | admin
    created_at: datetime = _time()


class CareRow(SQLModel, table=True):
    """A runner's consent that a physio sees their runs."""

    __tablename__ = "care"
    runner_id: str = Field(primary_key=True, foreign_key="people.id")
    physio_id: str = Field(primary_key=True, foreign_key="people.id")
    consented_at: datetime = _time()
    withdrawn_at: datetime | None = _time(nullable=True)


class CareRequestRow(SQLModel, table=True):
    """A physio who asks a runner for access; nothing is shown to them before the runner says yes."""

    __tablename__ = "care_requests"
    runner_id: str = Field(primary_key=True, foreign_key="people.id")
    physio_id: str = Field(primary_key=True, foreign_key="people.id")
    asked_at: datetime = _time()


class EntryRow(SQLModel, table=True):
    """A link that lets a person in; only its hash is kept."""

    __tablename__ = "entries"
    token_sha256: str = Field(primary_key=True)
    person_id: str = Field(foreign_key="people.id")
    expires_at: datetime = _time()
    reusable: bool
    used_at: datetime | None = _time(nullable=True)


class LoginRow(SQLModel, table=True):
    __tablename__ = "logins"
    token_sha256: str = Field(primary_key=True)
    person_id: str = Field(foreign_key="people.id")
    created_at: datetime = _time()
    expires_at: datetime = _time()


class GatewayRow(SQLModel, table=True):
    __tablename__ = "gateways"
    id: str = Field(primary_key=True)
    name: str
    token_sha256: str = Field(unique=True)
    created_at: datetime = _time()
    revoked_at: datetime | None = _time(nullable=True)


class AssignmentRow(SQLModel, table=True):
    """Whose runs a gateway may bring."""

    __tablename__ = "assignments"
    gateway_id: str = Field(primary_key=True, foreign_key="gateways.id")
    runner_id: str = Field(primary_key=True, foreign_key="people.id")


class HeartbeatRow(SQLModel, table=True):
    """What a gateway said last of itself; `held` are the packets that it still has, by runner."""

    __tablename__ = "heartbeats"
    gateway_id: str = Field(primary_key=True, foreign_key="gateways.id")
    at: datetime = _time()
    held: dict[str, Any] = _json()
    body: dict[str, Any] = _json()


class PairingRow(SQLModel, table=True):
    """A gateway that asks to be let in; both of its secrets are kept as hashes."""

    __tablename__ = "pairings"
    device_sha256: str = Field(primary_key=True)
    code_sha256: str = Field(index=True)
    name: str
    address: str = Field(index=True)
    started_at: datetime = _time()
    expires_at: datetime = _time()
    approved_by: str | None = None
    runner_ids: list[str] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    gateway_id: str | None = None


class PairingMissRow(SQLModel, table=True):
    """A code that somebody typed and that was none: a few are mistakes, many are guesses."""

    __tablename__ = "pairing_misses"
    person_id: str = Field(primary_key=True, foreign_key="people.id")
    at: datetime = Field(sa_column=Column(UtcTime(), primary_key=True))


class PlanRow(SQLModel, table=True):
    """One version of a runner's plan; a change is a new version, never an edit."""

    __tablename__ = "plans"
    runner_id: str = Field(primary_key=True, foreign_key="people.id")
    version: int = Field(primary_key=True)
    valid_from: datetime = _time()
    by: str
    body: dict[str, Any] = _json()


class CaptureRow(SQLModel, table=True):
    __tablename__ = "captures"
    runner_id: str = Field(primary_key=True, foreign_key="people.id")
    id: str = Field(primary_key=True, index=True)
    gateway_id: str = Field(foreign_key="gateways.id")
    state: str  # open | complete
    started_at: datetime = _time()
    received_at: datetime = _time()
    root: str | None = None
    closing: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))


class ChunkRow(SQLModel, table=True):
    __tablename__ = "chunks"
    runner_id: str = Field(primary_key=True)
    capture_id: str = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    sha256: str
    packets: int
    body: bytes = _blob()


class ChunkConflictRow(SQLModel, table=True):
    """A chunk that came again with other bytes: kept aside, never put in the place of the first."""

    __tablename__ = "chunk_conflicts"
    runner_id: str = Field(primary_key=True)
    capture_id: str = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    sha256: str = Field(primary_key=True)
    received_at: datetime = _time()
    body: bytes = _blob()


class FileRow(SQLModel, table=True):
    """A run file as it came."""

    __tablename__ = "files"
    runner_id: str = Field(primary_key=True, foreign_key="people.id")
    sha256: str = Field(primary_key=True)
    name: str
    received_at: datetime = _time()
    body: bytes = _blob()


class ReviewRequestRow(SQLModel, table=True):
    """Something arrived and must be measured; written in the transaction that accepted it."""

    __tablename__ = "review_requests"
    runner_id: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)  # capture | file
    source_id: str = Field(primary_key=True)
    requested_at: datetime = _time()
    done_at: datetime | None = _time(nullable=True)
    trouble: str | None = None


class RunRow(SQLModel, table=True):
    """One run as measured: everything here can be made again from the bytes that were kept."""

    __tablename__ = "runs"
    __table_args__ = (Index("ix_runs_runner_start", "runner_id", "start"),)
    runner_id: str = Field(primary_key=True, foreign_key="people.id")
    id: str = Field(primary_key=True)
    kind: str  # capture | file
    source_id: str
    start: datetime = _time()
    end: datetime = _time()
    rules_version: str
    decoder_version: str
    measured_with: str  # hash of the references and the fatigue onset it was measured against
    measured: dict[str, Any] = _json()


class RecordingRow(SQLModel, table=True):
    __tablename__ = "recordings"
    runner_id: str = Field(primary_key=True)
    run_id: str = Field(primary_key=True)
    body: bytes = _blob()


class CheckInRow(SQLModel, table=True):
    """One answer; a correction is a later row, and the earlier one stays."""

    __tablename__ = "check_ins"
    runner_id: str = Field(primary_key=True)
    run_id: str = Field(primary_key=True)
    answered_at: datetime = Field(sa_column=Column(UtcTime(), primary_key=True))
    by: str
    body: dict[str, Any] = _json()


class SaidRow(SQLModel, table=True):
    """What was said apart from a run: a daily morning value, a flag, a hold."""

    __tablename__ = "said"
    runner_id: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    kind: str  # daily | flag | hold
    said_at: datetime = _time()
    by: str
    body: dict[str, Any] = _json()


class VerdictRow(SQLModel, table=True):
    """What was said to the runner, with the hash of what was known; a later one supersedes it visibly."""

    __tablename__ = "verdicts"
    runner_id: str = Field(primary_key=True)
    decided_at: datetime = Field(sa_column=Column(UtcTime(), primary_key=True))
    inputs_sha256: str = Field(primary_key=True)
    rules_version: str
    programme_version: str | None
    decision: str
    body: dict[str, Any] = _json()
    superseded_at: datetime | None = _time(nullable=True)
