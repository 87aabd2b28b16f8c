"""Runs as measured, what was answered about them, and the verdicts that were said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, select, update

from server.storage import quick
from server.storage.tables.runs import CheckInRow, CompositionRow, PlanRow, RecordingRow, RunRow, SaidRow, VerdictRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run as it was recorded, or typed in, before it belongs to a session. `run_s` is None where nobody knows."""

    runner_id: str
    id: str
    kind: str  # capture | file | hand
    source_id: str
    start: datetime
    end: datetime
    quality: str
    run_s: float | None
    rules_version: str
    decoder_version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One version of what a runner is working on; `body` holds the plan's part of a case."""

    runner_id: str
    version: int
    valid_from: datetime
    by: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Something that was said apart from a run; a later word does not erase it. `seq` is its place in the order."""

    seq: int
    id: str
    kind: str
    said_at: datetime
    by: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What an answer is about: a run from `since` until `until`, None for the run's own beginning or end."""

    run_id: str
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What was answered at one moment about some parts; `seq` is its place among answers and statements."""

    seq: int
    run_id: str
    parts: tuple[Part, ...]
    at: datetime
    by: str
    body: Mapping[str, Any]


def save_run(db: Session, run: Run, measured: Mapping[str, Any], recording: bytes | None) -> None:
    """Keep a run; reading the same source again replaces it. One that was typed in has no recording."""
    facts = {field.name: getattr(run, field.name) for field in fields(run)}
    db.merge(RunRow(**facts, measured=dict(measured)))
    changed(db, run.runner_id)
    if recording is not None:
        db.merge(RecordingRow(runner_id=run.runner_id, run_id=run.id, body=recording))


def runs_of(db: Session, runner_id: str) -> list[Run]:
    """Every run by its start, without what was measured of it."""
    rows = db.exec(_RUNS.where(RunRow.runner_id == runner_id))
    return [Run(**row) for row in rows.mappings()]


def run(db: Session, runner_id: str, run_id: str) -> Run | None:
    row = db.get(RunRow, (runner_id, run_id))
    return None if row is None else Run(**{field.name: getattr(row, field.name) for field in fields(Run)})


def changed(db: Session, runner_id: str) -> None:
    """Count one on, so that whoever kept what was known of this runner sees that it is known otherwise now."""
    count = db.get(CompositionRow, runner_id)
    db.merge(CompositionRow(runner_id=runner_id, version=count.version + 1 if count else 1))


def measured_alone(db: Session, runner_id: str, run_id: str) -> dict[str, Any]:
    """What was measured of one run, or typed in of it; empty where it is gone."""
    row = db.get(RunRow, (runner_id, run_id))
    return {} if row is None else dict(row.measured)


def runs_of_source(db: Session, runner_id: str, kind: str, source_id: str) -> list[Run]:
    return [one for one in runs_of(db, runner_id) if (one.kind, one.source_id) == (kind, source_id)]


def remove_run(db: Session, runner_id: str, run_id: str) -> None:
    for row in (db.get(RunRow, (runner_id, run_id)), db.get(RecordingRow, (runner_id, run_id))):
        if row is not None:
            db.delete(row)
    changed(db, runner_id)


def move_run(db: Session, run: Run, runner_id: str) -> None:
    """Give a run and its recording to another runner."""
    for table, key in ((RunRow, RunRow.id), (RecordingRow, RecordingRow.run_id)):
        place = (table.runner_id == run.runner_id, key == run.id)
        db.exec(update(table).where(*place).values(runner_id=runner_id))  # type: ignore[arg-type]
    for one in (run.runner_id, runner_id):
        changed(db, one)


def recording_of(db: Session, runner_id: str, run_id: str) -> bytes | None:
    row = db.get(RecordingRow, (runner_id, run_id))
    return None if row is None else row.body


def last_seq(db: Session, runner_id: str) -> int:
    """The place of what was stored last of a runner's answers and statements, 0 if there is none."""
    row = quick.first(db, _LAST_SEQ, runner=runner_id)
    return max(filter(None, row), default=0) if row else 0


def next_seq(db: Session, runner_id: str) -> int:
    """The place of what is stored next.

    Two transactions never get the same: SQLite writes one at a time, and PostgreSQL refuses one of two that conflict
    (serializable, and a unique constraint), which is then tried again.
    """
    return last_seq(db, runner_id) + 1


def save_check_in(
    db: Session,
    runner_id: str,
    run_id: str,
    by: str,
    body: Mapping[str, Any],
    now: datetime,
    parts: Sequence[Part] = (),
) -> None:
    """Add an answer about these parts (none: the whole run); those of before stay, even of the same moment."""
    while db.get(CheckInRow, (runner_id, run_id, now)) is not None:
        now += timedelta(microseconds=1)
    row = CheckInRow(
        runner_id=runner_id,
        run_id=run_id,
        answered_at=now,
        by=by,
        body=dict(body),
        seq=next_seq(db, runner_id),
        parts=[_stored_part(part) for part in parts or (Part(run_id=run_id),)],
    )
    db.add(row)
    db.flush()


def answers_of(db: Session, runner_id: str) -> list[Answer]:
    """Every answer, the one stored first comes first."""
    rows = quick.rows(db, _ANSWERS, runner=runner_id)
    return [
        Answer(
            seq=row.seq,
            run_id=row.run_id,
            parts=tuple(_part(stored) for stored in row.parts),
            at=row.answered_at,
            by=row.by,
            body=row.body,
        )
        for row in rows
    ]


def say(db: Session, runner_id: str, kind: str, said_id: str, by: str, body: Mapping[str, Any], now: datetime) -> None:
    """Store a statement after every other of this runner, whatever `now` is."""
    seq = next_seq(db, runner_id)
    db.add(SaidRow(runner_id=runner_id, id=said_id, kind=kind, said_at=now, by=by, body=dict(body), seq=seq))


def said_of_kinds(db: Session, runner_id: str, kinds: Sequence[str]) -> list[Said]:
    """Everything of some kinds that was said of a runner, the one stored first comes first."""
    rows = quick.rows(db, _SAID, runner=runner_id, kinds=list(kinds))
    return [Said(seq=row.seq, id=row.id, kind=row.kind, said_at=row.said_at, by=row.by, body=row.body) for row in rows]


def said_of(db: Session, runner_id: str, kind: str) -> list[Said]:
    """Everything of one kind that was said of a runner, the one stored first comes first."""
    return said_of_kinds(db, runner_id, (kind,))


def save_plan(db: Session, plan: Plan) -> None:
    db.add(
        PlanRow(
            runner_id=plan.runner_id,
            version=plan.version,
            valid_from=plan.valid_from,
            by=plan.by,
            body=dict(plan.body),
        )
    )


def plan_of(db: Session, runner_id: str) -> Plan | None:
    row = quick.first(db, _LATEST_PLAN, runner=runner_id)
    if row is None:
        return None
    return Plan(runner_id=row.runner_id, version=row.version, valid_from=row.valid_from, by=row.by, body=row.body)


def first_plan_at(db: Session, runner_id: str) -> datetime | None:
    """When the first version of a runner's plan was saved. None if there is no plan."""
    row = quick.first(db, _FIRST_PLAN, runner=runner_id)
    return None if row is None else row.valid_from


def plans_of(db: Session, runner_id: str) -> list[Plan]:
    """Every version of a runner's plan, the first one first."""
    rows = db.exec(select(PlanRow).where(PlanRow.runner_id == runner_id).order_by(col(PlanRow.version)))
    return [
        Plan(runner_id=row.runner_id, version=row.version, valid_from=row.valid_from, by=row.by, body=row.body)
        for row in rows
    ]


def save_verdict(
    db: Session,
    runner_id: str,
    verdict: Mapping[str, Any],
    inputs_sha256: str,
    decided_at: datetime,
    plan_version: int | None = None,
) -> bool:
    """Record what was said; the same inputs and the same words say nothing new. True where something was added."""
    last = db.exec(
        select(VerdictRow)
        .where(VerdictRow.runner_id == runner_id, col(VerdictRow.superseded_at).is_(None))
        .order_by(col(VerdictRow.decided_at).desc())
    ).all()
    if any(row.inputs_sha256 == inputs_sha256 and row.body == dict(verdict) for row in last):
        return False
    for row in last:
        row.superseded_at = decided_at
        db.add(row)
    db.merge(
        VerdictRow(
            runner_id=runner_id,
            decided_at=decided_at,
            inputs_sha256=inputs_sha256,
            rules_version=str(verdict["rules_version"]),
            programme_version=verdict["programme_version"],
            decision=str(verdict["decision"]),
            body=dict(verdict),
            plan_version=plan_version,
            superseded_at=None,  # said, so that one of the same moment and inputs takes the place of the former
        )
    )
    return True


def runners_judged_otherwise(db: Session, rules_version: str) -> list[str]:
    """Whose latest verdict came from other rules than these."""
    query = select(VerdictRow.runner_id).where(
        col(VerdictRow.superseded_at).is_(None), VerdictRow.rules_version != rules_version
    )
    return sorted(set(db.exec(query)))


def _stored_part(part: Part) -> list[str | None]:
    return [part.run_id, *(None if at is None else at.isoformat() for at in (part.since, part.until))]


def _part(stored: Sequence[str | None]) -> Part:
    run_id, since, until = stored
    return Part(run_id=str(run_id), since=_moment(since), until=_moment(until))


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


_RUNS = select(*(getattr(RunRow, field.name) for field in fields(Run))).order_by(col(RunRow.start), col(RunRow.id))


_CHECK_INS, _SAYINGS, _PLANS = quick.table(CheckInRow), quick.table(SaidRow), quick.table(PlanRow)
_ANSWERS = quick.every(_CHECK_INS).where(_CHECK_INS.c.runner_id == bindparam("runner")).order_by(_CHECK_INS.c.seq)
_SAID = (
    quick.every(_SAYINGS)
    .where(_SAYINGS.c.runner_id == bindparam("runner"), _SAYINGS.c.kind.in_(bindparam("kinds", expanding=True)))
    .order_by(_SAYINGS.c.seq)
)
_LAST_SEQ = sql_select(
    *(
        sql_select(func.max(stored.c.seq)).where(stored.c.runner_id == bindparam("runner")).scalar_subquery()
        for stored in (_CHECK_INS, _SAYINGS)
    )
)
_LATEST_PLAN = (
    quick.every(_PLANS).where(_PLANS.c.runner_id == bindparam("runner")).order_by(_PLANS.c.version.desc()).limit(1)
)
_FIRST_PLAN = quick.every(_PLANS).where(_PLANS.c.runner_id == bindparam("runner")).order_by(_PLANS.c.version).limit(1)
