"""Sessions, outings, mornings and response classes of a case document, read from the text of the rules.

Part of the second implementation of the decision (slow_decide.py). Times are whole microseconds since 1970.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from slow_plan import Limits, Plan, number

HOUR = 3_600_000_000
DAY = 24 * HOUR
WORST_FIRST = ["RED", "AMBER", "UNKNOWN", "PENDING", "GREEN"]


def moment(text: Any) -> int | None:
    """Microseconds since 1970 of an ISO 8601 time; None stays None."""
    if text is None:
        return None
    time = text if isinstance(text, datetime) else datetime.fromisoformat(re.sub("Z$", "+00:00", text))
    return (time - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def rounded(value: float) -> float:
    """A computed amount as it is compared: six decimals."""
    return round(value, 6)


@dataclass
class Run:
    """One session of the horizon with its answers; `kind` is its response class."""

    id: str
    start: int
    end: int
    poor: bool
    metrics: dict[str, Any]
    answers: dict[str, Any]
    is_run: bool = False
    morning: float | None = None
    kind: str = ""
    outing: Outing = field(default=None, repr=False)  # type: ignore[assignment]

    def metric(self, name: str) -> float | None:
        return number(self.metrics.get(name))

    def answer(self, name: str) -> float | None:
        return number(self.answers.get(name))

    @property
    def deadline(self) -> int:
        return self.end + 36 * HOUR

    @property
    def painkillers(self) -> bool:
        return bool(self.answers.get("painkillers"))


@dataclass
class Outing:
    """Sessions that follow each other within hours."""

    place: int
    sessions: list[Run]

    @property
    def time(self) -> int:
        return self.sessions[0].start

    @property
    def kind(self) -> str:
        return min((session.kind for session in self.sessions), key=WORST_FIRST.index)

    @property
    def poor(self) -> bool:
        return any(session.poor for session in self.sessions)

    def until(self, session: Run) -> list[Run]:
        """The sessions of the outing from the first up to and including this one."""
        return self.sessions[: self.sessions.index(session) + 1]


class Situation:
    """A case document as the rules see it: sessions of the last 60 days in order, each in its outing and judged."""

    def __init__(self, document: dict[str, Any], plan: Plan) -> None:
        self.document, self.plan = document, plan
        self.now: int = moment(document["now"])  # type: ignore[assignment]
        self.entry: int = moment(document["stage_entered_at"])  # type: ignore[assignment]
        self.baseline = number(document.get("baseline_morning")) or 0
        self.stiff_baseline = number(document.get("baseline_stiff_min")) or 0
        self.profile_since = moment(document.get("profile_since"))
        self.daily = self._daily()
        self.sessions = self._sessions()
        self.outings = outings_of(self.sessions)
        for session in self.sessions:
            session.is_run = self._is_run(session)
            session.morning = self._morning(session)
            session.kind = self._kind(session)

    def since(self, days: float, *, entry: bool) -> int:
        """The beginning of a window of so many days that ends now."""
        begin = self.now - int(days * DAY)
        return max(begin, self.entry) if entry else begin

    def in_window(self, days: float, *, entry: bool) -> list[Run]:
        begin = self.since(days, entry=entry)
        return [session for session in self.sessions if session.start >= begin]

    def outings_in_window(self, days: float, *, entry: bool) -> list[Outing]:
        begin = self.since(days, entry=entry)
        return [outing for outing in self.outings if outing.time >= begin]

    def limits_at(self, time: int) -> Limits:
        """What is judged from before a change of profile meets the stricter of both."""
        if self.profile_since is not None and time < self.profile_since:
            return self.plan.stricter_limits
        return self.plan.limits

    def _daily(self) -> list[tuple[int, float]]:
        """Daily mornings until now in order of time; of those with one time, the largest."""
        largest: dict[int, float] = {}
        for answer in self.document.get("daily") or []:
            at, value = moment(answer["at"]), number(answer.get("morning"))
            if at is not None and value is not None and at <= self.now:
                largest[at] = max(value, largest.get(at, value))
        return sorted(largest.items())

    def _sessions(self) -> list[Run]:
        by_id = {}
        for session in self.document.get("sessions") or []:
            run = Run(
                id=session["id"],
                start=moment(session["start"]),  # type: ignore[arg-type]
                end=moment(session["end"]),  # type: ignore[arg-type]
                poor=session.get("quality") == "POOR",
                metrics=session.get("metrics") or {},
                answers=session.get("check_in") or {},
            )
            if self.now - 60 * DAY <= run.start <= self.now:
                by_id[run.id] = run
        return sorted(by_id.values(), key=lambda run: (run.start, run.id))

    def _is_run(self, session: Run) -> bool:
        least = 600.0
        each_run_s = self.plan.amounts("each").get("run_s", 0)
        if 0 < each_run_s < least:
            least = each_run_s
        run_s, run_m = session.metric("run_s"), session.metric("run_m")
        if run_s is not None:
            return run_s >= least
        return run_m is not None and run_m >= 1500

    def _morning(self, session: Run) -> float | None:
        """The own value, else the first daily one of its morning, else the largest own one later in its outing."""
        if session.answer("morning") is not None:
            return session.answer("morning")
        for at, value in self.daily:
            if session.end + 5 * HOUR <= at <= session.end + 36 * HOUR:
                return value
        later = [other.answer("morning") for other in session.outing.sessions if other.start > session.start]
        return max((value for value in later if value is not None), default=None)

    def _kind(self, session: Run) -> str:
        limits = self.limits_at(session.start)
        answers = session.answers
        values = {name: session.answer(name) for name in ("during", "after", "sitting")}
        values["morning"] = session.morning
        if session.morning is not None:
            values["rise"] = rounded(max(0, session.morning - self.baseline))
        known = {item: value for item, value in values.items() if value is not None}
        if answers.get("stopped") or answers.get("sharp_sudden"):
            return "RED"
        if any(value >= limits.red[item] for item, value in known.items() if item in limits.red):
            return "RED"
        if answers.get("distal_spread"):
            return "RED" if limits.spread_is_red else "AMBER"
        if any(value > limits.green[item] for item, value in known.items() if item in limits.green):
            return "AMBER"
        stiff = session.answer("stiff_min")
        if stiff is not None and stiff >= rounded(self.stiff_baseline + 30):
            return "AMBER"
        return self._tolerated(session)

    def _tolerated(self, session: Run) -> str:
        """GREEN, or why that cannot be told."""
        if session.painkillers:
            return "UNKNOWN"
        if session.morning is None and self.now < session.deadline:
            return "PENDING"
        if session.morning is None or session.answer("during") is None:
            return "UNKNOWN"
        return "GREEN"

    def gaps(self) -> list[tuple[int, int | None]]:
        """Whole days between neighbouring moments since entry, each with the start of the run that ended it.

        The last one is the current gap, which no run has ended (None).
        """
        begin = self.since(60, entry=True)
        if begin > self.now:
            return [(0, None)]
        moments = [begin, *(session.start for session in self.sessions if session.is_run and session.start >= begin)]
        gaps: list[tuple[int, int | None]] = [((later - earlier) // DAY, later) for earlier, later in pairwise(moments)]
        return [*gaps, ((self.now - moments[-1]) // DAY, None)]

    def settled(self, session: Run) -> bool:
        """True if runs of later outings show that a RED (or AMBER) session is over."""
        later = [
            other
            for outing in self.outings[session.outing.place + 1 :]
            for other in outing.sessions
            if other.kind == "GREEN" and not other.poor and other.is_run
        ]
        if len({other.outing.place for other in later}) >= 2:
            return True
        whole = rounded(sum(self._duration(part) for part in session.outing.sessions))
        each = self.plan.amounts("each")
        for other in later:
            run_s = other.metric("run_s")
            if each and meets_each(other, each):
                return True
            if run_s is not None and run_s >= rounded(whole / 2):
                return True
        return False

    @staticmethod
    def _duration(session: Run) -> float:
        run_s = session.metric("run_s")
        return (session.end - session.start) / 1_000_000 if run_s is None else run_s


def meets_each(session: Run, each: dict[str, float]) -> bool:
    """True if every minimum of a counting session is met; what was not measured meets none."""
    values = {name: session.metric(name) for name in each}
    return all(value is not None and value >= each[name] for name, value in values.items())


def outings_of(sessions: list[Run]) -> list[Outing]:
    """The outings of sessions in order, and each session's outing noted in it."""
    outings: list[Outing] = []
    for place, session in enumerate(sessions):
        if place and joins(outings[-1], session.start):
            outings[-1].sessions.append(session)
        else:
            outings.append(Outing(len(outings), [session]))
        session.outing = outings[-1]
    return outings


def joins(outing: Outing, start: int) -> bool:
    """True if a session that starts then belongs to this outing."""
    return start < outing.sessions[-1].end + 12 * HOUR and start < outing.time + 20 * HOUR
