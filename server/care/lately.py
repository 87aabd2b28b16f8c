"""Lately: what was known of a runner a moment ago, as long as the rows say that nothing has changed since."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from server import review
from server.review import Known, Look
from server.storage import pairings, signs
from server.storage.people import Person

MOST = 2000  # runners; each takes some ten kilobytes


SHARED = timedelta(seconds=1)  # no rule tells moments apart that lie closer together


@dataclass(frozen=True, slots=True)
class _Kept:
    sign: tuple[Any, ...]
    known: Known
    look: Look

    def at(self, runner: Person, now: datetime) -> Look:
        """Decided at its own moment; looks of less than a second are one."""
        if timedelta(0) <= now - self.look.now < SHARED and self.look.runner == runner:
            return self.look
        return replace(self.known, runner=runner).at(now)


class Lately:
    """What was read is kept as long as it stands; a decision is not, for time alone may change it."""

    def __init__(self) -> None:
        self._kept: dict[str, _Kept] = {}

    def look(self, db: Session, runner: Person, now: datetime) -> Look:
        """As `review.look`."""
        sign = (*signs.of(db, runner.id), pairings.packets_elsewhere(db, runner.id), now.date())
        kept = self._kept.get(runner.id)
        if kept is not None and kept.sign == sign:
            known, look = kept.known, kept.at(runner, now)
        else:
            known = review.known(db, runner, now)
            look = known.at(now)
        if runner.id not in self._kept and len(self._kept) >= MOST:
            self._kept.clear()
        self._kept[runner.id] = _Kept(sign, known, look)
        return look
