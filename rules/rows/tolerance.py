"""How the loading was tolerated: bad responses, whether they settled, and the mornings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from statistics import median

from rules.numbers import known
from rules.view import Seen, View
from rules.vocabulary import Decision, Reason, Response
from rules.windows import MONTH_DAYS, WEEK_DAYS, within

MORNING_VALUES = 3  # so few mornings are no trend; expert default
MORNING_RISE = 1  # points above the frozen baseline; expert default


def red_response(view: View) -> Iterator[Reason]:
    """Two RED sessions in a week, or one that no later GREEN session has settled, however long ago."""
    recent = _recent_reds(view)
    open_ones = _unsettled([seen for seen in view.since_entry if seen.response is Response.RED], view)
    firing = {seen.id: seen for seen in (*(recent if len(recent) >= 2 else ()), *open_ones)}
    for seen in firing.values():
        yield _about(seen, "RED_RESPONSE", Decision.REGRESS)


def red_settled(view: View) -> Iterator[Reason]:
    """One RED session in the last week that a later GREEN session has settled."""
    recent = _recent_reds(view)
    if len(recent) == 1 and not _unsettled(recent, view):
        yield _about(recent[0], "RED_SETTLED", Decision.HOLD)


def red_before_entry_unsettled(view: View) -> Iterator[Reason]:
    """A RED session of the week, from before this stage, that nothing settled: it holds, and steps back no further."""
    earlier = [s for s in view.last_days(WEEK_DAYS) if s.response is Response.RED and not s.since_entry]
    for seen in _unsettled(earlier, view):
        yield _about(seen, "RED_BEFORE_ENTRY_UNSETTLED", Decision.HOLD)


def repeated_poor_response(view: View) -> Iterator[Reason]:
    """Three of the last four sessions of this stage, within 28 days, AMBER or RED."""
    bad = _bad_among(_last_four(view))
    if bad >= 3:
        yield _bad_sessions("REPEATED_POOR_RESPONSE", Decision.REGRESS, bad, 3)


def poor_2_of_3(view: View) -> Iterator[Reason]:
    """Two of the last three sessions of this stage AMBER or RED, where it is not three of the last four."""
    bad = _bad_among(view.since_entry[-3:])
    if bad >= 2 and _bad_among(_last_four(view)) < 3:
        yield _bad_sessions("POOR_2_OF_3", Decision.HOLD, bad, 2)


def morning_trend(view: View) -> Iterator[Reason]:
    """The median morning of the last seven days above the baseline that was frozen when the stage began."""
    values = _mornings(view)
    limit = (known(view.case.baseline_morning) or 0.0) + MORNING_RISE
    middle = round(median(values), 6) if len(values) >= MORNING_VALUES else None
    if middle is not None and middle > round(limit, 6):
        yield Reason(
            code="MORNING_TREND",
            verdict=Decision.HOLD,
            item="morning",
            measured=middle,
            required=limit,
            unit="0-10",
        )


def _recent_reds(view: View) -> list[Seen]:
    return [seen for seen in view.last_days_since_entry(WEEK_DAYS) if seen.response is Response.RED]


def _unsettled(reds: Sequence[Seen], view: View) -> list[Seen]:
    settled_until = _last_settling_start(view)
    return [seen for seen in reds if settled_until is None or seen.start >= settled_until]


def _last_settling_start(view: View) -> datetime | None:
    """A GREEN session settles every RED that began before it; one with a poor sensor settles none."""
    settling = (seen.start for seen in reversed(view.seen) if seen.response is Response.GREEN and not seen.poor)
    return next(settling, None)


def _last_four(view: View) -> Sequence[Seen]:
    return view.last_days_since_entry(MONTH_DAYS)[-4:]


def _bad_among(sessions: Sequence[Seen]) -> int:
    return sum(seen.bad for seen in sessions)


def _mornings(view: View) -> list[float]:
    """A session's morning stands on the day of its start; a day's own stands beside it, both count."""
    of_sessions = [seen.session.check_in.morning for seen in view.last_days(WEEK_DAYS) if seen.session.check_in]
    of_days = [day.morning for day in view.case.daily if within(view.now, day.at, WEEK_DAYS)]
    return [value for value in map(known, (*of_sessions, *of_days)) if value is not None]


def _about(seen: Seen, code: str, verdict: Decision) -> Reason:
    return Reason(
        code=code, verdict=verdict, item="response", measured=seen.label, required="GREEN", session_id=seen.id
    )


def _bad_sessions(code: str, verdict: Decision, measured: int, required: int) -> Reason:
    return Reason(
        code=code, verdict=verdict, item="response", measured=measured, required=required, unit="sessions AMBER or RED"
    )
