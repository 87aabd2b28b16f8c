"""The audit: a chain of what people and the server did, in which no row can be changed unseen."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlmodel import Field, SQLModel

from server.storage.tables.columns import document, time


class AuditRow(SQLModel, table=True):
    """One link: its hash covers the one before it, and of its words only their hash, so that they can be erased."""

    __tablename__ = "audit"
    seq: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    at: datetime = time()
    actor: str  # a person's, gateway's or token's id, or "server"
    runner_id: str | None = Field(default=None, index=True)
    action: str
    words_sha256: str
    before_sha256: str
    sha256: str


class AuditWordsRow(SQLModel, table=True):
    """The words of a link: before and after, reasons, names; emptied where the runner is erased."""

    __tablename__ = "audit_words"
    seq: int = Field(primary_key=True, foreign_key="audit.seq", sa_column_kwargs={"autoincrement": False})
    runner_id: str | None = Field(default=None, index=True)
    salt: str = Field(default="", sa_column_kwargs={"server_default": ""})  # so that erased words cannot be guessed
    body: dict[str, Any] = document()
