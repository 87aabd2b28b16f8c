"""Late: an answer that was kept on a phone while there was no network; a later word of the runner stands against it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from server.problem import Problem
from server.runs.sessions import Composed, home
from server.storage import runs

HEADER = "Kept-For"  # seconds by the phone's own watch, which need not be right to measure a while
LONGEST_S = 366 * 86_400.0
ANSWERED_SINCE = "You answered this otherwise after that; the later answer stands."


def said_at(header: str | None, now: datetime) -> datetime:
    """When the runner answered. Raises Problem 422 where the seconds cannot be read."""
    if header is None:
        return now
    try:
        kept_s = float(header)
    except ValueError:
        kept_s = float("nan")
    if not kept_s <= LONGEST_S:
        raise Problem(422, "Not acceptable", f"{HEADER} counts the seconds that an answer was kept.")
    return now - timedelta(seconds=max(0.0, kept_s))


def refuse_older(
    db: Session,
    session_id: str,
    composed: Sequence[Composed],
    runner_id: str,
    answers: Mapping[str, Any],
    said: datetime,
) -> None:
    """Raises Problem 409 where the runner has answered one of these questions otherwise since."""
    since: dict[str, Any] = {}
    for answer in runs.answers_of(db, runner_id):
        if answer.at > said and (found := home(composed, answer.run_id)) is not None and found.id == session_id:
            since |= answer.body
    if any(since[name] != answers[name] for name in answers if name in since):
        raise Problem(409, "Answered since", ANSWERED_SINCE)
