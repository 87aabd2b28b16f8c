"""The rows of the decision table that look at sessions, answers, gaps and references, read from the text of the rules.

Part of the second implementation of the decision (slow_decide.py). Each row yields a reason for each time it fires.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from statistics import median
from typing import Any

import slow_loads
from slow_plan import number
from slow_sessions import Situation, moment, rounded

RANKS = ["STOP_REFER", "REGRESS", "HOLD", "INSUFFICIENT_DATA", "CONTINUE", "PROGRESS_READY"]
STOP, REGRESS, HOLD, CANNOT_TELL, CONTINUE, READY = RANKS
NERVE_WORDS = {"tingling", "numb", "numbness", "shooting"}
Reason = dict[str, Any]
Row = Callable[[Situation], Iterator[Reason]]


def reason(
    code: str, verdict: str, item: str | None = None, measured: Any = None, required: Any = None, **more: Any
) -> Reason:
    """One reason; `more` may hold session_id, of, and `to` (the place on the ladder that a REGRESS leads to)."""
    empty = {"session_id": None, "of": None, "to": None}
    return {"code": code, "verdict": verdict, "item": item, "measured": measured, "required": required, **empty, **more}


def red_rows(situation: Situation) -> Iterator[Reason]:
    """RED_RESPONSE, RED_SETTLED and RED_BEFORE_ENTRY_UNSETTLED, once per RED session."""
    reds = [session for session in situation.sessions if session.kind == "RED"]
    week = situation.since(7, entry=False)
    lately = [red for red in reds if red.start >= week and red.start >= situation.entry]
    for red in reds:
        settled = situation.settled(red)
        since_entry = red.start >= situation.entry
        if since_entry and (not settled or (red in lately and len(lately) >= 2)):
            yield red_row("RED_RESPONSE", REGRESS, red.id, to=situation.plan.earlier(1))
        elif red.start >= week and settled:
            yield red_row("RED_SETTLED", HOLD, red.id)
        elif red.start >= week:
            yield red_row("RED_BEFORE_ENTRY_UNSETTLED", HOLD, red.id)


def red_row(code: str, verdict: str, session_id: str, to: int | None = None) -> Reason:
    return reason(code, verdict, "response", "RED", "GREEN", session_id=session_id, to=to)


def poor_responses(situation: Situation) -> Iterator[Reason]:
    outings = situation.outings_in_window(28, entry=True)
    poor_of_4 = sum(outing.kind in ("RED", "AMBER") for outing in outings[-4:])
    poor_of_3 = sum(outing.kind in ("RED", "AMBER") for outing in outings[-3:])
    if poor_of_4 >= 3:
        yield reason("REPEATED_POOR_RESPONSE", REGRESS, "response", poor_of_4, 3, to=situation.plan.earlier(1))
    elif poor_of_3 >= 2:
        yield reason("POOR_2_OF_3", HOLD, "response", poor_of_3, 2)


def gap_rows(situation: Situation) -> Iterator[Reason]:
    gaps = situation.gaps()
    current = gaps[-1][0]
    if situation.plan.place == 0:
        judged = [current]
    elif situation.plan.terminal:
        month = situation.since(28, entry=False)
        judged = [days for days, ended in gaps if ended is None or ended >= month]
    else:
        judged = [days for days, _ in gaps]
    largest = max(judged)
    if largest >= 15:
        steps = 1 if largest < 28 else 2 if largest < 56 else situation.plan.place
        yield reason("LAYOFF", REGRESS, "gap", largest, 15, to=situation.plan.earlier(steps))
    elif 8 <= current <= 14:
        yield reason("LAPSE", CANNOT_TELL, "gap", current, 8)
    if current < 8 and not any(session.is_run for session in situation.sessions):
        yield reason("NO_SESSIONS", CANNOT_TELL, "sessions", 0, 1)


def bad_morning(situation: Situation) -> Iterator[Reason]:
    """A daily morning at the RED limit, of the last week or with no good run since; the latest is named."""
    good = [s.start for s in situation.sessions if s.kind == "GREEN" and not s.poor and s.is_run]
    for at, value in reversed(situation.daily):
        limit = situation.limits_at(at).red["morning"]
        recent = at >= situation.since(7, entry=False)
        lasting = at >= situation.since(60, entry=False) and not any(start > at for start in good)
        if value >= limit and (recent or lasting):
            yield reason("BAD_MORNING", HOLD, "morning", value, limit)
            return


def morning_trend(situation: Situation) -> Iterator[Reason]:
    begin = situation.since(7, entry=False)
    values = [value for at, value in situation.daily if at >= begin]
    for outing in situation.outings:
        own = [session.answer("morning") for session in outing.sessions if session.start >= begin]
        known = [value for value in own if value is not None]
        values += [max(known)] if known else []
    limit = rounded(situation.baseline + 1)
    if len(values) >= 3 and rounded(median(values)) > limit:
        yield reason("MORNING_TREND", HOLD, "morning", rounded(median(values)), limit)


def ceilings(situation: Situation) -> Iterator[Reason]:
    for session in situation.in_window(7, entry=True):
        for metric, amount, limit in slow_loads.breaches(situation, session):
            yield reason("CEILING", HOLD, metric, amount, limit, session_id=session.id)


def week_ceiling(situation: Situation) -> Iterator[Reason]:
    most = situation.plan.amounts("ceil7").get("runs")
    runs = len(situation.in_window(7, entry=True))
    if most is not None and runs > most:
        yield reason("WEEK_CEILING", HOLD, "runs", runs, most)


def jumps(situation: Situation) -> Iterator[Reason]:
    for session in situation.in_window(7, entry=False):
        jump = slow_loads.jump(situation, session)
        if session.metric("run_m") is None:
            yield reason("DISTANCE_UNKNOWN", CANNOT_TELL, "run_m", session_id=session.id)
        if jump is not None:
            code, ratio, threshold, _ = jump
            yield reason(code, HOLD, "run_m", ratio, threshold, session_id=session.id)


def physio_hold(situation: Situation) -> Iterator[Reason]:
    for hold in situation.document.get("holds") or []:
        until = moment(hold.get("until"))
        if moment(hold["from"]) <= situation.now and (until is None or situation.now < until):  # type: ignore[operator]
            yield reason("PHYSIO_HOLD", HOLD)
            return


def site_changed(situation: Situation) -> Iterator[Reason]:
    sites = [session.answers.get("site") for session in situation.in_window(7, entry=False)]
    others = [site for site in sites if site is not None and site not in situation.plan.sites]
    if situation.plan.sites and len(others) >= 2:
        yield reason("SITE_CHANGED", HOLD, "site", len(others), 2)


def nerve_signs(situation: Situation) -> Iterator[Reason]:
    checked = moment(situation.document.get("nerve_checked_at"))
    sessions = situation.in_window(14, entry=False)
    if checked is not None and checked <= situation.now:
        sessions = [session for session in sessions if session.start > checked]
    answers = [session.answers for session in sessions]
    sites = {each["site"] for each in answers if each.get("site") is not None}
    kinds = [
        any(NERVE_WORDS & set(each.get("character") or []) for each in answers),
        any(each.get("distal_spread") for each in answers),
        any((number(each.get("sitting")) or 0) > 0 for each in answers) and any(each.get("cough") for each in answers),
        bool(sites - set(situation.plan.sites)) if situation.plan.sites else len(sites) >= 2,
    ]
    if sum(kinds) >= 2 and not situation.plan.is_neural:
        yield reason("NERVE_SIGNS", HOLD, "nerve_signs", sum(kinds), 2)


def missing_24h(situation: Situation) -> Iterator[Reason]:
    asked_since = moment(situation.document.get("asked_since"))
    outings = [
        outing
        for outing in situation.outings_in_window(28, entry=False)
        if asked_since is None or outing.time >= asked_since
    ]
    silent = 0
    for outing in outings[-3:]:
        silent += any(
            session.painkillers
            or (situation.now >= session.deadline and None in (session.morning, session.answer("during")))
            for session in outing.sessions
        )
    if silent >= 2:
        yield reason("MISSING_24H", CANNOT_TELL, "morning", silent, 2)


def poor_sensor(situation: Situation) -> Iterator[Reason]:
    poor = sum(outing.poor for outing in situation.outings_in_window(28, entry=False)[-3:])
    if poor >= 2:
        yield reason("POOR_SENSOR", CANNOT_TELL, "quality", poor, 2)


def unmeasured(situation: Situation) -> Iterator[Reason]:
    sessions = situation.in_window(28, entry=True)
    if situation.plan.terminal or len(sessions) < 2:
        return
    for metric, amount in doses(situation).items():
        if all(session.metric(metric) is None for session in sessions):
            yield reason("METRIC_UNMEASURED", CANNOT_TELL, metric, None, amount)


def doses(situation: Situation) -> dict[str, float]:
    """Each dose metric once, with the first amount that is required of it."""
    found: dict[str, float] = {}
    for part in ("each", "total", "max"):
        for metric, amount in situation.plan.amounts(part).items():
            if amount > 0:
                found.setdefault(metric, amount)
    return found


def references(situation: Situation) -> Iterator[Reason]:
    """A dose that needs a speed which is not known, or only estimated."""
    known = slow_loads.References(situation)
    if situation.plan.terminal:
        return
    for metric in doses(situation):
        absent = known.absent_for(metric)
        if absent:
            yield reason("REF_MISSING", CANNOT_TELL, metric, None, absent)
        elif (
            slow_loads.NEEDS_V_MAX.fullmatch(metric)
            and not known.v_max_measured
            and _must_be_measured(situation, metric)
        ):
            yield reason("REF_NOT_MEASURED", CANNOT_TELL, metric, "estimated", "measured")


def _must_be_measured(situation: Situation, metric: str) -> bool:
    at_90 = re.search(r"[a-z]9\d", metric) is not None
    required = at_90 or bool(situation.plan.stage.get("need_vmax_measured"))
    return required and slow_loads.NEEDS_V_MAX.fullmatch(metric) is not None


ROWS: list[Row] = [
    red_rows,
    poor_responses,
    gap_rows,
    bad_morning,
    morning_trend,
    ceilings,
    week_ceiling,
    jumps,
    physio_hold,
    site_changed,
    nerve_signs,
    missing_24h,
    poor_sensor,
    unmeasured,
    references,
]
