"""Tolerance: what the answers since the stage began must show before the next stage, beside the dose."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from rules.gaps import LAPSE_DAYS
from rules.numbers import known
from rules.requirement import Requirement
from rules.response import rise_above
from rules.settling import is_settled
from rules.view import Outing, Seen, View, lacks_answer, took_painkillers
from rules.windows import MONTH_DAYS, answer_is_due

LAST_OUTINGS = 4  # of so many at most one may be AMBER or RED; expert default
ANSWERED_OUTINGS = 2  # so many before the latest must be answered; expert default
LATEST_MORNING = timedelta(hours=72)  # expert default


def tolerance_requirements(view: View, counted: Sequence[Seen]) -> tuple[Requirement, ...]:
    """Each requirement in the order in which `missing` is read, met ones too."""
    return (
        *_tolerated(view),
        *_settled(view),
        _latest(view),
        *_latest_morning(view),
        *_previous(view),
        *_after_gap(view, counted),
    )


def _tolerated(view: View) -> Iterator[Requirement]:
    """At most one of the last four outings AMBER or RED."""
    last = view.last_outings_since_entry(MONTH_DAYS)[-LAST_OUTINGS:]
    if last:
        tolerated, required = sum(not outing.bad for outing in last), len(last) - 1
        yield Requirement(
            item="tolerated_of_4",
            measured=tolerated,
            required=required,
            unit="outings",
            met=tolerated >= required,
        )


def _settled(view: View) -> Iterator[Requirement]:
    """Every AMBER or RED session of the last 28 days has settled; only one that has not is listed."""
    bad = (seen for seen in view.last_days_since_entry(MONTH_DAYS) if seen.bad)
    open_ones = [seen for seen in bad if not is_settled(seen, view)]
    if open_ones:
        yield Requirement(item="settled", measured=open_ones[-1].label, required="SETTLED")


def _latest(view: View) -> Requirement:
    latest = _latest_outing(view)
    label = latest.label if latest else None
    return Requirement(item="latest_24h", measured=label, required="GREEN", met=label == "GREEN")


def _latest_outing(view: View) -> Outing | None:
    outings = view.outings_since_entry
    return outings[-1] if outings else None


def _latest_morning(view: View) -> Iterator[Requirement]:
    """The latest daily answer of the last 72 hours is within the GREEN limits; only one that is not is listed."""
    latest = view.daily[-1] if view.daily else None
    if latest is None or view.now - latest.at > LATEST_MORNING:
        return
    green = view.profile_at(latest.at).green
    rise = rise_above(latest.score, known(view.case.baseline_morning) or 0.0)
    if not (latest.score <= green.morning and rise <= green.rise):
        yield Requirement(item="latest_morning", measured="AMBER", required="GREEN")


def _previous(view: View) -> Iterator[Requirement]:
    """The two outings before the latest were answered; only if one was not is it listed."""
    sessions = [s for outing in view.outings_since_entry[-1 - ANSWERED_OUTINGS : -1] for s in outing.sessions]
    lacking = [seen for seen in sessions if took_painkillers(seen) or lacks_answer(seen)]
    if lacking:
        label = "PENDING" if all(_only_awaits_morning(seen, view) for seen in lacking) else "UNKNOWN"
        yield Requirement(item="previous_24h", measured=label, required="ANSWERED")


def _only_awaits_morning(seen: Seen, view: View) -> bool:
    check_in = seen.session.check_in
    has_during = check_in is not None and known(check_in.during) is not None
    is_due = answer_is_due(view.now, seen.session.end)
    return has_during and seen.morning is None and not is_due and not took_painkillers(seen)


def _after_gap(view: View, counted: Sequence[Seen]) -> Iterator[Requirement]:
    """A session has counted since the last gap of 8 days or more; only if none has is it listed."""
    gaps = [gap for gap in view.gaps if gap.days >= LAPSE_DAYS]
    if not gaps:
        return
    ended = gaps[-1].end
    if ended is None or not any(seen.start >= ended for seen in counted):
        yield Requirement(item="after_gap", measured=0, required=1, unit="sessions")
