"""Cases drawn at random: near the boundaries of the rules, and often enough complete to be worth breaking."""

from __future__ import annotations

import os
import random
from datetime import datetime, timedelta
from typing import Any

from cases import NOW, run
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from rules.case import Case
from rules.vocabulary import CheckIn, DailyCheckIn, Flag, Hold, References, Session

thoroughly = settings(
    max_examples=int(os.environ.get("STRIDEGATE_EXAMPLES", "60")),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)

PLAN: dict[str, Any] = {
    "name": "a plan made up for tests",
    "version": "7",
    "sites": ["ischial"],
    "profile": "TENDON",
    "stages": [
        {"id": "S1", "n": 1, "spacing_h": 24, "min_days": 2, "window_days": 14, "each": {"run_s": 600}}
        | {"ceil": {"run_s": 1800, "peak3_pct": 60}, "ceil7": {"runs": 6}},
        {"id": "S2", "n": 2, "spacing_h": 24, "min_days": 3, "window_days": 14, "each": {"run_s": 600}}
        | {"total": {"fat_s": 300}, "max": {"run_s": 1200}}
        | {"ceil": {"run_s": 2400, "peak3_pct": 70, "inc4_s": 60}, "ceil7": {"runs": 6}},
        {"id": "S3", "n": 2, "spacing_h": 24, "min_days": 3, "window_days": 21, "need_vmax_measured": True}
        | {"each": {"eff90_n": 1}, "total": {"eff90_n": 3}, "ceil": {"eff90_n": 4}, "ceil7": {"runs": 6}},
        {"id": "S4", "terminal": True},
    ],
}
LADDERS = [(PLAN, ("S1", "S2", "S2", "S3", "S4")), ("PHT", ("P1", "P3", "P4", "P9")), ("IMT", ("C2", "C5", "C10"))]

_PAINS = [0, 0, 1, 1, 1, 2, 2, 3, 4, 5.5, 6, 9, None]
_RARELY = [None, False, False, False, False, False, True]
answers: dict[str, Any] = {
    "during": _PAINS,
    "after": _PAINS,
    "morning": _PAINS,
    "stiff_min": [None, None, 0, 29, 30],
    "site": [None, None, "ischial", "back"],
    "distal_spread": _RARELY,
    "stopped": _RARELY,
    "sharp_sudden": _RARELY,
}
metric_values: dict[str, Any] = {
    "run_s": [300, 600, 900, 1200, 1500, 1800, 2700, None],
    "run_m": [0, 1500, 2500, 3000, 3001, 4000, 5200, 8000, None],
    "fat_s": [0, 150, 300, 900, None],
    "peak3_pct": [48, 60, 60.5, 70, 85, None],
    "eff90_n": [0, 1, 2, 4, 5, None],
    "eff90_ceil_n": [0, 4, 5, None],
    "inc2_s": [0, 300, 900, 1000, None],
    "inc4_s": [0, 60, 61, None],
    "decoupling_pct": [None, 4.0],
}
good_values: dict[str, Any] = {
    "run_s": [600, 1200, 1500],
    "run_m": [2500, 2800],
    "fat_s": [150, 300, 900],
    "peak3_pct": [48, 60],
    "eff90_n": [1, 2, 4],
    "inc2_s": [300, 900],
    "inc4_s": [0],
}
_A_SECOND = timedelta(seconds=1)
_MIX = random.Random(20260330)  # mixed once, for one draw of a whole mixture is quicker than ten of its parts


def _mixtures(values: dict[str, Any], how_many: int) -> list[dict[str, Any]]:
    return [{name: _MIX.choice(some) for name, some in values.items()} for _ in range(how_many)]


_GOOD_RUNS, _ANY_RUNS = _mixtures(good_values, 60), _mixtures(metric_values, 400)
_GOOD_ANSWERS = [CheckIn(**said) for said in _mixtures({"during": [0, 1, 2], "after": [0, 2], "morning": [0, 1]}, 20)]
_ANY_ANSWERS = [None] * 20 + [CheckIn(**said) for said in _mixtures(answers, 300)]


@st.composite
def moments(draw: Any, oldest_days: int = 70) -> datetime:
    """A moment before now, often exactly at the edge of a window, or a second beside it."""
    age = timedelta(hours=6 * draw(st.integers(0, 4 * oldest_days)))
    edge = draw(st.sampled_from([timedelta(0), timedelta(0), timedelta(0), _A_SECOND, -_A_SECOND]))
    return NOW - age - edge


@st.composite
def sessions(draw: Any, id: str, good: bool) -> Session:
    """A run; a good one is GREEN, well measured and within every ceiling of `PLAN`."""
    done = dict(draw(st.sampled_from(_GOOD_RUNS if good else _ANY_RUNS)))
    said = draw(st.sampled_from(_GOOD_ANSWERS if good else _ANY_ANSWERS))
    quality = "OK" if good else draw(st.sampled_from(["OK", "OK", "OK", "POOR"]))
    start = draw(moments(14 if good else 70))
    return run(id, start, done.pop("run_s") or 0, done.pop("run_m"), said, quality=quality, **done)


@st.composite
def random_cases(draw: Any, terminal: bool = True) -> Case:
    """A case: in one of two all sessions are good, so that many are ready."""
    good = draw(st.booleans())
    plan, stages = draw(st.sampled_from(LADDERS[:1] if good else LADDERS))
    some = draw(st.integers(0, 7))
    stages = stages if terminal else tuple(stage for stage in stages if stage not in {"S4", "C10"})
    rarely = [] if good else draw(st.sampled_from([[], [], [], [Flag(code="fever_unwell", raised_at=NOW)]]))
    return Case(
        programme=plan,
        stage=draw(st.sampled_from(stages)),
        profile=None if good else draw(st.sampled_from([None, None, "NEURAL", "IMT"])),
        stage_entered_at=NOW - timedelta(days=20) if good else draw(moments(30)),
        now=NOW,
        baseline_morning=draw(st.sampled_from([None, 0, 1, 2])),
        baseline_stiff_min=draw(st.sampled_from([None, 0, 10])),
        onset_at=draw(st.sampled_from([None, NOW - timedelta(days=42), NOW - timedelta(days=30)])),
        references=draw(references()),
        sessions=tuple(draw(sessions(f"s{i}", good)) for i in range(some)),
        daily=tuple(
            DailyCheckIn(at=draw(moments(9)), morning=draw(st.sampled_from(_PAINS)))
            for _ in range(0 if good else some // 2)
        ),
        flags=tuple(rarely),
        holds=() if good else draw(st.sampled_from([(), (), (), (Hold(from_=NOW - timedelta(days=1)),)])),
        notes=None,
    )


@st.composite
def references(draw: Any) -> References:
    """The runner's speeds: mostly known."""
    return References(
        v_max_mps=draw(st.sampled_from([8.0, 8.0, 8.0, None])),
        v_max_kind=draw(st.sampled_from(["measured", "measured", "measured", "estimated", None])),
        v_thr_mps=draw(st.sampled_from([4.0, 4.0, None])),
        declared_longest_m=draw(st.sampled_from([None, 3000, 6000])),
        declared_at=draw(st.sampled_from([None, NOW - timedelta(days=20), NOW - timedelta(days=35)])),
    )
