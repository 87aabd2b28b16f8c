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
from server.runs.answers import about
from server.runs.measuring import AHEAD
from server.storage import runs
from server.storage.runs import Answer, Said

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
    screen = said.last_screen(db, runner_id)
    standing = tuple(dict.fromkeys(code for _, code in said.flags_standing(db, runner_id)))
    answered_at = None if screen is None else screen.said_at
    return Screening(answered_at=answered_at, why=_why(db, runner_id, view, screen, now), standing=standing)


def _why(db: Session, runner_id: str, view: View | None, screen: Said | None, now: datetime) -> Why | None:
    if screen is None:
        return "never"
    if any(answer.seq > screen.seq for answer in _red_answers(db, runner_id, view)):
        return "red"
    is_dated_ahead = screen.said_at > now + AHEAD  # by a clock that was wrong: how old it is cannot be told
    return "week" if is_dated_ahead or now - screen.said_at >= EVERY else None


def _red_answers(db: Session, runner_id: str, view: View | None) -> Iterator[Answer]:
    """What was answered about each run of the last week that was not tolerated."""
    red = {seen.id for seen in view.last_days(WEEK_DAYS) if seen.response is Response.RED} if view else set()
    if not red:
        return
    answers = runs.answers_of(db, runner_id)
    for session in rearranging.composed(db, runner_id):
        if session.id in red:
            yield from about(session, answers)
