"""What if: the same history, day by day, under another programme, stage or set of references; nothing is saved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from rules.case import Case
from rules.combine import cautious
from rules.decide import decide
from rules.verdict import Verdict
from rules.vocabulary import Session
from rules.windows import HORIZON_DAYS, HOUR, age_days

MORNING_FROM_HOURS = 12  # when a morning answer was given is not known; nobody has it on the evening of the run


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One day of the history: what was decided then, and what would have been."""

    at: datetime
    as_it_is: Verdict
    as_it_would_be: Verdict

    @property
    def differs(self) -> bool:
        return self.as_it_is.decision != self.as_it_would_be.decision


def what_if(case: Case, *, days: int = HORIZON_DAYS, **changes: Any) -> tuple[Day, ...]:
    """The verdict at the hour of `now` on each of the last `days` days since the stage began, oldest first.

    `changes` are fields of the case, such as `stage_override`, `programme` or `references`; where these change what
    is measured, `sessions` measured again belong to them. Raises TypeError for a field that a case does not have.
    """
    return compare((case,), (replace(case, **changes),), days=days)


def compare(held: Sequence[Case], would_hold: Sequence[Case], *, days: int = HORIZON_DAYS) -> tuple[Day, ...]:
    """The same for a runner who holds two programmes at once, each as a case of its own with one `now`.

    Of both the less permissive verdict counts on every day, as it does today; a programme speaks from the day on
    which its stage began.
    """
    return tuple(
        Day(at=at, as_it_is=_decided(held, at), as_it_would_be=_decided(would_hold, at)) for at in _moments(held, days)
    )


def _moments(held: Sequence[Case], days: int) -> Iterator[datetime]:
    now, since = held[0].now, min(case.stage_entered_at for case in held)
    for back in range(min(days, max(0, int(age_days(now, since)))), -1, -1):
        yield now - timedelta(days=back)


def _decided(cases: Sequence[Case], at: datetime) -> Verdict:
    begun = [case for case in cases if case.stage_entered_at <= at] or cases
    verdicts = [decide(_known_at(case, at)) for case in begun]
    return verdicts[0] if len(verdicts) == 1 else cautious(verdicts)


def _known_at(case: Case, at: datetime) -> Case:
    """The case as it stood then: without runs that had not begun, and mornings that had not come."""
    sessions = tuple(_as_of(session, at) for session in case.sessions if session.start <= at)
    flags = tuple(flag for flag in case.flags if flag.raised_at <= at)
    return replace(case, now=at, sessions=sessions, flags=flags)


def _as_of(session: Session, at: datetime) -> Session:
    if session.check_in is None or (at - session.end) / HOUR >= MORNING_FROM_HOURS:
        return session
    return replace(session, check_in=replace(session.check_in, morning=None))
