"""Gateways, how they are let in, and what they said last of themselves."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Column
from sqlmodel import Field, SQLModel

from server.storage.tables.columns import UtcTime, document, time
from server.storage.tables.people import HOME_CLINIC


class GatewayRow(SQLModel, table=True):
    __tablename__ = "gateways"
    id: str = Field(primary_key=True)
    name: str
    token_sha256: str = Field(unique=True)
    created_at: datetime = time()
    revoked_at: datetime | None = time(nullable=True)
    clinic_id: str = Field(default=HOME_CLINIC, index=True, sa_column_kwargs={"server_default": HOME_CLINIC})
    let_in_by: str | None = None
    next_sha256: str | None = Field(
        default=None, index=True, unique=True
    )  # a new token, until its first use ends the old one
    rotated_at: datetime | None = time(nullable=True)
    replaced_by: str | None = None


class AssignmentRow(SQLModel, table=True):
    """Whose runs a gateway may bring."""

    __tablename__ = "assignments"
    gateway_id: str = Field(primary_key=True, foreign_key="gateways.id")
    runner_id: str = Field(primary_key=True, foreign_key="people.id")


class SensorAssignmentRow(SQLModel, table=True):
    """Whose runs a sensor near this gateway tells."""

    __tablename__ = "sensor_assignments"
    gateway_id: str = Field(primary_key=True, foreign_key="gateways.id")
    sensor: str = Field(primary_key=True)
    runner_id: str = Field(foreign_key="people.id", index=True)
    nickname: str


class HeartbeatRow(SQLModel, table=True):
    """What a gateway said last of itself; `held` are the packets that it still has, by runner."""

    __tablename__ = "heartbeats"
    gateway_id: str = Field(primary_key=True, foreign_key="gateways.id")
    at: datetime = time()
    held: dict[str, Any] = document()
    body: dict[str, Any] = document()
    address: str = Field(default="", sa_column_kwargs={"server_default": ""})


class ActiveCaptureRow(SQLModel, table=True):
    """A capture that a gateway's last heartbeat named as being recorded; times in server time."""

    __tablename__ = "active_captures"
    gateway_id: str = Field(primary_key=True, foreign_key="gateways.id")
    capture_id: str = Field(primary_key=True)
    runner_id: str = Field(foreign_key="people.id", index=True)
    started_at: datetime = time()
    last_packet_at: datetime = time()
    packets_held: int
    reported_at: datetime = time()


class PairingRow(SQLModel, table=True):
    """A gateway that asks to be let in; both of its secrets are kept as hashes."""

    __tablename__ = "pairings"
    device_sha256: str = Field(primary_key=True)
    code_sha256: str = Field(index=True)
    name: str
    address: str = Field(index=True)
    started_at: datetime = time()
    expires_at: datetime = time()
    approved_by: str | None = None
    runner_ids: list[str] | None = document(nullable=True)
    gateway_id: str | None = None


class PairingMissRow(SQLModel, table=True):
    """A code that somebody typed and that was none: a few are mistakes, many are guesses."""

    __tablename__ = "pairing_misses"
    person_id: str = Field(primary_key=True, foreign_key="people.id")
    at: datetime = Field(sa_column=Column(UtcTime(), primary_key=True))
