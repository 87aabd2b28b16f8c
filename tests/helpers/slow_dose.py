"""The dose of a stage and what else "ready" asks for, read from the text of the rules.

Part of the second implementation of the decision (slow_decide.py). Rows of `missing` are (item, measured, required).
"""

from __future__ import annotations

from typing import Any

from slow_loads import breaches
from slow_plan import number
from slow_sessions import DAY, HOUR, Outing, Run, Situation, meets_each, moment, rounded

Row = tuple[str, Any, Any]


class Dose:
    """Which sessions are eligible, which of them are counted, and what is short."""

    def __init__(self, situation: Situation) -> None:
        self.situation, self.plan = situation, situation.plan
        self.each, self.total, self.max = (self.plan.amounts(part) for part in ("each", "total", "max"))
        self.eligible = self._eligible()
        self.counted = self._counted()
        self.short = self._short()

    @property
    def sufficient(self) -> bool:
        return not self.short

    def missing(self) -> list[Row]:
        """Rows from the sessions to the day lock, in the order of the specification."""
        rows = list(self.short)
        if any(item == "sessions" for item, _, _ in self.short):
            best = [(metric, self._best(metric), least) for metric, least in self.each.items()]
            rows += [(f"each.{m}", value, least) for m, value, least in best if value is None or value < least]
        days = (self.situation.now - self.situation.entry) // DAY
        min_days = number(self.plan.stage.get("min_days"))
        if min_days is not None and days < min_days:
            rows.append(("min_days", days, min_days))
        earliest = number(self.plan.stage.get("earliest_day"))
        onset = moment(self.situation.document.get("onset_at"))
        since_onset = None if onset is None else (self.situation.now - onset) // DAY
        if earliest is not None and (since_onset is None or since_onset < earliest):
            rows.append(("earliest_day", since_onset, earliest))
        return rows

    def _eligible(self) -> list[Run]:
        situation = self.situation
        if situation.gaps()[-1][0] >= 15:
            return []
        window = number(self.plan.stage.get("window_days"))
        begin = situation.since(60 if window is None else min(window, 60), entry=True)
        after_red, from_run = restart(situation)
        return [
            session
            for session in situation.sessions
            if session.kind == "GREEN"
            and not session.poor
            and session.start >= begin
            and (after_red is None or session.start > after_red)
            and (from_run is None or session.start >= from_run)
            and not any(breaches(situation, part) for part in session.outing.sessions)
        ]

    def _counted(self) -> list[Run]:
        """The greedy choice in order of time: every minimum met, the spacing kept, one of an outing."""
        spacing = (number(self.plan.stage.get("spacing_h")) or 0) * HOUR
        counted: list[Run] = []
        for session in self.eligible:
            if not meets_each(session, self.each):
                continue
            if counted and (session.start - counted[-1].start < spacing or session.outing is counted[-1].outing):
                continue
            counted.append(session)
        return counted

    def _short(self) -> list[Row]:
        rows: list[Row] = []
        if len(self.counted) < self.plan.stage["n"]:
            rows.append(("sessions", len(self.counted), self.plan.stage["n"]))
        amounts = [(f"total.{metric}", self._sum(metric), least) for metric, least in self.total.items()]
        amounts += [(f"max.{metric}", self._best(metric), least) for metric, least in self.max.items()]
        return rows + [row for row in amounts if row[1] is None or row[1] < row[2]]

    def _known(self, metric: str) -> list[float]:
        values = [session.metric(metric) for session in self.eligible]
        return [value for value in values if value is not None]

    def _sum(self, metric: str) -> float | None:
        known = self._known(metric)
        return None if self.eligible and not known else rounded(sum(known))

    def _best(self, metric: str) -> float | None:
        known = self._known(metric)
        return None if self.eligible and not known else max(known, default=0)


def restart(situation: Situation) -> tuple[int | None, int | None]:
    """Where a dose begins again: after the last outing with a RED (exclusive), from the end of a layoff (inclusive)."""
    reds = [s.outing for s in situation.in_window(60, entry=True) if s.kind == "RED"]
    ends = [ended for days, ended in situation.gaps() if days >= 15 and ended is not None]
    return (reds[-1].sessions[-1].start if reds else None), (ends[-1] if ends else None)


# What else READY asks for


def not_ready(situation: Situation, dose: Dose) -> list[Row]:
    """Rows of `missing` that do not touch `sufficient`, in the order of the specification."""
    return [
        *tolerated_of_4(situation),
        *unsettled(situation),
        *latest_24h(situation),
        *latest_morning(situation),
        *previous_24h(situation),
        *after_gap(situation, dose),
    ]


def tolerated_of_4(situation: Situation) -> list[Row]:
    last_four = situation.outings_in_window(28, entry=True)[-4:]
    good = sum(outing.kind not in ("AMBER", "RED") for outing in last_four)
    return [("tolerated_of_4", good, len(last_four) - 1)] if good < len(last_four) - 1 else []


def unsettled(situation: Situation) -> list[Row]:
    sore = [session for session in situation.in_window(28, entry=True) if session.kind in ("AMBER", "RED")]
    still = [session for session in sore if not situation.settled(session)]
    return [("settled", still[-1].kind, "SETTLED")] if still else []


def outings_since_entry(situation: Situation) -> list[Outing]:
    return situation.outings_in_window(60, entry=True)


def latest_24h(situation: Situation) -> list[Row]:
    outings = outings_since_entry(situation)
    kind = outings[-1].kind if outings else None
    return [] if kind == "GREEN" else [("latest_24h", kind, "GREEN")]


def latest_morning(situation: Situation) -> list[Row]:
    if not situation.daily:
        return []
    at, value = situation.daily[-1]
    green = situation.limits_at(at).green
    rise = rounded(max(0, value - situation.baseline))
    if at >= situation.since(3, entry=False) and (value > green["morning"] or rise > green["rise"]):
        return [("latest_morning", "AMBER", "GREEN")]
    return []


def previous_24h(situation: Situation) -> list[Row]:
    sessions = [session for outing in outings_since_entry(situation)[-3:-1] for session in outing.sessions]
    open_mornings = [s for s in sessions if s.morning is None and situation.now < s.deadline]
    silent = [
        session
        for session in sessions
        if session.painkillers
        or session.answer("during") is None
        or (session.morning is None and session not in open_mornings)
    ]
    if silent:
        return [("previous_24h", "UNKNOWN", "ANSWERED")]
    return [("previous_24h", "PENDING", "ANSWERED")] if open_mornings else []


def after_gap(situation: Situation, dose: Dose) -> list[Row]:
    ends = [ended for days, ended in situation.gaps() if days >= 8]
    if not ends:
        return []
    ended = ends[-1]
    counted = [session for session in dose.counted if ended is not None and session.start >= ended]
    return [] if counted else [("after_gap", 0, 1)]
