"""Settling: whether a later run shows that a session that was not tolerated has settled."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from rules.numbers import metric, reaches, total
from rules.stage import Stage
from rules.view import Outing, Seen, View

ENOUGH_OUTINGS = 2  # so many tolerated runs settle a response, however short; expert default
ENOUGH_OF_THE_SAME = 0.5  # a single run of so much of the outing that was not tolerated does; expert default
SECOND = timedelta(seconds=1)


def is_settled(seen: Seen, view: View) -> bool:
    """Whether one long enough tolerated run of a later outing, or two runs of two of them, came after a session."""
    outing = view.outing_of(seen)
    later = [list(_settling(other)) for other in view.outings if other.start > outing.start]
    if sum(bool(runs) for runs in later) >= ENOUGH_OUTINGS:
        return True
    half_s = ENOUGH_OF_THE_SAME * _duration_s(outing)
    return any(_is_long_enough(run, view.stage, half_s) for runs in later for run in runs)


def _settling(outing: Outing) -> Iterator[Seen]:
    return (seen for seen in outing.sessions if seen.can_settle)


def _is_long_enough(run: Seen, stage: Stage, half_s: float) -> bool:
    metrics = run.session.metrics
    meets_each = bool(stage.each) and all(reaches(metric(metrics, name), least) for name, least in stage.each.items())
    return meets_each or reaches(metric(metrics, "run_s"), round(half_s, 6))


def _duration_s(outing: Outing) -> float:
    """Seconds of running in an outing; a session whose running was not measured counts with its whole duration."""
    return total(_run_s(seen) for seen in outing.sessions)


def _run_s(seen: Seen) -> float:
    run_s = metric(seen.session.metrics, "run_s")
    return (seen.session.end - seen.session.start) / SECOND if run_s is None else run_s
