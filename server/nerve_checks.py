"""Nerve checks: a physio states that the nerves were examined; signs from before it hold the runner no more."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from server import audit
from server.concerns import LEAST_REASON
from server.problem import Problem
from server.runs.measuring import AHEAD
from server.storage import runs
from server.storage.people import Person

KIND = "nerve_check"


def record(db: Session, runner_id: str, statement_id: str, physio: Person, note: str, now: datetime) -> None:
    """Keep that the nerves were examined now, with the findings. Raises Problem 422 if the note is too short."""
    if len(note.strip()) < LEAST_REASON:
        raise Problem(422, "What was found?", f"Describe the findings in at least {LEAST_REASON} characters.")
    body = {"name": physio.name, "note": note.strip()}
    runs.say(db, runner_id, KIND, statement_id, physio.id, body, now)
    audit.note(db, physio.id, "nerves examined", body, now, runner_id=runner_id)


def latest(db: Session, runner_id: str, now: datetime) -> datetime | None:
    """When the nerves were last examined. None if they never were, or if a clock was wrong and nobody can tell when.

    A time after that of an answer stored later, or after `now`, contradicts the order of arrival. Up to 15 minutes, the
    earlier of the two is used. A longer contradiction would clear signs that the physio has not seen.
    """
    checks = runs.said_of(db, runner_id, KIND)
    if not checks:
        return None
    later = [answer.at for answer in runs.answers_of(db, runner_id) if answer.seq > checks[-1].seq]
    earliest = min([*later, now])
    return None if checks[-1].said_at > earliest + AHEAD else min(checks[-1].said_at, earliest)


def history(db: Session, runner_id: str) -> list[runs.Said]:
    """Every nerve check, the oldest first."""
    return runs.said_of(db, runner_id, KIND)
