"""Lately: what was known of a runner a moment ago, as long as the rows say that nothing has changed since."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlmodel import Session

from server import review
from server.review import Known, Look
from server.storage import pairings, signs
from server.storage.people import Person

MOST = 2000  # runners; each takes some ten kilobytes


@dataclass(frozen=True, slots=True)
class _Kept:
    sign: tuple[Any, ...]
    known: Known


class Lately:
    """Only reading and laying out is saved: each look is still decided at its own moment."""

    def __init__(self) -> None:
        self._kept: dict[str, _Kept] = {}

    def look(self, db: Session, runner: Person, now: datetime) -> Look:
        """As `review.look`."""
        sign = (*signs.of(db, runner.id), pairings.packets_elsewhere(db, runner.id), now.date())
        kept = self._kept.get(runner.id)
        if kept is None or kept.sign != sign:
            kept = _Kept(sign, review.known(db, runner, now))
            if len(self._kept) >= MOST:
                self._kept.clear()
            self._kept[runner.id] = kept
        return replace(kept.known, runner=runner).at(now)
