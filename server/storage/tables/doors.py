"""Doors: second factors, tries at a door, and what programs show instead of a cookie."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlmodel import Field, SQLModel

from server.storage.tables.columns import document, time


class FactorRow(SQLModel, table=True):
    """A second factor: an app's secret (encrypted), a passkey's public key, or the hash of a recovery code."""

    __tablename__ = "factors"
    person_id: str = Field(primary_key=True, foreign_key="people.id")
    id: str = Field(primary_key=True)
    kind: str  # app | passkey | recovery
    name: str
    body: dict[str, Any] = document()
    added_at: datetime = time()
    confirmed_at: datetime | None = time(nullable=True)
    used_at: datetime | None = time(nullable=True)


class TryRow(SQLModel, table=True):
    """One try at a door; `door` is a hash, for people type passwords into the field of the name."""

    __tablename__ = "tries"
    door: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    at: datetime = time()


class ProgramTokenRow(SQLModel, table=True):
    """What a program shows instead of a person's cookie, for the scopes it was made for."""

    __tablename__ = "program_tokens"
    person_id: str = Field(primary_key=True, foreign_key="people.id")
    id: str = Field(primary_key=True)
    token_sha256: str = Field(unique=True)
    name: str
    scopes: list[str] = document()
    created_at: datetime = time()
    expires_at: datetime = time()
    last_used_at: datetime | None = time(nullable=True)
    revoked_at: datetime | None = time(nullable=True)
