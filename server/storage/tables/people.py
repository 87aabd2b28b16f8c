"""People and what lets them in; only hashes of secrets lie here."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from server.storage.tables.columns import time

HOME_CLINIC = "clinic"  # the one that every installation begins with


class ClinicRow(SQLModel, table=True):
    __tablename__ = "clinics"
    id: str = Field(primary_key=True)
    name: str
    created_at: datetime = time()


class PersonRow(SQLModel, table=True):
    """A person of one clinic, from a moment on and, where it was said, until another."""

    __tablename__ = "people"
    id: str = Field(primary_key=True)
    name: str
    role: str  # runner | physio | admin
    created_at: datetime = time()
    clinic_id: str = Field(default=HOME_CLINIC, index=True, sa_column_kwargs={"server_default": HOME_CLINIC})
    member_from: datetime | None = time(nullable=True)  # None: since they were added
    member_until: datetime | None = time(nullable=True)


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


class CoverRow(SQLModel, table=True):
    """A second physio who stands in while the first is away; the runner is told and may end it."""

    __tablename__ = "covers"
    runner_id: str = Field(primary_key=True, foreign_key="people.id")
    id: str = Field(primary_key=True)
    physio_id: str = Field(foreign_key="people.id", index=True)
    absent_id: str = Field(foreign_key="people.id")
    since: datetime = time()
    until: datetime = time()
    said_at: datetime = time()
    seen_at: datetime | None = time(nullable=True)
    ended_at: datetime | None = time(nullable=True)


class EntryRow(SQLModel, table=True):
    """A link that lets a person in; only its hash is kept."""

    __tablename__ = "entries"
    token_sha256: str = Field(primary_key=True)
    person_id: str = Field(foreign_key="people.id", index=True)
    expires_at: datetime = time()
    reusable: bool
    used_at: datetime | None = time(nullable=True)
    kind: str = Field(default="invitation", sa_column_kwargs={"server_default": "invitation"})  # invitation | reset


class LoginRow(SQLModel, table=True):
    """One browser in which somebody is logged in; `is_whole` once every factor that is asked for was given."""

    __tablename__ = "logins"
    token_sha256: str = Field(primary_key=True)
    person_id: str = Field(foreign_key="people.id", index=True)
    created_at: datetime = time()
    expires_at: datetime = time()
    idle_s: int
    last_seen_at: datetime = time()
    device: str
    address: str
    came_by: str  # link | invitation | reset | password
    is_whole: bool
    challenge: str | None = None  # of a passkey that is being asked for


class PasswordRow(SQLModel, table=True):
    __tablename__ = "passwords"
    person_id: str = Field(primary_key=True, foreign_key="people.id")
    login_name: str = Field(unique=True)
    argon2id: str
    set_at: datetime = time()
