"""Runs as measured, what was answered about them, and the verdicts that were said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from server.storage.tables.runs import CheckInRow, PlanRow, RecordingRow, RunRow, SaidRow, VerdictRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run as measured; `measured` is the flat form of an exposure."""

    runner_id: str
    id: str
    kind: str  # capture | file
    source_id: str
    start: datetime
    end: datetime
    rules_version: str
    decoder_version: str
    measured_with: str
    measured: Mapping[str, Any]


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
    """Something that was said apart from a run; a later word does not erase it."""

    id: str
    kind: str
    said_at: datetime
    by: str
    body: Mapping[str, Any]


def save_run(db: Session, run: Run, recording: bytes) -> None:
    """Keep a measured run; measuring the same source again replaces it."""
    db.merge(
        RunRow(
            runner_id=run.runner_id,
            id=run.id,
            kind=run.kind,
            source_id=run.source_id,
            start=run.start,
            end=run.end,
            rules_version=run.rules_version,
            decoder_version=run.decoder_version,
            measured_with=run.measured_with,
            measured=dict(run.measured),
        )
    )
    db.merge(RecordingRow(runner_id=run.runner_id, run_id=run.id, body=recording))


def runs_of(db: Session, runner_id: str, since: datetime | None = None) -> list[Run]:
    query = select(RunRow).where(RunRow.runner_id == runner_id)
    if since is not None:
        query = query.where(col(RunRow.start) >= since)
    return [_run(row) for row in db.exec(query.order_by(col(RunRow.start), col(RunRow.id)))]


def run(db: Session, runner_id: str, run_id: str) -> Run | None:
    row = db.get(RunRow, (runner_id, run_id))
    return None if row is None else _run(row)


def recording_of(db: Session, runner_id: str, run_id: str) -> bytes | None:
    row = db.get(RecordingRow, (runner_id, run_id))
    return None if row is None else row.body


def save_check_in(db: Session, runner_id: str, run_id: str, by: str, body: Mapping[str, Any], now: datetime) -> None:
    db.add(CheckInRow(runner_id=runner_id, run_id=run_id, answered_at=now, by=by, body=dict(body)))


def check_ins_of(db: Session, runner_id: str) -> dict[str, dict[str, Any]]:
    """The answers of each run: what was said last of each question."""
    rows = db.exec(select(CheckInRow).where(CheckInRow.runner_id == runner_id).order_by(col(CheckInRow.answered_at)))
    latest: dict[str, dict[str, Any]] = {}
    for row in rows:
        latest.setdefault(row.run_id, {}).update(row.body)
    return latest


def say(db: Session, runner_id: str, kind: str, said_id: str, by: str, body: Mapping[str, Any], now: datetime) -> None:
    db.add(SaidRow(runner_id=runner_id, id=said_id, kind=kind, said_at=now, by=by, body=dict(body)))


def said_of(db: Session, runner_id: str, kind: str) -> list[Said]:
    """Everything of one kind that was said of a runner, the oldest first."""
    rows = db.exec(
        select(SaidRow)
        .where(SaidRow.runner_id == runner_id, SaidRow.kind == kind)
        .order_by(col(SaidRow.said_at), col(SaidRow.id))
    )
    return [Said(id=row.id, kind=row.kind, said_at=row.said_at, by=row.by, body=row.body) for row in rows]


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
    row = db.exec(
        select(PlanRow).where(PlanRow.runner_id == runner_id).order_by(col(PlanRow.version).desc()).limit(1)
    ).first()
    if row is None:
        return None
    return Plan(runner_id=row.runner_id, version=row.version, valid_from=row.valid_from, by=row.by, body=row.body)


def save_verdict(
    db: Session, runner_id: str, verdict: Mapping[str, Any], inputs_sha256: str, decided_at: datetime
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
        )
    )
    return True


def _run(row: RunRow) -> Run:
    return Run(
        runner_id=row.runner_id,
        id=row.id,
        kind=row.kind,
        source_id=row.source_id,
        start=row.start,
        end=row.end,
        rules_version=row.rules_version,
        decoder_version=row.decoder_version,
        measured_with=row.measured_with,
        measured=row.measured,
    )
