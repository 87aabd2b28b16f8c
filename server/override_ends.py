"""Override ends: an override ends when a stage is entered, and the end is kept with the stage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from server import audit
from server.storage import runs
from server.storage.people import Person

KIND = "override_ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class OverrideEnd:
    """`override` is what was stated when it was set."""

    override: Mapping[str, Any]
    stage: str  # entered
    ended_at: datetime


def ended_ids(db: Session, runner_id: str) -> frozenset[str]:
    """The ids of the overrides that a stage entry has ended."""
    return frozenset(str(end.body["override"]) for end in runs.said_of(db, runner_id, KIND))


def end_all(db: Session, runner_id: str, by: Person, stage: str, now: datetime) -> int:
    """End every override that has not expired, because `stage` is entered; returns how many there were.

    One that was set while the clock was ahead ends too.
    """
    ended = ended_ids(db, runner_id)
    active = [
        override
        for override in runs.said_of(db, runner_id, "override")
        if override.id not in ended and datetime.fromisoformat(override.body["until"]) > now
    ]
    for override in active:
        body = {"override": override.id, "stage": stage}
        runs.say(db, runner_id, KIND, f"{override.id}-end", by.id, body, now)
        audit.note(db, by.id, "override ended", {**body, **_shown(override.body)}, now, runner_id=runner_id)
    return len(active)


def latest_since(db: Session, runner_id: str, stage_entered_at: datetime) -> OverrideEnd | None:
    """The last override that ended with the entry of the current stage. None if none did."""
    ends = [end for end in runs.said_of(db, runner_id, KIND) if end.said_at >= stage_entered_at]
    if not ends:
        return None
    override = next(item for item in runs.said_of(db, runner_id, "override") if item.id == ends[-1].body["override"])
    return OverrideEnd(override=override.body, stage=str(ends[-1].body["stage"]), ended_at=ends[-1].said_at)


def _shown(override: Mapping[str, Any]) -> dict[str, Any]:
    return {name: override[name] for name in ("decision", "reason", "by", "until")}
