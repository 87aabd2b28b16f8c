"""Copying: a clinic into another, empty database, compared row by row afterwards."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime
from itertools import zip_longest
from typing import Any

from sqlalchemy import Connection, Row, String, Table, collate, func, insert, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.sql.elements import ColumnElement

from server.mistake import Mistake
from server.operation.backup import rows
from server.operation.claim import claim
from server.settings import Settings
from server.storage import schema
from server.storage.database import Database, latest_revision

BATCH_ROWS = 500
BATCH_BYTES = 8 * 1024 * 1024  # of recordings and files, which a small computer must hold at once


def copy_to(chosen: Settings, url: str) -> str:
    """Every table into the database at `url`, in one transaction, and then compared; counts in a sentence.

    Raises Mistake where the target is not empty, or the copy is not the same: then nothing of it stays.
    """
    other = Settings(data=chosen.data, database_url=url)
    if problems := other.problems():
        raise Mistake(f"{problems[0]} What was given is the address to copy to.")
    with claim(chosen.sqlite_file()), claim(other.sqlite_file()):
        source, target = Database(chosen.url()), Database(url)
        try:
            _check(source, target)
            target.migrate()
            counts = _copy(source, target)
            if difference := first_difference(source, target):
                _empty(target)
                raise Mistake(f"The copy was not the same and was taken back: {difference}")
        except SQLAlchemyError as why:
            words = str(getattr(why, "orig", None) or why).strip().splitlines()[0]
            raise Mistake(f"The copy did not succeed, and nothing of it stays: {words}.") from why
        finally:
            source.close()
            target.close()
    return (
        f"Copied {sum(counts.values())} rows of {len(counts)} tables, and compared each: they are the same. "
        "STRIDEGATE_DATABASE_URL with that address makes the server use it."
    )


def first_difference(source: Database, target: Database) -> str | None:
    """A sentence for the first row in which two clinics differ; both are read in the order of their keys."""
    with source.read() as left, target.read() as right:
        for table in schema.metadata.sorted_tables:
            pairs = zip_longest(_hashes(left.connection(), table), _hashes(right.connection(), table))
            for number, (one, other) in enumerate(pairs, 1):
                if one != other:
                    return f"row {number} of {table.name} differs."
    return None


def _check(source: Database, target: Database) -> None:
    if source.revision() != latest_revision():
        raise Mistake("This clinic has an older schema: `stridegate migrate` brings it to this release's first.")
    if any(rows(target).values()):
        raise Mistake("There is something in the other database already: copy into an empty one.")


def _copy(source: Database, target: Database) -> dict[str, int]:
    counts = {}
    with source.read() as left, target.write() as right:
        for table in schema.metadata.sorted_tables:
            counts[table.name] = _copy_table(table, left.connection(), right.connection())
    return counts


def _copy_table(table: Table, left: Connection, right: Connection) -> int:
    count = 0
    for batch in _batches(_in_order(left, table)):
        right.execute(insert(table), [dict(row._mapping) for row in batch])
        count += len(batch)
    _go_on_counting(table, right)
    return count


def _batches(found: Iterator[Row[Any]]) -> Iterator[list[Row[Any]]]:
    batch: list[Row[Any]] = []
    size = 0
    for row in found:
        batch.append(row)
        size += sum(len(value) for value in row if isinstance(value, bytes))
        if len(batch) >= BATCH_ROWS or size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _in_order(connection: Connection, table: Table) -> Iterator[Row[Any]]:
    """Few rows at a time; text in the order of its bytes, which is the same everywhere."""
    query = select(table).order_by(*(_by_bytes(connection, column) for column in table.primary_key))
    return iter(connection.execution_options(yield_per=20).execute(query))


def _by_bytes(connection: Connection, column: ColumnElement[Any]) -> ColumnElement[Any]:
    is_text = isinstance(column.type, String) and connection.dialect.name == "postgresql"
    return collate(column, "C") if is_text else column


def _hashes(connection: Connection, table: Table) -> Iterator[str]:
    for row in _in_order(connection, table):
        facts = [_plain(value) for value in row]
        yield hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def _plain(value: Any) -> Any:
    """A value that hashes the same from either database."""
    if isinstance(value, bytes | memoryview):
        return hashlib.sha256(value).hexdigest()
    return value.isoformat() if isinstance(value, datetime) else value


def _go_on_counting(table: Table, right: Connection) -> None:
    """Where PostgreSQL numbers rows by itself it must go on after the last one that came."""
    column = table.autoincrement_column
    if column is None or right.dialect.name != "postgresql":
        return
    named = {"of": table.name, "in": column.name}
    sequence = right.execute(text("select pg_get_serial_sequence(:of, :in)"), named).scalar()
    last = right.execute(select(func.max(column))).scalar()
    if sequence is not None and last is not None:
        right.execute(text("select setval(:sequence, :last)"), {"sequence": sequence, "last": last})


def _empty(target: Database) -> None:
    with target.write() as db:
        for table in reversed(schema.metadata.sorted_tables):
            db.connection().execute(table.delete())
