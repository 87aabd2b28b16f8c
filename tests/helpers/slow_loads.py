"""Ceilings, jumps and the distance of the next run of a case document, read from the text of the rules.

Part of the second implementation of the decision (slow_decide.py).
"""

from __future__ import annotations

import re

from slow_plan import number
from slow_sessions import DAY, Outing, Run, Situation, joins, moment, rounded

NEEDS_V_MAX = re.compile(r"peak\d*_pct|fast\d+_[ms]|eff\d+(_ceil)?_n|ff80(_ceil)?_n")
NEEDS_V_THR = re.compile(r"t_thr\d+(_ceil)?_s|ff_s|uf(_ceil)?_[ns]")
TOLERANCE = 1.03


class References:
    """The runner's speeds: an absent top speed is estimated from the threshold."""

    def __init__(self, situation: Situation) -> None:
        stated = situation.document.get("references") or {}
        self.v_thr = number(stated.get("v_thr_mps"))
        self.v_max = number(stated.get("v_max_mps"))
        self.v_max_measured = self.v_max is not None and stated.get("v_max_kind") == "measured"
        if self.v_max is None and self.v_thr is not None:
            self.v_max = 1.8 * self.v_thr
        self.declared_m = number(stated.get("declared_longest_m"))
        self.declared_at = moment(stated.get("declared_at"))

    def absent_for(self, metric: str) -> str | None:
        """Name of the reference that the metric needs and that is not known."""
        if NEEDS_V_MAX.fullmatch(metric) and self.v_max is None:
            return "v_max"
        if NEEDS_V_THR.fullmatch(metric) and self.v_thr is None:
            return "v_thr"
        return None

    def declared_for(self, start: int) -> float:
        """The declared longest run if it serves a session that starts then, else 0."""
        if self.declared_m is None or self.declared_at is None or start > self.declared_at + 30 * DAY:
            return 0
        return self.declared_m


# Ceilings


def ceiling_limit(references: References, metric: str, ceiling: float) -> float:
    """The limit in force: that of the top speed never forbids running as such."""
    if metric != "peak3_pct" or not references.v_max:
        return ceiling
    limits = [ceiling, 100 * 2.5 / references.v_max]
    if references.v_thr is not None:
        limits.append(100 * 0.95 * references.v_thr / references.v_max)
    return rounded(max(limits))


def ceiling_amount(session: Run, metric: str) -> float | None:
    """What a ceiling is compared with: additive metrics over the outing so far, others of the session alone."""
    if metric == "peak3_pct":
        peak5 = session.metric("peak5_pct")
        return session.metric("peak3_pct") if peak5 is None else peak5
    if metric == "cont_run_s" or metric[-2:] not in ("_s", "_m", "_n"):
        return session.metric(metric)
    amounts = [_for_ceiling(part, metric) for part in session.outing.until(session)]
    known = [amount for amount in amounts if amount is not None]
    return rounded(sum(known)) if known else None


def _for_ceiling(session: Run, metric: str) -> float | None:
    stricter = None
    if metric[-2:] in ("_s", "_n"):
        stricter = session.metric(f"{metric[:-2]}_ceil{metric[-2:]}")
    return session.metric(metric) if stricter is None else stricter


def breaches(situation: Situation, session: Run) -> list[tuple[str, float, float]]:
    """(metric, amount, limit) of each ceiling that the session breaches."""
    references = References(situation)
    found = []
    for metric, ceiling in situation.plan.amounts("ceil").items():
        amount = ceiling_amount(session, metric)
        if amount is None or references.absent_for(metric):
            continue
        limit = ceiling_limit(references, metric, ceiling)
        measured = metric.endswith(("_s", "_m", "_pct"))
        if amount > (rounded(TOLERANCE * limit) if measured else limit):
            found.append((metric, amount, limit))
    return found


def unchecked(situation: Situation) -> list[str]:
    """Metrics whose ceiling could not be checked in some session since entry."""
    references = References(situation)
    since_entry = situation.in_window(60, entry=True)
    return [
        metric
        for metric in situation.plan.amounts("ceil")
        if references.absent_for(metric) or any(ceiling_amount(session, metric) is None for session in since_entry)
    ]


# Jumps


def longest_tolerated(situation: Situation, time: int, start: int) -> float:
    """L30 of an outing at `time`, for a session that starts at `start`."""
    return _longest(situation, contributions(situation), time, start)


def contributions(situation: Situation) -> list[float]:
    """By how much each outing, in order of time, can raise the longest tolerated distance of later ones."""
    found: list[float] = []
    for outing in situation.outings:
        total = _tolerated_distance(outing)
        if outing.time >= situation.now - 30 * DAY:
            total = min(total, rounded(1.3 * _longest(situation, found, outing.time, outing.time)))
        found.append(total)
    return found


def _longest(situation: Situation, found: list[float], time: int, start: int) -> float:
    earlier = [
        amount
        for outing, amount in zip(situation.outings, found, strict=False)
        if time - 30 * DAY <= outing.time < time
    ]
    return max(2500, References(situation).declared_for(start), *earlier)


def _tolerated_distance(outing: Outing) -> float:
    if any(session.kind == "RED" for session in outing.sessions):
        return 0
    return distance_so_far([session for session in outing.sessions if session.is_run and not session.poor])


def distance_so_far(sessions: list[Run]) -> float:
    distances = [session.metric("run_m") for session in sessions]
    return rounded(sum(distance for distance in distances if distance is not None))


def most_without_a_jump(longest: float) -> float:
    return max(1.1 * longest, longest + 500)


def jump(situation: Situation, session: Run) -> tuple[str, float, float, float] | None:
    """(code, ratio, threshold, L30) of a session that is a jump."""
    if session.metric("run_m") is None:
        return None
    distance = distance_so_far(session.outing.until(session))
    longest = longest_tolerated(situation, session.outing.time, session.start)
    if distance <= rounded(TOLERANCE * most_without_a_jump(longest)):
        return None
    ratio = distance / longest
    for code, threshold in (("SPIKE_LARGE", 2.0), ("SPIKE_MODERATE", 1.3), ("SPIKE_SMALL", 1.1)):
        if ratio > threshold:
            return code, ratio, threshold, longest
    return None


# The next run


def next_distance(situation: Situation, decision: str, target_place: int | None, *, at_floor: bool) -> float:
    """The most metres of a session that would start now."""
    if decision == "STOP_REFER":
        return 0
    outing = situation.outings[-1] if situation.outings else None
    if outing is not None and not joins(outing, situation.now):
        outing = None
    longest = longest_tolerated(situation, outing.time if outing else situation.now, situation.now)
    limits = [most_without_a_jump(longest)]
    if decision in ("HOLD", "INSUFFICIENT_DATA") or at_floor:
        limits += _limits_while_held(situation, longest)
    if decision == "REGRESS" or at_floor:
        limits += _limits_while_going_back(situation, longest)
    stage = situation.plan.stage if target_place is None else situation.plan.stages[target_place]
    ceiling = number((stage.get("ceil") or {}).get("run_m"))
    if ceiling is not None:
        limits.append(ceiling)
    done = distance_so_far(outing.sessions) if outing else 0
    return rounded(max(0, min(limits) - done))


def _limits_while_held(situation: Situation, longest: float) -> list[float]:
    limits = [longest]
    good = [s.metric("run_m") for s in situation.sessions if s.kind == "GREEN" and not s.poor]
    distances = [distance for distance in good if distance is not None]
    if distances:
        limits.append(max(2500, distances[-1]))
    jumps = [jump(situation, session) for session in situation.in_window(7, entry=False)]
    return limits + [found[3] for found in jumps if found is not None]


def _limits_while_going_back(situation: Situation, longest: float) -> list[float]:
    good = [
        session.metric("run_m")
        for session in situation.in_window(30, entry=False)
        if session.kind == "GREEN" and not session.poor and session.is_run
    ]
    distances = [distance for distance in good if distance is not None]
    return [longest, max(2500, 0.7 * max(distances, default=longest))]
