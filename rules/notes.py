"""Notes: what could not be checked and what only informs; none of them decides anything."""

from __future__ import annotations

from collections.abc import Iterator

from rules.case import Case
from rules.numbers import known
from rules.view import View

HEART_RATE_METRICS = ("decoupling_pct", "rolling_drift_pct", "hr_drift_pct", "trimp")


def notes(view: View) -> tuple[str, ...]:
    """The notes of a verdict, sorted."""
    return tuple(sorted((*_unchecked_ceilings(view), *clock_notes(view.case), *_heart_rate(view))))


def clock_notes(case: Case) -> tuple[str, ...]:
    """A session that begins after `now` was dropped: some clock is wrong."""
    return ("CLOCK_FUTURE",) if any(session.start > case.now for session in case.sessions) else ()


def _unchecked_ceilings(view: View) -> Iterator[str]:
    """A ceiling without its reference speed, or with a session of this stage that did not measure it."""
    for name in view.stage.ceil:
        if name not in view.ceil or any(seen.held[name] is None for seen in view.since_entry):
            yield f"CEILING_UNCHECKED {name}"


def _heart_rate(view: View) -> Iterator[str]:
    """No session of this stage says anything of the heart; nothing depends on it."""
    told = (known(seen.session.metrics.get(name)) for seen in view.since_entry for name in HEART_RATE_METRICS)
    if view.since_entry and all(value is None for value in told):
        yield "HR_ABSENT_INFO"
