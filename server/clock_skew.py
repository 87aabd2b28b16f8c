"""Clock skew: what was stored while a server's clock was wrong counts all the same. Pure.

The order of a runner's statements is the order in which they were stored; their times are only shown, and the rules,
which compare times with `now`, are given none that contradicts that order or lies after `now`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from rules.attest import Attestation, AttestedMetric
from rules.override import Override
from rules.profiles import PROFILES

Stated = TypeVar("Stated", Override, Attestation, AttestedMetric)
LATER = timedelta(microseconds=1)
HIGHEST_GREEN_MORNING = max(profile.green.morning for profile in PROFILES.values())


def in_order(stated: Sequence[Stated], now: datetime) -> list[Stated]:
    """Statements, given in the order in which they were stored, each at a time before the next one's and up to `now`.

    A time is moved only where it contradicts the order; then it is one at which the statement could have been stored.
    """
    moved, latest = [], now
    for statement in reversed(stated):
        at = min(statement.at, latest)
        moved.append(replace(statement, at=at))
        latest = at - LATER
    return moved[::-1]


def in_force(document: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The document of a case in which nothing that was stored waits for the clock to reach its time.

    A flag was raised and cleared, and a hold begins and was lifted, at `now` at the latest. The planned end of a hold
    stays. `lifted` of a hold, which a case does not know, is taken out.
    """
    return {
        **document,
        "flags": [_flag(flag, now) for flag in document["flags"]],
        "holds": [_hold(hold, now) for hold in document["holds"]],
        "daily": list(_mornings(document["daily"], now))[::-1],
    }


def _flag(flag: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    cleared_at = flag["cleared_at"]
    raised_at = _up_to(flag["raised_at"], now)
    return {**flag, "raised_at": raised_at, "cleared_at": cleared_at and _up_to(cleared_at, now)}


def _hold(hold: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    known = {name: value for name, value in hold.items() if name != "lifted"}
    until = hold["until"]
    return {**known, "from": _up_to(hold["from"], now), "until": _up_to(until, now) if hold["lifted"] else until}


def _mornings(daily: Sequence[Mapping[str, Any]], now: datetime) -> Iterator[dict[str, Any]]:
    """Morning scores, last one first. One dated after `now` counts if it cannot be GREEN: at the time of the next one
    that is not, or `now`. A low one waits for its day, as it could stand for the morning after a later run.
    """
    latest = now
    for answer in reversed(daily):
        if datetime.fromisoformat(answer["at"]) <= now:
            latest = datetime.fromisoformat(answer["at"])
        is_high = answer["morning"] > HIGHEST_GREEN_MORNING
        yield {**answer, "at": _up_to(answer["at"], latest) if is_high else answer["at"]}


def _up_to(moment: str, latest: datetime) -> str:
    is_later = datetime.fromisoformat(moment) > latest
    return latest.isoformat().replace("+00:00", "Z") if is_later else moment
