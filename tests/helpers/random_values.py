"""Answers, metrics and steps in time that random cases draw from."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from typing import Any

from rules.vocabulary import CheckIn

PAINS = [0, 0, 1, 1, 1, 2, 2, 3, 3.3, 4, 5, 5.5, 6, 9, None]
_RARELY = [None, False, False, False, False, False, False, False, True]
answers: dict[str, Any] = {
    "during": PAINS,
    "after": PAINS,
    "morning": [*PAINS, None, None, None],
    "stiff_min": [None, None, 0, 29, 30, 40],
    "site": [None, None, None, "ischial", "ischial", "back", "calf"],
    "distal_spread": _RARELY,
    "stopped": [*_RARELY, False, False, False],
    "sharp_sudden": [*_RARELY, False, False, False],
    "character": [(), (), (), ("tightness",), ("tightness", "tingling"), ("numb",)],
    "sitting": [None, None, 0, 0, 1, 3, 4],
    "cough": [None, None, False, True],
    "painkillers": [None, None, None, False, False, False, True],
}
# Distances around 3 % above a tenth or 500 m, and around 1.3 and 2 times, of a base of 2,500, 3,250, 4,000 or 6,000 m.
_METRES = [0, 1499, 1500, 2500, 2500, 3000, 3090, 3091, 3250, 3862, 3863, 4000, 4635, 4636, 5000, 5001, 5200, 6000]
metric_values: dict[str, Any] = {
    "run_s": [240, 299, 300, 599, 600, 900, 1200, 1500, 1545, 1800, 1854, 1855, 2700, None],
    "run_m": [*_METRES, 6798, 6799, 7800, 7801, 8000, 12001, None],
    "cont_run_s": [300, 600, 1200, 1236, 1237, None],
    "fat_s": [0, 150, 300, 900, None],
    "peak3_pct": [48, 60, 60.5, 61.8, 61.9, 70, 72.1, 85, None],
    "peak5_pct": [None, None, None, 48, 61, 75],
    "eff80_n": [0, 1, 4, None],
    "eff90_n": [0, 1, 2, 4, 5, None],
    "eff90_ceil_n": [None, None, 0, 2, 4, 5],
    "ff80_n": [0, 1, None],
    "fast90_s": [0, 5, None],
    "inc2_s": [0, 300, 900, 1000, None],
    "inc4_s": [0, 20, 31, 60, 61, 62, None],
    "dn4_s": [0, 200, 309, 310, None],
    "t_thr95_s": [0, 0, 60, 300, 309, 310, None],
    "t_thr95_ceil_s": [None, None, 0, 155, 310],
    "uf_n": [0, 0, 1, 3, 4, None],
    "uf_ceil_n": [None, None, 0, 2, 4],
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
_GOOD_FOR: dict[str, dict[str, Any]] = {
    "P3": {"run_s": [1500, 2700], "run_m": [5000, 6000, 6500], "fat_s": [300, 600]},
    "P4": {"run_s": [1500], "run_m": [3000, 6000], "inc2_s": [600]},
    "P9": {"run_s": [1500], "run_m": [3000], "eff90_n": [2, 4], "eff90_ceil_n": [2, 4, None], "peak3_pct": [95]},
    "U1": {"run_s": [300, 600], "cont_run_s": [300, 600]},
    "U2": {"run_s": [900], "run_m": [2500, 2900], "t_thr95_s": [60, 150], "t_thr95_ceil_s": [60, 300, None]},
    "U3": {"run_m": [2500, 2900], "t_thr95_s": [60]},
    "U4": {"uf_n": [1], "ff80_n": [1], "fast90_s": [3]},
}
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
_MIX = random.Random(20260330)  # mixed once, for one draw of a whole mixture is quicker than ten of its parts


def mixtures(values: dict[str, Any], how_many: int) -> list[dict[str, Any]]:
    return [{name: _MIX.choice(some) for name, some in values.items()} for _ in range(how_many)]


def near(*times: timedelta) -> list[timedelta]:
    """The times, and a second to either side of each."""
    return [time + by for time in times for by in (timedelta(0), -SECOND, SECOND)]


GOOD_RUNS, ANY_RUNS = mixtures(good_values, 60), mixtures(metric_values, 600)
GOOD_RUNS_FOR = {stage: mixtures({**good_values, **values}, 20) for stage, values in _GOOD_FOR.items()}
GOOD_ANSWERS = [CheckIn(**mix) for mix in mixtures({"during": [0, 1, 2], "after": [0, 2], "morning": [0, 1]}, 20)]
ANY_ANSWERS = [None] * 20 + [CheckIn(**mix) for mix in mixtures(answers, 500)]
ONE_WRONG = [
    replace(mix, **{name: _MIX.choice(values)})
    for mix in GOOD_ANSWERS
    for name, values in answers.items()
    for _ in "ab"
]
# The next session: so long after the end of the one before, after its start, or after the first start of the outing.
_AFTER_END = [*near(12 * HOUR), 2 * HOUR, 5 * HOUR, 11 * HOUR]
_AFTER_START = [*near(24 * HOUR, 48 * HOUR), 30 * HOUR, 72 * HOUR, 96 * HOUR]
_AFTER_FIRST = [*near(20 * HOUR), 19 * HOUR]
LONG_GAPS = near(8 * DAY, 15 * DAY, 28 * DAY, 56 * DAY)
NEXT = (
    [("start", time) for time in _AFTER_START * 3]
    + [("end", time) for time in _AFTER_END * 2]
    + [("first", time) for time in _AFTER_FIRST]
    + [("start", time) for time in LONG_GAPS]
)
GOOD_NEXT = [("start", 24 * HOUR), ("start", 48 * HOUR), ("start", 48 * HOUR), ("start", 73 * HOUR)]
LAST_AGES = [2 * HOUR, 11 * HOUR, *near(36 * HOUR), 40 * HOUR, 3 * DAY, 6 * DAY, *near(7 * DAY), *LONG_GAPS]
MORNINGS = [*near(5 * HOUR, 36 * HOUR), 8 * HOUR, 24 * HOUR]
