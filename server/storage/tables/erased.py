"""What was erased: ids alone, so that a gateway which still holds a part of it is told that it is over."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from server.storage.tables.columns import time


class ErasedRow(SQLModel, table=True):
    """A runner or a capture that is no more, and a gateway that knew of it."""

    __tablename__ = "erased"
    id: str = Field(primary_key=True)
    gateway_id: str = Field(primary_key=True)
    at: datetime = time()
