"""Signs: by what one sees that something about a runner has changed, without reading it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, bindparam, func, select
from sqlmodel import Session, col

from server.storage import quick
from server.storage.tables.arrivals import CaptureRow, ReviewRequestRow
from server.storage.tables.runs import CheckInRow, CompositionRow, PlanRow, RunRow, SaidRow


def of(db: Session, runner_id: str) -> tuple[Any, ...]:
    """Two equal signs: the same plan, runs, sessions, words, answers and arrivals.

    Plans, words and answers are only ever added to, each with the next number; every change of runs and sessions counts
    one on.
    """
    return quick.heard(db, _sign, _SIGN, runner=runner_id)


def _sign(rows: Sequence[Row[Any]]) -> tuple[Any, ...]:
    return tuple(rows[0])


def _count(table: Any, *where: Any) -> Any:
    counted = select(func.count()).select_from(table)
    return counted.where(table.runner_id == bindparam("runner"), *where).scalar_subquery()


def _latest(table: Any, number: str = "version") -> Any:
    latest = select(func.max(getattr(table, number)))
    return latest.where(table.runner_id == bindparam("runner")).scalar_subquery()


_SIGN = select(
    _latest(PlanRow),
    _latest(CompositionRow),
    _count(RunRow),
    _latest(SaidRow, "seq"),
    _latest(CheckInRow, "seq"),
    _count(CaptureRow, CaptureRow.state == "open"),
    _count(ReviewRequestRow),
    _count(ReviewRequestRow, col(ReviewRequestRow.done_at).is_(None)),
    _count(ReviewRequestRow, col(ReviewRequestRow.trouble).is_not(None)),
)
