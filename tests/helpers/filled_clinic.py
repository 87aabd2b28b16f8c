"""A clinic with at least one row in every table that the schema has, whoever added it; values are made by type."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Boolean, Column, DateTime, Float, Integer, LargeBinary, Table, insert
from sqlalchemy.types import JSON, TypeDecorator

from server import audit
from server.storage import schema
from server.storage.database import Database

NOON = datetime(2026, 3, 30, 12, tzinfo=UTC)
ROWS = 3
OF_THE_AUDIT = ("audit", "audit_words")


def fill(database: Database, rows: int = ROWS) -> None:
    """Rows that refer to one another as the schema wants it; the audit is written by itself, for it is a chain."""
    with database.write() as db:
        for table in schema.metadata.sorted_tables:
            if table.name not in OF_THE_AUDIT:
                values = [_row(table, number) for number in range(rows)]
                db.connection().execute(insert(table), values)
        for number in range(rows):
            words = {"reason": f"a reason of some length, number {number}, with ü and 歩"}
            audit.note(db, "p-1", "plan changed", words, NOON + timedelta(minutes=number), runner_id=f"id-{number}")


def _row(table: Table, number: int) -> dict[str, Any]:
    return {column.name: _value(column, number) for column in table.columns if not _numbers_itself(table, column)}


def _numbers_itself(table: Table, column: Column[Any]) -> bool:
    return column is table.autoincrement_column


def _value(column: Column[Any], number: int) -> Any:
    kind = column.type.impl if isinstance(column.type, TypeDecorator) else column.type
    for target in column.foreign_keys:
        return _value(target.column, number)
    if isinstance(kind, DateTime):
        return NOON + timedelta(days=number, microseconds=number)
    if isinstance(kind, LargeBinary):
        return bytes(range(256)) * (number + 1)
    if isinstance(kind, Boolean):
        return bool(number % 2)
    if isinstance(kind, Integer):
        return number + 1
    if isinstance(kind, Float):
        return number + 0.1
    if isinstance(kind, JSON):
        return {"z": number, "a": [0.1, None, "läuft"], "name": {"b": 1, "a": True}}
    return f"id-{number}"
