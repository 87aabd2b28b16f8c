"""Next distance: the most metres of the next run under a verdict."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from rules.load import L30_FLOOR_M, History, distance_until, history, largest_step, spike
from rules.numbers import MOST, metric
from rules.outings import belongs_to
from rules.verdict import Verdict
from rules.view import Outing, View
from rules.vocabulary import Decision, Response
from rules.windows import WEEK_DAYS

AFTER_A_STEP_BACK = 0.70  # of the longest tolerated run of 30 days; expert default
STEP_BACK_DAYS = 30
CAUTIOUS = (Decision.HOLD, Decision.INSUFFICIENT_DATA)


def distance_limit(view: View, verdict: Verdict, moment: datetime) -> float:
    """The most metres of a session that starts at `moment`, which is not before `now`.

    It is never a jump. On a hold it is not above what was tolerated, after a step back at most 70 % of that. What the
    current outing already has is taken off.
    """
    if verdict.decision is Decision.STOP_REFER:
        return 0.0
    before = history(view)
    current = _current_outing(view, moment)
    longest_m = before.longest_before(current.start if current else moment, session_start=moment)
    most = min(_limits(view, verdict, before, longest_m))
    used_m = distance_until(current.sessions[-1], current) if current else 0.0
    return max(0.0, round(min(most, MOST) - used_m, 6))


def _current_outing(view: View, moment: datetime) -> Outing | None:
    last = view.outings[-1] if view.outings else None
    joins = last is not None and belongs_to([seen.session for seen in last.sessions], moment)
    return last if joins else None


def _limits(view: View, verdict: Verdict, before: History, longest_m: float) -> Iterator[float]:
    yield largest_step(longest_m)
    at_floor = "REGRESS_AT_FLOOR" in verdict.codes and verdict.decision is Decision.HOLD
    if verdict.decision in CAUTIOUS:
        yield longest_m
        yield from _last_tolerated(view)
        yield from _before_jumps(view, before)
    if verdict.decision is Decision.REGRESS or at_floor:
        yield longest_m
        yield _after_a_step_back(view, longest_m)


def _last_tolerated(view: View) -> Iterator[float]:
    for seen in reversed(view.seen):
        run_m = metric(seen.session.metrics, "run_m")
        if seen.response is Response.GREEN and not seen.poor and run_m is not None:
            yield max(L30_FLOOR_M, run_m)
            return


def _before_jumps(view: View, before: History) -> Iterator[float]:
    """The longest distances that the jumps of the last seven days were measured against."""
    for seen in view.last_days(WEEK_DAYS):
        jump = spike(seen, view.outing_of(seen), before)
        if jump is not None:
            yield jump.longest_m


def _after_a_step_back(view: View, longest_m: float) -> float:
    runs = (s for s in view.last_days(STEP_BACK_DAYS) if s.response is Response.GREEN and not s.poor and s.is_run)
    tolerated = (metric(seen.session.metrics, "run_m") for seen in runs)
    longest_tolerated = max((run_m for run_m in tolerated if run_m is not None), default=longest_m)
    return max(L30_FLOOR_M, round(AFTER_A_STEP_BACK * longest_tolerated, 6))
