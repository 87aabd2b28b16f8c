"""Quick: what nearly every request asks of the database, by statements that were built once."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any, TypeVar, cast

from sqlalchemy import Executable, Row, Select, Table, select
from sqlmodel import Session, SQLModel

from server.storage.heard import Answers, Heard, NotHeard

T = TypeVar("T")
ANSWERS = "answers"  # where a session says that it is listened to


def table(row: type[SQLModel]) -> Table:
    """The table of these rows, to build a statement upon."""
    return cast(Table, row.__table__)  # type: ignore[attr-defined]


def every(rows: Table) -> Select[Any]:
    """A statement that asks for whole rows; `where` narrows it."""
    return select(rows)


def first(db: Session, statement: Executable, **values: Any) -> Row[Any] | None:
    """The first row as it lies in the database, with what this transaction has changed; no object is made of it."""
    found = rows(db, statement, **values)
    return found[0] if found else None


def rows(db: Session, statement: Executable, **values: Any) -> Sequence[Row[Any]]:
    """As `first`, all of them."""
    db.flush()
    return db.connection().execute(statement, values).all()


def heard(db: Session, make: Callable[[Sequence[Row[Any]]], T], statement: Executable, **values: Hashable) -> T:
    """What `make` makes of the rows, for questions of every request: what was heard once is not asked again.

    Raises NotHeard where only what was heard may be told, and this was not.
    """
    question = (make, statement, *values.values())
    if isinstance(db, Heard):
        return cast(T, db.tell(question))
    made = make(rows(db, statement, **values))
    if (answers := db.info.get(ANSWERS)) is not None:
        answers[question] = made
    return made


def listening(db: Session, answers: Answers, work: Callable[[Session], T]) -> T:
    """Do the work, and keep what it was answered."""
    db.info[ANSWERS] = answers
    try:
        return work(db)
    finally:
        del db.info[ANSWERS]


def takes_long(db: Session) -> None:
    """What comes now is nothing to do while everybody waits. Raises NotHeard there."""
    if isinstance(db, Heard):
        raise NotHeard
