"""People and what lets them in; only hashes of secrets lie here."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from server.storage.tables.columns import time


class PersonRow(SQLModel, table=True):
    __tablename__ = "people"
    id: str = Field(primary_key=True)
    name: str
    role: str  # runner | physio | admin
    created_at: datetime = time()


class CareRow(SQLModel, table=True):
    """A runner's consent that a physio sees their runs."""

    __tablename__ = "care"
    runner_id: str = Field(primary_key=True, foreign_key="people.id")
    physio_id: str = Field(primary_key=True, foreign_key="people.id")
    consented_at: datetime = time()
    withdrawn_at: datetime | None = time(nullable=True)


class CareRequestRow(SQLModel, table=True):
    """A physio who asks a runner for access; nothing is shown to them before the runner says yes."""

    __tablename__ = "care_requests"
    runner_id: str = Field(primary_key=True, foreign_key="people.id")
    physio_id: str = Field(primary_key=True, foreign_key="people.id")
    asked_at: datetime = time()


class EntryRow(SQLModel, table=True):
    """A link that lets a person in; only its hash is kept."""

    __tablename__ = "entries"
    token_sha256: str = Field(primary_key=True)
    person_id: str = Field(foreign_key="people.id")
    expires_at: datetime = time()
    reusable: bool
    used_at: datetime | None = time(nullable=True)


class LoginRow(SQLModel, table=True):
    __tablename__ = "logins"
    token_sha256: str = Field(primary_key=True)
    person_id: str = Field(foreign_key="people.id")
    created_at: datetime = time()
    expires_at: datetime = time()
