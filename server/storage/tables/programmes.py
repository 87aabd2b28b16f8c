"""Programmes that a clinic wrote: each version stays as it was saved."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlmodel import Field, SQLModel

from server.storage.tables.columns import document, time


class ClinicProgrammeRow(SQLModel, table=True):
    __tablename__ = "clinic_programmes"
    clinic_id: str = Field(primary_key=True, foreign_key="clinics.id")
    key: str = Field(primary_key=True)
    version: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    body: dict[str, Any] = document()
    by: str
    at: datetime = time()
