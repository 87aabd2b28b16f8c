"""The decision a second time, from the text of the rules alone: version 2, plain and slow, over the case document.

It shares nothing with the package under test. `decide` returns what a verdict holds, as plain values; `next_run_m` and
`shown_next_run_m` the metres that the next run may have. The disagreements between both readings, and which of them was
right, are recorded in docs/decisions/.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import slow_loads
from slow_dose import Dose, not_ready
from slow_plan import Plan, PlanInvalid
from slow_rows import CANNOT_TELL, CONTINUE, HOLD, RANKS, READY, REGRESS, ROWS, STOP, Reason, reason
from slow_sessions import Situation, moment, rounded


def decide(document: dict[str, Any]) -> dict[str, Any]:
    """Judge a case document that has passed intake."""
    flags = list(red_flags(document))
    future = future_sessions(document)
    notes = ["CLOCK_FUTURE"] if future else []
    try:
        situation = Situation(document, Plan(document))
    except PlanInvalid:
        return verdict_of([*flags, reason("PROGRAMME_INVALID", CANNOT_TELL)], False, [], notes)
    reasons = [*flags, *(reason("CLOCK_FUTURE", CANNOT_TELL, "start", session_id=id) for id in future)]
    for row in ROWS:
        reasons += list(row(situation))
    if situation.plan.place == 0:
        reasons = [at_the_floor(each) if each["verdict"] == REGRESS else each for each in reasons]
    sufficient, missing = False, []
    if situation.plan.terminal:
        reasons.append(reason("TERMINAL", CONTINUE))
    else:
        dose = Dose(situation)
        sufficient, missing = dose.sufficient, dose.missing() + not_ready(situation, dose)
        required = situation.plan.stage["n"]
        reasons.append(reason("DOSE", CONTINUE if missing else READY, "sessions", len(dose.counted), required))
    notes += [f"CEILING_UNCHECKED {metric}" for metric in slow_loads.unchecked(situation)]
    return verdict_of(reasons, sufficient, missing, notes, situation.plan.stages)


def verdict_of(
    reasons: list[Reason], sufficient: bool, missing: list[Any], notes: list[str], stages: list[Any] | None = None
) -> dict[str, Any]:
    """The least permissive reason decides; only going back has a target, the lowest."""
    decision = min((each["verdict"] for each in reasons), key=RANKS.index)
    targets = [each["to"] for each in reasons if each["verdict"] == REGRESS]
    target = stages[min(targets)]["id"] if decision == REGRESS and stages else None
    shown = [{name: value for name, value in each.items() if name != "to"} for each in reasons]
    shown.sort(key=lambda each: (RANKS.index(each["verdict"]), each["code"], each["session_id"] or ""))
    return {
        "decision": decision,
        "target_stage": target,
        "sufficient": sufficient,
        "reasons": shown,
        "missing": [{"item": item, "measured": measured, "required": required} for item, measured, required in missing],
        "notes": notes,
    }


def at_the_floor(regress: Reason) -> Reason:
    return {**regress, "code": "REGRESS_AT_FLOOR", "verdict": HOLD, "of": regress["code"], "to": None}


def next_run_m(document: dict[str, Any]) -> float:
    """The most metres of a run that starts now, to the metre of the limits themselves."""
    verdict = decide(document)
    situation = Situation(document, Plan(document))
    places = [place for place, stage in enumerate(situation.plan.stages) if stage["id"] == verdict["target_stage"]]
    at_floor = any(each["code"] == "REGRESS_AT_FLOOR" for each in verdict["reasons"])
    return slow_loads.next_distance(situation, verdict["decision"], places[0] if places else None, at_floor=at_floor)


def shown_next_run_m(document: dict[str, Any]) -> int:
    """The metres that people read: 3 % less, in whole hundreds, so that the sensor's error is no jump."""
    return math.floor(rounded(0.97 * next_run_m(document)) / 100) * 100


# Before the programme is known


def red_flags(document: dict[str, Any]) -> Iterator[Reason]:
    now = moment(document["now"])
    codes = set()
    for flag in document.get("flags") or []:
        cleared_at = moment(flag.get("cleared_at"))
        if cleared_at is None or cleared_at > now or not (flag.get("cleared_by") or "").strip():
            codes.add(flag["code"])
    for code in sorted(codes):
        yield reason("RED_FLAG", STOP, code)


def future_sessions(document: dict[str, Any]) -> list[str]:
    now = moment(document["now"])
    return sorted({s["id"] for s in document.get("sessions") or [] if moment(s["start"]) > now})
