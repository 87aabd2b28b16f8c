"""Outings: sessions with no night between them, judged together."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from rules.vocabulary import Session

LONGEST_BREAK = timedelta(hours=12)  # from the end of a session to the next start; expert default
LONGEST_OUTING = timedelta(hours=20)  # from the first start to the last; expert default


def group_by_outing(sessions: Sequence[Session]) -> list[list[Session]]:
    """Split sessions, given in order of (start, id), into outings."""
    outings: list[list[Session]] = []
    for session in sessions:
        if outings and belongs_to(outings[-1], session.start):
            outings[-1].append(session)
        else:
            outings.append([session])
    return outings


def belongs_to(outing: Sequence[Session], start: datetime) -> bool:
    """Whether a session that starts then belongs to the outing of the sessions before it."""
    return start - outing[-1].end < LONGEST_BREAK and start - outing[0].start < LONGEST_OUTING
