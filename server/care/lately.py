"""Lately: what was known of a runner a moment ago, as long as the rows say that nothing has changed since."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from server import review
from server.review import Known, Look
from server.storage import active_captures, pairings, quick, signs
from server.storage.people import Person

MOST = 2000  # runners; each takes some ten kilobytes


SHARED = timedelta(seconds=1)  # no rule tells moments apart that lie closer together


@dataclass(slots=True)
class _Kept:
    sign: tuple[Any, ...]
    known: Known
    look: Look
    told: bytes | None = None

    def is_of(self, runner: Person, now: datetime) -> bool:
        """Whether the look is this one; those of less than a second are one."""
        return timedelta(0) <= now - self.look.now < SHARED and self.look.runner == runner


class Lately:
    """What was read is kept as long as it stands; a decision is not, for time alone may change it."""

    def __init__(self) -> None:
        self._kept: dict[str, _Kept] = {}

    def look(self, db: Session, runner: Person, now: datetime) -> Look:
        """As `review.look`."""
        return self._look(db, runner, now).look

    def told(self, db: Session, runner: Person, now: datetime, tell: Callable[[Look], bytes]) -> bytes:
        """What `tell` makes of that look, made once; always give the same `tell`."""
        kept = self._look(db, runner, now)
        if kept.told is None:
            kept.told = tell(kept.look)
        return kept.told

    def _look(self, db: Session, runner: Person, now: datetime) -> _Kept:
        held = tuple(pairings.packets_held_by_gateway(db, runner.id).items())
        sign = (*signs.of(db, runner.id), held, active_captures.of_runner(db, runner.id), now.date())
        kept = self._kept.get(runner.id)
        if kept is not None and kept.sign == sign and kept.is_of(runner, now):
            return kept
        quick.takes_long(db)
        # A clock that was put back: what was known up to a later moment is not what is known now.
        is_still = kept is not None and kept.sign == sign and kept.look.now <= now
        known = replace(kept.known, runner=runner) if kept and is_still else review.known(db, runner, now)
        if runner.id not in self._kept and len(self._kept) >= MOST:
            self._kept.clear()
        self._kept[runner.id] = kept = _Kept(sign, known, known.at(now))
        return kept
