"""Re-measurement: after a new version of the rules or of a decoder, what is measured next, and how it is stored."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlmodel import Session

from rules.version import RULES_VERSION
from sensors.recording import DECODER_VERSION
from server import review
from server.runs import measuring
from server.runs.sessions import HAND
from server.storage import people, sessions
from server.storage.sessions import Training

BATCH = 20  # sessions measured before new arrivals get their turn; about 10 s on a small computer
EARLIEST = measuring.EARLIEST


def windows(now: datetime) -> tuple[datetime, datetime]:
    """Since when sessions are measured again: what the rules look at first, of everybody, then all of it."""
    return now - review.HORIZON, EARLIEST


def next_runner(db: Session, since: datetime, done: Collection[str]) -> str | None:
    """The runner who ran last among those with sessions of an earlier version since then. None if there is none."""
    found = sessions.runners_of_earlier_version(db, RULES_VERSION, {DECODER_VERSION, HAND}, since)
    return next((runner_id for runner_id in found if runner_id not in done), None)


def measured(db: Session, runner_id: str, since: datetime) -> list[Training]:
    """The next batch of a runner, the latest sessions first. Raises SensorError if a recording cannot be read."""
    return measuring.of_current_version(db, runner_id, since, BATCH)


def store(db: Session, runner_id: str, fresh: list[Training], now: datetime) -> None:
    """Store a batch and decide anew.

    The verdict is recorded right before too, so that an alert which appears after it comes from the new measurement
    alone: it was true before, and nobody is notified of it.
    """
    runner = people.person(db, runner_id)
    if runner is None:
        return
    is_decisive = any(training.start >= now - review.HORIZON for training in fresh)
    if is_decisive:
        review.record(db, review.look(db, runner, now))
    measuring.keep(db, runner_id, fresh, removes_gone=False)
    if is_decisive:
        review.record(db, review.look(db, runner, now), baseline=True)
