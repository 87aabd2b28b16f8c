"""Quick: what nearly every request asks of the database, by statements that were built once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import Executable, Row, Select, Table, select
from sqlmodel import Session, SQLModel


def table(row: type[SQLModel]) -> Table:
    """The table of these rows, to build a statement upon."""
    return cast(Table, row.__table__)  # type: ignore[attr-defined]


def every(rows: Table) -> Select[Any]:
    """A statement that asks for whole rows; `where` narrows it."""
    return select(rows)


def first(db: Session, statement: Executable, **values: Any) -> Row[Any] | None:
    """The first row as it lies in the database, with what this transaction has changed; no object is made of it."""
    db.flush()
    return db.connection().execute(statement, values).first()


def rows(db: Session, statement: Executable, **values: Any) -> Sequence[Row[Any]]:
    """As `first`, all of them."""
    db.flush()
    return db.connection().execute(statement, values).all()
