"""One session cut in two less than 12 h apart, and whether the cut crosses an edge of a rule."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from rules.case import Case
from rules.outings import group_by_outing
from rules.view import in_horizon, look
from rules.vocabulary import Session

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
DAYS = (7, 14, 28, 30, 60)  # the windows of the rules
GAP_DAYS = (8, 15, 28, 56)


def cut(session: Session, share: float, pause: timedelta, *, check_in_of_both: bool) -> tuple[Session, Session]:
    """The two parts: amounts are shared out, peaks, the longest bout, the quality and the answers are of both.

    Without `check_in_of_both` the answers are of the second part alone.
    """
    length = (session.end - session.start) * share
    middle = session.start + length
    first = replace(
        session,
        id=f"{session.id}-1",
        end=middle,
        metrics=_shared(session, share),
        check_in=session.check_in if check_in_of_both else None,
    )
    second = replace(
        session,
        id=f"{session.id}-2",
        start=middle + pause,
        end=session.end + pause,
        metrics=_rest(session, first),
    )
    return first, second


def with_parts(case: Case, session: Session, parts: tuple[Session, Session]) -> Case:
    """The case with the parts in the place of the session."""
    others = tuple(other for other in case.sessions if other is not session)
    return replace(case, sessions=(*others, *parts))


def crosses_an_edge(case: Case, session: Session, parts: tuple[Session, Session]) -> bool:
    """Whether an edge of a window, gap, spacing, entry, outing or deadline lies between the starts of the parts."""
    first, second = parts
    starts = (session.start, second.start)
    if any(starts[0] <= edge <= starts[1] for edge in _edges(case, session)):
        return True
    if _groups(case) != _groups(with_parts(case, session, parts)):
        return True
    ends = (first.end, second.end)
    deadlines = [case.now, *(answer.at for answer in case.daily)]
    return any(_lies_between(ends, hours, moment) for hours in (5, 36) for moment in deadlines)


def _lies_between(ends: tuple[datetime, datetime], hours: int, moment: datetime) -> bool:
    return ends[0] + hours * HOUR <= moment <= ends[1] + hours * HOUR


def _edges(case: Case, session: Session) -> Iterator[datetime]:
    view = look(case)
    changes = (case.stage_entered_at, case.profile_since, case.nerve_checked_at, case.asked_since, case.now)
    yield from (moment for moment in changes if moment is not None)
    days = (*DAYS, *([] if view.stage.window_days is None else [view.stage.window_days]))
    yield from (case.now - many * DAY for many in days)
    if case.references.declared_at is not None:
        yield case.references.declared_at + 30 * DAY
    moments = [case.now, case.stage_entered_at, case.now - 60 * DAY]
    moments += [other.start for other in case.sessions if other is not session]
    for moment in moments:
        yield moment
        for distance in (*(many * DAY for many in GAP_DAYS), (view.stage.spacing_h or 0) * HOUR, 30 * DAY):
            yield from (moment - distance, moment + distance)
    yield from (answer.at for answer in case.daily)


def _groups(case: Case) -> list[list[str]]:
    """The ids of each outing, the parts of a session under its id."""
    return [sorted({member.id.partition("-")[0] for member in outing}) for outing in group_by_outing(in_horizon(case))]


def _is_shared(name: str) -> bool:
    return name.endswith(("_s", "_m", "_n")) and name != "cont_run_s"


def _shared(session: Session, share: float) -> dict[str, float | None]:
    """The first part's metrics: of a count the whole part."""
    return {name: _part(name, value, share) for name, value in session.metrics.items()}


def _part(name: str, value: float | None, share: float) -> float | None:
    if value is None or not _is_shared(name):
        return value
    return float(int(value * share)) if name.endswith("_n") else value * share


def _rest(session: Session, first: Session) -> dict[str, float | None]:
    return {
        name: value if value is None or not _is_shared(name) else value - (first.metrics[name] or 0.0)
        for name, value in session.metrics.items()
    }
