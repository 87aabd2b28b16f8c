"""What was measured and what was said: runs, plans, answers, statements, verdicts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from server.storage.tables.columns import UtcTime, blob, document, time


class PlanRow(SQLModel, table=True):
    """One version of a runner's plan; a change is a new version, never an edit."""

    __tablename__ = "plans"
    runner_id: str = Field(primary_key=True, foreign_key="people.id")
    version: int = Field(primary_key=True)
    valid_from: datetime = time()
    by: str
    body: dict[str, Any] = document()


class RunRow(SQLModel, table=True):
    """One run as it was recorded or typed in: of a recorded one everything can be made again from its bytes."""

    __tablename__ = "runs"
    __table_args__ = (Index("ix_runs_runner_start", "runner_id", "start"),)
    runner_id: str = Field(primary_key=True, foreign_key="people.id")
    id: str = Field(primary_key=True)
    kind: str  # capture | file | hand
    source_id: str
    start: datetime = time()
    end: datetime = time()
    quality: str  # OK | POOR
    run_s: float | None = None
    rules_version: str
    decoder_version: str
    measured: dict[str, Any] = document()  # of a run that was typed in: what was typed


class RecordingRow(SQLModel, table=True):
    __tablename__ = "recordings"
    runner_id: str = Field(primary_key=True)
    run_id: str = Field(primary_key=True)
    body: bytes = blob()


class SessionRow(SQLModel, table=True):
    """One training session: the runs it is made of, measured as one; it can be thrown away and made again."""

    __tablename__ = "sessions"
    __table_args__ = (Index("ix_sessions_runner_start", "runner_id", "start"),)
    runner_id: str = Field(primary_key=True, foreign_key="people.id")
    id: str = Field(primary_key=True)
    start: datetime = time()
    end: datetime = time()
    mine: bool
    run_s: float | None = None
    made_of: list[dict[str, Any]] = document()
    rules_version: str
    decoder_version: str
    measured_with: str  # hash of its parts and of all that they were measured against
    measured: dict[str, Any] = document()
    second: dict[str, Any] | None = document(nullable=True)  # where a second programme is tired at another time


class CompositionRow(SQLModel, table=True):
    """How often runs or sessions of a runner changed."""

    __tablename__ = "compositions"
    runner_id: str = Field(primary_key=True, foreign_key="people.id")
    version: int


class CheckInRow(SQLModel, table=True):
    """One answer; a correction is a later row, and the earlier one stays.

    `seq` counts a runner's answers and statements in the order in which they were stored; `parts` are what the answer
    was given about, as [run, since, until], where null is the run's own beginning or end.
    """

    __tablename__ = "check_ins"
    __table_args__ = (UniqueConstraint("runner_id", "seq"),)
    runner_id: str = Field(primary_key=True)
    run_id: str = Field(primary_key=True)
    answered_at: datetime = Field(sa_column=Column(UtcTime(), primary_key=True))
    by: str
    body: dict[str, Any] = document()
    seq: int
    parts: list[list[Any]] = document()


class SaidRow(SQLModel, table=True):
    """What was said apart from a check-in: a morning, a flag, a hold, what belongs to which session.

    `seq` is of the same order as that of the answers.
    """

    __tablename__ = "said"
    __table_args__ = (UniqueConstraint("runner_id", "seq"),)
    runner_id: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    kind: str  # daily | flag | hold | split | join | …
    said_at: datetime = time()
    by: str
    body: dict[str, Any] = document()
    seq: int


class VerdictRow(SQLModel, table=True):
    """What was said to the runner, with the hash of what was known; a later one supersedes it visibly."""

    __tablename__ = "verdicts"
    runner_id: str = Field(primary_key=True)
    decided_at: datetime = Field(sa_column=Column(UtcTime(), primary_key=True))
    inputs_sha256: str = Field(primary_key=True)
    rules_version: str
    programme_version: str | None
    decision: str
    body: dict[str, Any] = document()
    superseded_at: datetime | None = time(nullable=True)
    plan_version: int | None = None
