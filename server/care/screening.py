"""Screening: when the red-flag questions were answered last, and why they have to be asked again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlmodel import Session

from rules.view import View
from rules.vocabulary import Response
from rules.windows import WEEK_DAYS
from server import said
from server.runs import rearranging
from server.runs.sessions import home
from server.storage import runs

EVERY = timedelta(days=7)
Why = Literal["never", "week", "red"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Screening:
    """How the questions stand. `why` is None while none is due; `standing` are flags that nobody cleared."""

    answered_at: datetime | None
    why: Why | None
    standing: tuple[str, ...]


def screening(db: Session, runner_id: str, view: View | None, now: datetime) -> Screening:
    """The questions are due when they were never answered, a week after they were, and after a run not tolerated."""
    answered_at = said.last_screen(db, runner_id)
    standing = tuple(dict.fromkeys(code for _, code in said.flags_standing(db, runner_id)))
    return Screening(answered_at=answered_at, why=_why(db, runner_id, view, answered_at, now), standing=standing)


def _why(db: Session, runner_id: str, view: View | None, answered_at: datetime | None, now: datetime) -> Why | None:
    if answered_at is None:
        return "never"
    if any(told_at > answered_at for told_at in _red_told_at(db, runner_id, view)):
        return "red"
    return "week" if now - answered_at >= EVERY else None


def _red_told_at(db: Session, runner_id: str, view: View | None) -> Iterator[datetime]:
    """When each run of the last week that was not tolerated was spoken of last."""
    red = {seen.id for seen in view.last_days(WEEK_DAYS) if seen.response is Response.RED} if view else set()
    if not red:
        return
    composed = rearranging.composed(db, runner_id)
    for answer in runs.answers_of(db, runner_id):
        session = home(composed, answer.run_id)
        if session is not None and session.id in red:
            yield answer.at
