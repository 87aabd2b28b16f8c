"""Next-run limits of a runner, the one source for every page, file and feed that shows them.

With two programmes the later start counts, and of each limit the lower one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import reduce
from typing import TypeVar

from rules.allowance import Allowance, Limit
from rules.next_session import allowance
from server.review import Look

T = TypeVar("T")


DISTANCE = "run_m"  # the metric of a limit that is a distance


def allowed(look: Look) -> Allowance | None:
    """The limits of the next run; during a run those of the verdict before it. None while the verdict is withheld."""
    return None if look.verdict is None else allowed_in_run(look)


def allowed_in_run(look: Look) -> Allowance | None:
    """As `allowed`, but the limits of a run that goes on hold until it ends, whatever is awaited meanwhile.

    What was stopped since the run began is stopped. None if there was no verdict before the run.
    """
    now = _combined(look)
    if look.before_run is None or (now is not None and not now.may_run):
        return now
    return _combined(look.before_run)


def _combined(look: Look) -> Allowance | None:
    if look.case is None or look.verdict is None:
        return None
    cases = [case for case in (look.case, look.second) if case is not None]
    return _with_shown_distance(reduce(_lower, [allowance(case, look.verdict) for case in cases]))


def _with_shown_distance(allowed: Allowance) -> Allowance:
    """No limit that people read is a longer distance than the one shown."""
    most = allowed.shown_distance_m
    limits = (
        replace(limit, most=min(limit.most, most)) if limit.metric == DISTANCE and most is not None else limit
        for limit in allowed.limits
    )
    return replace(allowed, limits=tuple(limits))


def _lower(one: Allowance, other: Allowance) -> Allowance:
    if not (one.may_run and other.may_run):
        return Allowance(may_run=False, stage=one.stage)
    strides, incline = _fewer(one, other, "strides"), _fewer(one, other, "incline_minutes")
    return Allowance(
        may_run=True,
        stage=one.stage,
        earliest=_known(max, one.earliest, other.earliest),
        minutes=_known(min, one.minutes, other.minutes),
        distance_m=_known(min, one.distance_m, other.distance_m),
        shown_distance_m=_known(min, one.shown_distance_m, other.shown_distance_m),
        fastest_mps=_known(min, one.fastest_mps, other.fastest_mps),
        strides=strides.strides,
        strides_from_mps=strides.strides_from_mps,
        incline_minutes=incline.incline_minutes,
        incline_grade=incline.incline_grade,
        limits=tuple(_limits(one, other).values()),
    )


def _known(choose: Callable[[list[T]], T], one: T | None, other: T | None) -> T | None:
    """Who sets no limit has no say in it."""
    known = [value for value in (one, other) if value is not None]
    return choose(known) if known else None


def _fewer(one: Allowance, other: Allowance, name: str) -> Allowance:
    """Whose number goes with its own speed or slope: that of the lower one."""
    mine, theirs = getattr(one, name), getattr(other, name)
    return other if mine is None or (theirs is not None and theirs < mine) else one


def _limits(one: Allowance, other: Allowance) -> dict[str, Limit]:
    found: dict[str, Limit] = {}
    for limit in (*one.limits, *other.limits):
        if limit.metric not in found or limit.most < found[limit.metric].most:
            found[limit.metric] = limit
    return found
