"""Rules updates: the first decision about each runner under a new version of the rules, beside the last one before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, func, select

from server.storage.tables.rules_updates import RulesUpdateRow
from server.storage.tables.runs import VerdictRow


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesUpdate:
    """One runner under one version; `verdict` is None while something is awaited, and settled once it is complete."""

    runner_id: str
    rules_version: str
    from_version: str
    decision_before: str
    decided_at: datetime
    verdict: Mapping[str, Any] | None = None
    why: str | None = None
    completed_at: datetime | None = None

    @property
    def decision(self) -> str | None:
        return None if self.verdict is None else str(self.verdict["decision"])

    @property
    def is_changed(self) -> bool:
        return self.decision is not None and self.decision != self.decision_before


def not_updated(db: Session, rules_version: str) -> list[str]:
    """The runners whose latest verdict is of another version and who have no row of this one yet."""
    updated = select(RulesUpdateRow.runner_id).where(RulesUpdateRow.rules_version == rules_version)
    query = select(VerdictRow.runner_id).where(
        col(VerdictRow.superseded_at).is_(None),
        VerdictRow.rules_version != rules_version,
        col(VerdictRow.runner_id).not_in(updated),
    )
    return sorted(set(db.exec(query)))


def begin(db: Session, runner_id: str, rules_version: str, now: datetime) -> bool:
    """Add a runner's row from their latest verdict; False if there is one, or if no other version decided before."""
    before = db.exec(
        select(VerdictRow)
        .where(VerdictRow.runner_id == runner_id, col(VerdictRow.superseded_at).is_(None))
        .order_by(col(VerdictRow.decided_at).desc())
    ).first()
    is_there = db.get(RulesUpdateRow, (runner_id, rules_version)) is not None
    if is_there or before is None or before.rules_version == rules_version:
        return False
    row = RulesUpdateRow(
        runner_id=runner_id,
        rules_version=rules_version,
        from_version=before.rules_version,
        decision_before=before.decision,
        decided_at=now,
    )
    db.add(row)
    db.flush()
    return True


def is_open(db: Session, runner_id: str, rules_version: str) -> bool:
    """Whether the first decision about a runner under this version is still to come, or provisional."""
    row = db.get(RulesUpdateRow, (runner_id, rules_version))
    return row is not None and row.completed_at is None


def record_verdict(
    db: Session, runner_id: str, verdict: Mapping[str, Any], why: str, now: datetime, *, is_provisional: bool
) -> None:
    """Store a verdict with the runner's open row of its version; the first that is not provisional closes it."""
    row = db.get_one(RulesUpdateRow, (runner_id, str(verdict["rules_version"])))
    row.verdict, row.why = dict(verdict), why
    row.completed_at = None if is_provisional else now
    db.add(row)


def of_version(db: Session, rules_version: str) -> list[RulesUpdate]:
    """Every runner's row of this version."""
    rows = db.exec(select(RulesUpdateRow).where(RulesUpdateRow.rules_version == rules_version))
    return [RulesUpdate(**{field.name: getattr(row, field.name) for field in fields(RulesUpdate)}) for row in rows]


def began_at(db: Session, rules_version: str) -> datetime | None:
    """When the first runner was decided on under this version. None if there was no runner to decide on again."""
    query = select(func.min(RulesUpdateRow.decided_at)).where(RulesUpdateRow.rules_version == rules_version)
    return db.exec(query).one()
