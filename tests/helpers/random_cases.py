"""Cases drawn at random: near the boundaries of the rules, and often enough complete to be worth breaking.

`draw_case` takes its choices from a function, so that Hypothesis (`random_cases`) and a seeded generator of random
numbers (`seeded_cases`, about ten times faster) draw from the same cases.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from cases import NOW, run
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from random_plans import (
    FIELD_LADDERS,
    LADDERS,
    OVERRIDES,
    PLAN,
    PROFILES,
    TERMINAL,
    UNUSABLE_PLANS,
    UNUSABLE_PROFILES,
)
from random_values import (
    ANY_ANSWERS,
    ANY_RUNS,
    DAY,
    GOOD_ANSWERS,
    GOOD_NEXT,
    GOOD_RUNS,
    GOOD_RUNS_FOR,
    HOUR,
    LAST_AGES,
    MORNINGS,
    NEXT,
    ONE_WRONG,
    PAINS,
    SECOND,
    answers,
    good_values,
    metric_values,
    near,
)

from rules.case import Case
from rules.vocabulary import DailyCheckIn, Flag, Hold, References, Session

__all__ = ["LADDERS", "PLAN", "answers", "good_values", "moments", "random_cases", "seeded_cases", "sessions"]
Pick = Callable[[Sequence[Any]], Any]

thoroughly = settings(
    max_examples=int(os.environ.get("STRIDEGATE_EXAMPLES", "60")),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)


@st.composite
def moments(draw: Any, oldest_days: int = 70) -> datetime:
    """A moment before now, often exactly at the edge of a window, or a second beside it."""
    return _moment(_picks(draw), oldest_days)


@st.composite
def sessions(draw: Any, id: str, good: bool) -> Session:
    """A run; a good one is GREEN, well measured and within every ceiling of `PLAN`."""
    pick = _picks(draw)
    session = _session(pick, id, NOW, "S2", good)
    return _moved(session, _moment(pick, 14 if good else 70))


@st.composite
def random_cases(draw: Any, terminal: bool = True, anything: bool = False) -> Case:
    """A case: in two of five all sessions are good, so that many are ready; in one of five most of them.

    With `anything` also stage overrides, own profiles of add-ons, and what cannot be used (PROGRAMME_INVALID).
    """
    return draw_case(_picks(draw), terminal=terminal, anything=anything)


def seeded_cases(seed: int, how_many: int, *, anything: bool = True) -> Iterator[Case]:
    """The same cases, quickly: of one seed always the same."""
    chance = random.Random(seed)
    for _ in range(how_many):
        yield draw_case(chance.choice, anything=anything)


def draw_case(pick: Pick, *, terminal: bool = True, anything: bool = False) -> Case:
    """A case from choices; `care` is how many of ten sessions are good."""
    care = pick([10, 10, 9, 5, 0])
    good = care == 10
    plan, stages = pick(LADDERS[:1] if good and pick([True, True, False]) else LADDERS)
    stage = pick(stages if terminal else tuple(stage for stage in stages if stage not in TERMINAL))
    some = _timeline(pick, stage, care)
    case = Case(
        programme=plan,
        stage=stage,
        profile=None if care >= 9 else pick([None, None, None, *PROFILES]),
        stage_entered_at=_entry(pick, some, care),
        now=NOW,
        baseline_morning=pick([None, 0, 0.3, 1, 2]),
        baseline_stiff_min=pick([None, 0, 10]),
        onset_at=pick([None, NOW - 42 * DAY, NOW - 30 * DAY, NOW - 35 * DAY + SECOND]),
        references=_references(pick),
        sessions=some,
        daily=() if good else _daily(pick, some),
        flags=() if care >= 5 else pick([(), (), (), (Flag(code="fever_unwell", raised_at=NOW),)]),
        holds=() if care >= 5 else pick([(), (), (), (Hold(from_=NOW - DAY),)]),
    )
    if not good and pick([True, False, False]):
        case = _with_times_of_change(pick, case)
    return _with_anything(pick, case) if anything and pick([True, False, False]) else case


def _picks(draw: Any) -> Pick:
    return lambda choices: draw(st.sampled_from(choices))


def _moment(pick: Pick, oldest_days: int) -> datetime:
    age = timedelta(hours=6 * pick(range(4 * oldest_days + 1)))
    return NOW - age - pick([timedelta(0), timedelta(0), timedelta(0), SECOND, -SECOND])


def _session(pick: Pick, id: str, start: datetime, stage: str, good: bool, spoilt: bool = False) -> Session:
    """A good session, one with a single answer or metric at odds, or one of any kind."""
    done = dict(pick(GOOD_RUNS_FOR.get(stage, GOOD_RUNS) if good or spoilt else ANY_RUNS))
    check_in = pick(GOOD_ANSWERS if good else ONE_WRONG if spoilt else ANY_ANSWERS)
    quality = "OK" if good else pick(["OK", "OK", "OK", "OK", "POOR"])
    if spoilt and pick([True, False, False]):
        name = pick(sorted(metric_values))
        done[name] = pick(metric_values[name])
    run_s = done.pop("run_s")
    session = run(id, start, run_s or 0, done.pop("run_m"), check_in, quality=quality, **done)
    if run_s is not None:
        return session
    return replace(session, end=start + 1200 * SECOND, metrics={**session.metrics, "run_s": None})


def _moved(session: Session, start: datetime) -> Session:
    return replace(session, start=start, end=start + (session.end - session.start))


def _timeline(pick: Pick, stage: str, care: int) -> tuple[Session, ...]:
    """Sessions one after the other, the last at an edge before now; or each at a moment of its own."""
    made: list[Session] = []
    first = start = NOW
    scattered = care <= 5 and pick([True, False])
    ids = pick([("s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7"), ("b", "a", "d", "c", "f", "e", "h", "g")])
    for place in range(pick([4, 5, 6, 7, 8] if care >= 9 else range(9))):
        good = pick(range(10)) < care
        session = _session(pick, ids[place], start, stage, good, spoilt=not good and care >= 5)
        made.append(_moved(session, _moment(pick, 14 if good else 70)) if scattered else session)
        kind, time = pick(GOOD_NEXT if good and (care == 10 or pick([True, True, False])) else NEXT)
        start = {"start": start, "end": session.end, "first": first}[kind] + time
        first = start if kind == "start" else first
    if not made or scattered:
        return tuple(made)
    last = made[-1].start if pick([True, True, False]) else made[-1].end
    age = pick([37 * HOUR, 40 * HOUR, 60 * HOUR] if care == 10 or pick([True, False]) else LAST_AGES)
    if care < 9 and pick(range(12)) == 0:
        age = pick([-SECOND, -2 * DAY])
    by = NOW - age - last
    return tuple(_moved(session, session.start + by) for session in made)


def _entry(pick: Pick, some: tuple[Session, ...], care: int) -> datetime:
    if some and pick([True, False]):
        first = pick(some if care < 9 else sorted(some, key=lambda session: session.start)[:2])
        return first.start - pick([timedelta(0), -SECOND, HOUR, DAY, 5 * DAY, *near(8 * DAY)])
    return NOW - 20 * DAY if care >= 9 else pick([NOW + DAY, NOW - 3 * DAY, *[_moment(pick, 70)] * 8])


def _daily(pick: Pick, some: tuple[Session, ...]) -> tuple[DailyCheckIn, ...]:
    found = []
    for _ in range(pick([0, 0, 1, 2, 4])):
        at = pick(some).end + pick(MORNINGS) if some and pick([True, False]) else _moment(pick, pick([3, 9, 70]))
        found.append(DailyCheckIn(at=at, morning=pick(PAINS)))
    return tuple(found)


def _with_times_of_change(pick: Pick, case: Case) -> Case:
    """A changed profile, an examination of the nerves, the first check-in: each at the start of a session or beside."""

    def near_a_start() -> datetime:
        if not case.sessions:
            return _moment(pick, 30)
        return pick(case.sessions).start + pick([timedelta(0), SECOND, -SECOND])

    if pick([True, False]):
        case = replace(case, profile_since=near_a_start(), profile_before=pick(PROFILES))
    return replace(
        case,
        nerve_checked_at=near_a_start() if pick([True, False]) else pick([None, NOW + SECOND]),
        asked_since=near_a_start() if pick([True, False, False]) else None,
    )


def _with_anything(pick: Pick, case: Case) -> Case:
    what = pick(["override"] * 12 + ["field"] * 4 + ["plan", "profile"])
    if what == "override":
        return replace(case, stage_override=pick(OVERRIDES))
    if what == "field":
        plan, stages = pick(FIELD_LADDERS)
        return replace(case, programme=plan, stage=pick(stages), profile=pick([None, *PROFILES]))
    if what == "plan":
        return replace(case, programme=pick(UNUSABLE_PLANS))
    if case.profile_since is not None and pick([True, False]):
        return replace(case, profile_before=pick(UNUSABLE_PROFILES))
    return replace(case, profile=pick(UNUSABLE_PROFILES))


def _references(pick: Pick) -> References:
    """The runner's speeds: mostly known."""
    return References(
        v_max_mps=pick([8.0, 8.0, 8.0, 4.0, None]),
        v_max_kind=pick(["measured", "measured", "measured", "estimated", None]),
        v_thr_mps=pick([4.0, 4.0, 2.35, None]),
        declared_longest_m=pick([None, 3000, 4000, 6000]),
        declared_at=pick([None, NOW - 20 * DAY, NOW - 35 * DAY]),
    )


@st.composite
def references(draw: Any) -> References:
    """The runner's speeds: mostly known."""
    return _references(_picks(draw))
