"""Response: how one session was tolerated over its 24 hours."""

from __future__ import annotations

from datetime import datetime

from rules.numbers import known
from rules.profiles import Limits, Profile
from rules.vocabulary import CheckIn, Response, Session
from rules.windows import answer_is_due

STIFFNESS_RISE_MIN = 30  # minutes of morning stiffness above the baseline that are no longer GREEN; expert default
_NOT_ASKED = CheckIn()


def classify(
    check_in: CheckIn | None, profile: Profile, baseline_morning: float | None, baseline_stiff_min: float | None
) -> Response:
    """RED before AMBER before UNKNOWN before GREEN: one bad answer is enough, GREEN needs the answers themselves.

    Pain 0-10, stiffness in minutes; a baseline that is None is 0. `after` may be missing in a GREEN session.
    """
    said = check_in or _NOT_ASKED
    pains = _pains(said, baseline_morning)
    if _ended_badly(said, profile) or _any_from(pains, profile.red):
        return Response.RED
    if _any_above(pains, profile.green) or _stiffer(said, baseline_stiff_min):
        return Response.AMBER
    during, _, rise = pains
    return Response.UNKNOWN if during is None or rise is None else Response.GREEN


def is_pending(session: Session, response: Response, now: datetime) -> bool:
    """Whether the class is open only because the morning answer may still come."""
    return response is Response.UNKNOWN and not has_morning(session) and not answer_is_due(now, session.end)


def has_morning(session: Session) -> bool:
    """Whether the runner gave the next morning's value."""
    return session.check_in is not None and known(session.check_in.morning) is not None


_Pains = tuple[float | None, float | None, float | None]


def _pains(said: CheckIn, baseline: float | None) -> _Pains:
    return known(said.during), known(said.after), _rise(known(said.morning), known(baseline) or 0.0)


def _rise(morning: float | None, baseline: float) -> float | None:
    if morning is None or morning <= baseline:
        return None if morning is None else 0.0
    return round(morning - baseline, 6)  # 2.2 - 1.2 is a little above 1 in floating point, and must not be


def _ended_badly(said: CheckIn, profile: Profile) -> bool:
    return bool(said.stopped or said.sharp_sudden or (profile.spread_is_red and said.distal_spread))


def _any_from(pains: _Pains, limits: Limits) -> bool:
    during, after, rise = pains
    return (
        (during is not None and during >= limits.during)
        or (after is not None and after >= limits.after)
        or (rise is not None and rise >= limits.rise)
    )


def _any_above(pains: _Pains, limits: Limits) -> bool:
    during, after, rise = pains
    return (
        (during is not None and during > limits.during)
        or (after is not None and after > limits.after)
        or (rise is not None and rise > limits.rise)
    )


def _stiffer(said: CheckIn, baseline_min: float | None) -> bool:
    stiff_min = known(said.stiff_min)
    return stiff_min is not None and stiff_min >= (known(baseline_min) or 0.0) + STIFFNESS_RISE_MIN
