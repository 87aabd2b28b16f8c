"""Alerts: what stands, who hears it, what waits to be sent and by which ways; only sealed secrets lie here."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index
from sqlmodel import Field, SQLModel

from server.storage.tables.columns import UtcTime, document, time


class AlertRow(SQLModel, table=True):
    """One episode: the same thing for as long as it goes on; `closed_at` is set while it does not stand."""

    __tablename__ = "alerts"
    runner_id: str = Field(primary_key=True)  # or "server", where it is of no runner
    episode: str = Field(primary_key=True)
    id: str = Field(unique=True)
    code: str
    urgency: int
    words: dict[str, Any] = document()
    session_id: str | None = None
    raised_at: datetime = Field(sa_column=Column(UtcTime(), nullable=False, index=True))
    closed_at: datetime | None = time(nullable=True)
    escalated_at: datetime | None = time(nullable=True)
    baseline_at: datetime | None = time(nullable=True)  # it was true when the rules changed: nobody is notified
    baseline_sha256: str | None = None  # of the answers it rested on then


class HearingRow(SQLModel, table=True):
    """One person who must hear an alert, and what they did with it."""

    __tablename__ = "hearings"
    runner_id: str = Field(primary_key=True)
    episode: str = Field(primary_key=True)
    person_id: str = Field(primary_key=True, index=True)
    audience: str  # runner | physio | admin
    seen_at: datetime | None = time(nullable=True)
    snoozed_until: datetime | None = time(nullable=True)
    acknowledged_at: datetime | None = time(nullable=True)


class OutboxRow(SQLModel, table=True):
    """One letter to one person; `due_at` is empty once nothing is left to do with it."""

    __tablename__ = "outbox"
    __table_args__ = (Index("ix_outbox_person", "person_id", "tried_at"),)
    runner_id: str = Field(primary_key=True)
    key: str = Field(primary_key=True)  # what every receiver sees, the same for every try
    kind: str  # alert | escalation | digest | test
    episode: str | None = None
    person_id: str
    pinned_channel_id: str | None = None
    urgency: int
    written_at: datetime = time()
    due_at: datetime | None = Field(sa_column=Column(UtcTime(), nullable=True, index=True))
    lease_until: datetime | None = time(nullable=True)
    owner: str | None = None
    attempts: int = 0
    tried_at: datetime | None = time(nullable=True)
    trouble: str | None = None
    digest_key: str | None = Field(default=None, index=True)
    sent_at: datetime | None = time(nullable=True)
    sent_by: str | None = None
    dropped_at: datetime | None = time(nullable=True)


class ChannelRow(SQLModel, table=True):
    """One way to a person; its addresses and secrets are sealed under a key that is not in this database."""

    __tablename__ = "channels"
    person_id: str = Field(primary_key=True, foreign_key="people.id")
    id: str = Field(primary_key=True)
    kind: str
    place: int  # the first is tried first
    provider: str  # what it shares with others where that breaks down
    shown: str  # what the person recognises it by; no secret
    sealed: str
    added_at: datetime = time()
    worked_at: datetime | None = time(nullable=True)
    trouble: str | None = None
    trouble_since: datetime | None = time(nullable=True)
    is_gone: bool = False  # the provider said that it will never work again


class WishesRow(SQLModel, table=True):
    """When and how a person wants to be called."""

    __tablename__ = "alert_wishes"
    person_id: str = Field(primary_key=True, foreign_key="people.id")
    zone: str
    quiet_from_min: int
    quiet_until_min: int
    detail: bool
    deputy_id: str | None = None


class WatchRow(SQLModel, table=True):
    """When to look at a runner again although nothing arrives: a deadline, a lapse, the next morning."""

    __tablename__ = "watches"
    runner_id: str = Field(primary_key=True, foreign_key="people.id")
    due_at: datetime = Field(sa_column=Column(UtcTime(), nullable=False, index=True))
    lease_until: datetime | None = time(nullable=True)
    owner: str | None = None


class JobRunRow(SQLModel, table=True):
    """One period of a job that is done once by all processes together."""

    __tablename__ = "job_runs"
    job: str = Field(primary_key=True)
    period: str = Field(primary_key=True)
    owner: str
    lease_until: datetime = time()
    done_at: datetime | None = time(nullable=True)
