"""Rules updates: what a new version of the rules decided first about each runner, for the summary to their physios."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlmodel import Field, SQLModel

from server.storage.tables.columns import document, time


class RulesUpdateRow(SQLModel, table=True):
    """One runner and one version; `completed_at` is empty until a decision rests on this version's measurements."""

    __tablename__ = "rules_updates"
    runner_id: str = Field(primary_key=True, foreign_key="people.id")
    rules_version: str = Field(primary_key=True)
    from_version: str
    decision_before: str
    verdict: dict[str, Any] | None = document(nullable=True)  # the latest one until it is complete
    why: str | None = None  # the reason that decided, in English
    decided_at: datetime = time()
    completed_at: datetime | None = time(nullable=True)
