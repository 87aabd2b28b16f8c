"""How the loading was tolerated: sessions that were not, whether they settled, and outings in a row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rules.settling import is_settled
from rules.view import Outing, Seen, View
from rules.vocabulary import Decision, Reason, Response
from rules.windows import MONTH_DAYS, WEEK_DAYS


def red_response(view: View) -> Iterator[Reason]:
    """Two RED sessions in a week, or one that no later run has settled, however long ago."""
    for seen in _responding(view):
        yield _about(seen, "RED_RESPONSE", Decision.REGRESS)


def red_settled(view: View) -> Iterator[Reason]:
    """Every other RED session of the last week that a later run has settled, from before this stage too."""
    named = {seen.id for seen in _responding(view)}
    for seen in _reds(view.last_days(WEEK_DAYS)):
        if seen.id not in named and is_settled(seen, view):
            yield _about(seen, "RED_SETTLED", Decision.HOLD)


def red_before_entry_unsettled(view: View) -> Iterator[Reason]:
    """A RED session of the week, from before this stage, that nothing settled: it holds, and steps back no further."""
    for seen in _reds(view.last_days(WEEK_DAYS)):
        if not seen.since_entry and not is_settled(seen, view):
            yield _about(seen, "RED_BEFORE_ENTRY_UNSETTLED", Decision.HOLD)


def repeated_poor_response(view: View) -> Iterator[Reason]:
    """Three of the last four outings of this stage, within 28 days, AMBER or RED."""
    bad = _bad_among(_last_four(view))
    if bad >= 3:
        yield _bad_outings("REPEATED_POOR_RESPONSE", Decision.REGRESS, bad, 3)


def poor_2_of_3(view: View) -> Iterator[Reason]:
    """Two of the last three outings of this stage, within 28 days, AMBER or RED, if it is not three of four."""
    bad = _bad_among(_last_four(view)[-3:])
    if bad >= 2 and _bad_among(_last_four(view)) < 3:
        yield _bad_outings("POOR_2_OF_3", Decision.HOLD, bad, 2)


def _responding(view: View) -> list[Seen]:
    recent = _reds(view.last_days_since_entry(WEEK_DAYS))
    unsettled = [seen for seen in _reds(view.since_entry) if not is_settled(seen, view)]
    both = (*(recent if len(recent) >= 2 else ()), *unsettled)
    return list({seen.id: seen for seen in both}.values())


def _reds(sessions: Sequence[Seen]) -> list[Seen]:
    return [seen for seen in sessions if seen.response is Response.RED]


def _last_four(view: View) -> Sequence[Outing]:
    return view.last_outings_since_entry(MONTH_DAYS)[-4:]


def _bad_among(outings: Sequence[Outing]) -> int:
    return sum(outing.bad for outing in outings)


def _about(seen: Seen, code: str, verdict: Decision) -> Reason:
    return Reason(
        code=code, verdict=verdict, item="response", measured=seen.label, required="GREEN", session_id=seen.id
    )


def _bad_outings(code: str, verdict: Decision, measured: int, required: int) -> Reason:
    return Reason(
        code=code, verdict=verdict, item="response", measured=measured, required=required, unit="sessions AMBER or RED"
    )
