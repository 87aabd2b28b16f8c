"""Allowed: what the next run may hold under every programme that a runner holds: the later start, of each limit the
lower.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import TypeVar

from rules.allowance import Allowance, Limit
from rules.next_session import allowance
from server.review import Look

T = TypeVar("T")


def allowed(look: Look) -> Allowance | None:
    """None while nobody can tell."""
    if look.case is None or look.verdict is None:
        return None
    held = [case for case in (look.case, look.second) if case is not None]
    return reduce(_lower, [allowance(case, look.verdict) for case in held])


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
