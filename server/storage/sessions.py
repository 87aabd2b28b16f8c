"""Sessions as composed and measured: rows that can be thrown away and made again, with the version of the whole."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy.orm import aliased
from sqlmodel import Session, col, delete, func, select

from server.storage.runs import changed
from server.storage.tables.runs import SessionRow

LEAST_SHOWN = 12  # a page shows so many, however long ago they were


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What says of a stored session whether it is still the one that it should be."""

    id: str
    run_s: float | None
    rules_version: str
    decoder_version: str
    measured_with: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """One training session; `measured` is the flat form of its exposure, `made_of` the runs and parts it is made of.

    `mine` is False where somebody said that it was not this runner. `second` is there where a second programme counts
    running as tired from another time on.
    """

    runner_id: str
    id: str
    start: datetime
    end: datetime
    mine: bool
    run_s: float | None
    made_of: Sequence[Mapping[str, Any]]
    rules_version: str
    decoder_version: str
    measured_with: str
    measured: Mapping[str, Any]
    second: Mapping[str, Any] | None = None


def kept_of(db: Session, runner_id: str) -> dict[str, Kept]:
    """Every stored session of a runner by its id, without what was measured."""
    rows = db.exec(_KEPT.where(SessionRow.runner_id == runner_id))
    return {row["id"]: Kept(**row) for row in rows.mappings()}


def since(db: Session, runner_id: str, moment: datetime) -> list[Training]:
    """The sessions that began since then by their start, and always the latest few."""
    newest = select(SessionRow).where(SessionRow.runner_id == runner_id).order_by(*_NEWEST_FIRST)
    recent = db.exec(newest.where(col(SessionRow.start) >= moment)).all()
    if len(recent) < LEAST_SHOWN:
        recent = db.exec(newest.limit(LEAST_SHOWN)).all()
    return [_training(row) for row in reversed(recent)]


def page(db: Session, runner_id: str, before: tuple[datetime, str] | None, limit: int) -> list[Training]:
    """The newest first, those before the one that starts then and has this id."""
    query = select(SessionRow).where(SessionRow.runner_id == runner_id)
    if before is not None:
        start, session_id = before
        same = (col(SessionRow.start) == start) & (col(SessionRow.id) < session_id)
        query = query.where((col(SessionRow.start) < start) | same)
    return [_training(row) for row in db.exec(query.order_by(*_NEWEST_FIRST).limit(limit))]


def one(db: Session, runner_id: str, session_id: str) -> Training | None:
    row = db.get(SessionRow, (runner_id, session_id))
    return None if row is None else _training(row)


def save(db: Session, trainings: Iterable[Training], runner_id: str, gone: Iterable[str]) -> None:
    """Put these in the place of what was stored of them, take those that are gone away, and count one on."""
    away = list(gone)
    if away:
        db.exec(delete(SessionRow).where(col(SessionRow.runner_id) == runner_id, col(SessionRow.id).in_(away)))
    for training in trainings:
        row = {field.name: getattr(training, field.name) for field in fields(training)}
        second = training.second and dict(training.second)
        made_of = [dict(part) for part in training.made_of]
        db.merge(SessionRow(**{**row, "measured": dict(training.measured), "second": second, "made_of": made_of}))
    changed(db, runner_id)


def runners_of_earlier_version(
    db: Session, rules_version: str, decoder_versions: Collection[str], since: datetime
) -> list[str]:
    """Whose sessions since then were measured by other versions than these, the runner who ran last first."""
    every = aliased(SessionRow)
    latest = select(func.max(every.start)).where(every.runner_id == SessionRow.runner_id).scalar_subquery()
    query = (
        select(SessionRow.runner_id)
        .where(
            col(SessionRow.start) >= since,
            (col(SessionRow.rules_version) != rules_version)
            | col(SessionRow.decoder_version).not_in(sorted(decoder_versions)),
        )
        .group_by(col(SessionRow.runner_id))
        .order_by(latest.desc(), col(SessionRow.runner_id))
    )
    return list(db.exec(query))


def _training(row: SessionRow) -> Training:
    return Training(**{field.name: getattr(row, field.name) for field in fields(Training)})


_KEPT = select(*(getattr(SessionRow, field.name) for field in fields(Kept)))
_NEWEST_FIRST = (col(SessionRow.start).desc(), col(SessionRow.id).desc())
