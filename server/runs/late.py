"""Late: an answer that was kept on a phone while there was no network; a later word of the runner stands against it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from server.problem import Problem
from server.runs.answers import about
from server.runs.sessions import Composed
from server.storage import runs
from server.storage.runs import Answer

HEADER = "Kept-For"  # seconds by the phone's own watch, which need not be right to measure a while
SEEN = "Seen-Seq"  # the place of what was stored last when the page was made on which the runner answered
LONGEST_S = 366 * 86_400.0
MOST_SEQ = 10**9
ANSWERED_SINCE = "You answered this otherwise after that; the later answer stands."


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """When an answer was given. What has a place up to `seen` was known to the runner then, whatever any clock says."""

    at: datetime
    seen: int | None = None

    def is_before(self, other: Answer) -> bool:
        """Whether the other answer was given later; of one that the runner did not see only the times tell."""
        return other.at > self.at and (self.seen is None or other.seq > self.seen)


def given(headers: Mapping[str, str], now: datetime) -> Given:
    """When the runner answered. Raises Problem 422 where a header cannot be read."""
    return Given(at=_given_at(headers.get(HEADER), now), seen=_seen(headers.get(SEEN)))


def refuse_older(db: Session, session: Composed, runner_id: str, answers: Mapping[str, Any], answered: Given) -> None:
    """Raises Problem 409 where the runner has answered one of these questions otherwise since.

    It tells the place of what was stored last, so that one who saw the refusal can send the answer all the same.
    """
    since: dict[str, Any] = {}
    for answer in about(session, runs.answers_of(db, runner_id)):
        if answered.is_before(answer):
            since |= answer.body
    if any(since[name] != answers[name] for name in answers if name in since):
        raise Problem(409, "Answered since", ANSWERED_SINCE, seq=runs.last_seq(db, runner_id))


def _given_at(header: str | None, now: datetime) -> datetime:
    if header is None:
        return now
    try:
        kept_s = float(header)
    except ValueError:
        kept_s = float("nan")
    if not kept_s <= LONGEST_S:
        raise Problem(422, "Not acceptable", f"{HEADER} counts the seconds that an answer was kept.")
    return now - timedelta(seconds=max(0.0, kept_s))


def _seen(header: str | None) -> int | None:
    if header is None:
        return None
    if not (header.isascii() and header.isdigit() and int(header) <= MOST_SEQ):
        raise Problem(422, "Not acceptable", f"{SEEN} is the number of the last answer that the runner saw.")
    return int(header)
