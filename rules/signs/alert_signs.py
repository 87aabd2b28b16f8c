"""Alert signs: what in a history somebody should hear of, beyond the reasons of a verdict.

Every number here is an expert default.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from rules.numbers import known, metric
from rules.rows.unknown import is_overdue
from rules.signs.speed_upkeep import NUDGE_DAYS, STALE_DAYS, days_without_speed
from rules.signs.week_signs import distance_jump, morning_change, novelties, peaks_above_reference
from rules.speech.amounts import amount
from rules.view import View
from rules.windows import ANSWER_HOURS, HOUR, MONTH_DAYS, WEEK_DAYS, age_days, whole_days

NUDGE_HOURS = 30  # after the end of a run; the answer is awaited until 36
RISING_SESSIONS = 4
RISE = 2  # points of pain
BROKEN_OFF = 3  # of five
STALLED_DAYS = 56
STALLED_STEPS_BACK = 2
STALLED_TIMES = 3  # so many times the least days of the stage


@dataclass(frozen=True, slots=True, kw_only=True)
class StageEvent:
    """A step that was taken: when, which way, and to which place of the ladder (from 0)."""

    at: datetime
    kind: str
    stage_index: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """Something seen in the history: in one session, or in the runner's days."""

    code: str
    measured: str = ""
    item: str | None = None
    session_id: str | None = None


def missing_24h(view: View, _: Sequence[StageEvent]) -> Iterator[Sign]:
    """A morning answer that is late, and still in time."""
    for seen in view.seen:
        hours = (view.now - seen.session.end) / HOUR
        if NUDGE_HOURS <= hours < ANSWER_HOURS and seen.morning is None:
            yield Sign(code="MISSING_24H", session_id=seen.id)


def missing_first(view: View, _: Sequence[StageEvent]) -> Iterator[Sign]:
    """The first outing of the week without an answer in time, after one that was answered."""
    since = view.case.asked_since
    outings = [outing for outing in view.last_outings(MONTH_DAYS) if since is None or outing.start >= since]
    for place, outing in enumerate(outings):
        is_first = place == 0 or not is_overdue(outings[place - 1], view)
        if outing.age_days <= WEEK_DAYS and is_first and is_overdue(outing, view):
            yield Sign(code="MISSING_FIRST", session_id=outing.sessions[-1].id)


def during_rising(view: View, _: Sequence[StageEvent]) -> Iterator[Sign]:
    """Pain during the last four sessions that never falls and has risen by 2 points."""
    scores = [known(seen.session.check_in.during) if seen.session.check_in else None for seen in view.since_entry[-4:]]
    pains = [pain for pain in scores if pain is not None]
    if len(pains) == RISING_SESSIONS and pains == sorted(pains) and pains[-1] - pains[0] >= RISE:
        yield Sign(code="DURING_RISING", measured=", ".join(amount(pain, None) for pain in pains))


def broke_off(view: View, _: Sequence[StageEvent]) -> Iterator[Sign]:
    """Three of the last five sessions with less than half of the longest run that the stage asks for."""
    asked_s = max(group.get("run_s", 0.0) for group in (view.stage.each, view.stage.max))
    times = [metric(seen.session.metrics, "run_s") for seen in view.since_entry[-5:]]
    short = sum(run_s is not None and run_s < asked_s / 2 for run_s in times)
    if short >= BROKEN_OFF:
        yield Sign(code="BROKE_OFF", measured=str(short))


def stalled(view: View, events: Sequence[StageEvent]) -> Iterator[Sign]:
    """Back twice without having got higher, or three times as long on a stage as it asks for."""
    recent = [e for e in events if e.kind == "REGRESS" and 0 <= age_days(view.now, e.at) <= STALLED_DAYS]
    back = sorted(recent, key=lambda event: event.at)
    no_higher = any(later.stage_index <= earlier.stage_index for earlier, later in pairwise(back))
    if len(back) >= STALLED_STEPS_BACK and no_higher:
        yield Sign(code="STALLED", measured=f"{len(back)} steps back within {STALLED_DAYS} days")
    days, least = whole_days(view.now, view.case.stage_entered_at), view.stage.min_days or 0
    if not view.stage.terminal and 0 < STALLED_TIMES * least < days:
        yield Sign(code="STALLED", measured=f"{days} days on a stage of at least {amount(least, 'd')}")


def novel(view: View, _: Sequence[StageEvent]) -> Iterator[Sign]:
    """A fast or uphill dose far above the runner's own of the month, and above the stage's."""
    for code, seen, item, measured in novelties(view):
        yield Sign(code=code, session_id=seen.id, item=item, measured=measured)


def week_jump(view: View, _: Sequence[StageEvent]) -> Iterator[Sign]:
    """Much more distance than the week before."""
    ratio = distance_jump(view)
    if ratio is not None:
        yield Sign(code="WEEK_JUMP", measured=f"{amount(round(ratio, 2), None)} times")


def morning_worse(view: View, _: Sequence[StageEvent]) -> Iterator[Sign]:
    """Worse mornings than the week before."""
    change = morning_change(view)
    if change is not None and change > 0:
        yield Sign(code="MORNING_WORSE", measured=f"{amount(change, None)} points higher")


def speed(view: View, _: Sequence[StageEvent]) -> Iterator[Sign]:
    """After the last stage: a while, or a long while, without an effort near top speed."""
    days = days_without_speed(view) if view.stage.terminal else 0
    if days >= NUDGE_DAYS:
        yield Sign(code="SPEED_STALE" if days >= STALE_DAYS else "SPEED_NUDGE", measured=amount(days, "d"))


def vmax_exceeded(view: View, _: Sequence[StageEvent]) -> Iterator[Sign]:
    """A run faster than the top speed on record: a better reference, or a sensor that errs."""
    for seen, percent in peaks_above_reference(view):
        yield Sign(code="VMAX_EXCEEDED", session_id=seen.id, measured=amount(percent, "%"))


SIGNS: tuple[Callable[[View, Sequence[StageEvent]], Iterator[Sign]], ...] = (
    missing_24h,
    missing_first,
    during_rising,
    broke_off,
    stalled,
    novel,
    week_jump,
    morning_worse,
    speed,
    vmax_exceeded,
)
