"""Jumps: more than this stage allows, or more than lately."""

from __future__ import annotations

from collections.abc import Iterator

from rules.load import history, spike
from rules.metric_facts import unit
from rules.view import View
from rules.vocabulary import Decision, Reason
from rules.windows import WEEK_DAYS


def ceiling(view: View) -> Iterator[Reason]:
    """A session of the last seven days on this stage took its outing above one of the ceilings."""
    for seen in view.last_days_since_entry(WEEK_DAYS):
        for breach in seen.breaches:
            yield Reason(
                code="CEILING",
                verdict=Decision.HOLD,
                item=breach.metric,
                measured=breach.measured,
                required=breach.ceiling,
                unit=unit(breach.metric),
                session_id=seen.id,
            )


def week_ceiling(view: View) -> Iterator[Reason]:
    """More sessions of this stage in the seven days ending now than it allows; sessions of any kind count."""
    allowed = view.stage.ceil7.get("runs")
    sessions = len(view.last_days_since_entry(WEEK_DAYS))
    if allowed is not None and sessions > allowed:
        yield Reason(
            code="WEEK_CEILING",
            verdict=Decision.HOLD,
            item="runs",
            measured=sessions,
            required=allowed,
            unit="sessions in 7 d",
        )


def spikes(view: View) -> Iterator[Reason]:
    """A session of the last seven days that made its outing much longer than any of the 30 days before it."""
    before = history(view)
    for seen in view.last_days(WEEK_DAYS):
        jump = spike(seen, view.outing_of(seen), before)
        if jump is not None:
            yield Reason(
                code=jump.limit.code,
                verdict=jump.limit.verdict,
                item="run_m",
                measured=jump.ratio,
                required=jump.limit.ratio,
                unit="x longest of 30 d",
                session_id=seen.id,
            )
