"""Two readings of one specification, the quick one of the rules and a slow exact one, must agree on any recording."""

from __future__ import annotations

import math
from itertools import chain

from hypothesis import given, settings
from hypothesis import strategies as st
from slow_measure import slow_measure
from soaking import SOAK

from rules.exposure import Previous, measure
from rules.vocabulary import References
from sensors.recording import Recording

STEPS_MS = (50, 200, 333, 400, 500, 1000, 1001, 2000, 2999, 3000, 3001, 4000, 5000, 6000, 7999, 8000, 8001, 13000)
LONG_STEPS_MS = (*STEPS_MS, 20_000, 22_999, 23_000, 23_001, 28_000, 60_000)

speeds = st.one_of(
    st.none(),
    st.sampled_from([0.0, 1.1, 1.2, 1.9, 2.0, 2.1, 3.0, 3.8, 4.2, 4.8, 5.6, 6.4, 7.2, 7.6, 8.0, 12.5, 12.6, -0.1]),
    st.integers(0, 90).map(lambda tenth: tenth / 10),
)
row = st.fixed_dictionaries(
    {
        "step_ms": st.sampled_from(LONG_STEPS_MS) | st.just(1000) | st.just(0),
        "v": speeds,
        "cad": st.none() | st.sampled_from([39.0, 40.0, 57.0, 58.0, 80.0, 115.0, 139.0, 140.0, 175.0, 260.0, 261.0]),
        "grade": st.none() | st.integers(-46, 46).map(lambda percent: percent / 100) | st.just(0.04),
    }
)
steady = st.builds(
    lambda speed, grade, count: [{"step_ms": 1000, "v": speed, "cad": None, "grade": grade} for _ in range(count)],
    speeds,
    st.none() | st.sampled_from([-0.05, -0.04, -0.02, 0.0, 0.01, 0.02, 0.03, 0.04, 0.08]),
    st.integers(1, 25),
)
tables = st.lists(steady | st.lists(row, max_size=8), max_size=8).map(lambda parts: list(chain(*parts)))


def with_times(table, shift_ms):
    moment, rows = shift_ms, []
    for one in table:
        rows.append({"t": moment / 1000, "v": one["v"], "cad": one["cad"], "grade": one["grade"]})
        moment += one["step_ms"]
    return rows


def recording(rows, **facts):
    return Recording.of(
        [r["t"] for r in rows],
        speed_mps=[r["v"] for r in rows],
        cadence_spm=[r["cad"] for r in rows],
        grade=[r["grade"] for r in rows],
        **facts,
    )


@settings(max_examples=40 * SOAK, deadline=None)
@given(
    table=tables,
    order=st.randoms(use_true_random=False),
    shift_ms=st.integers(-10_000, 10_000),
    v_max=st.sampled_from([None, 4.0, 6.0, 8.0]),
    v_thr=st.sampled_from([None, 2.0, 4.0]),
    onset_s=st.sampled_from([0, 5, 10, 30.5, 60, 1800]),
    previous=st.none() | st.tuples(st.sampled_from([0.0, 29.9, 30.0, 50.0]), st.sampled_from([0.0, 10.0, 60.0])),
    hold_s=st.sampled_from([3.0, 3.0, 8.0]),
    unit=st.sampled_from([None, "steps", "strides"]),
    pause_at=st.none() | st.tuples(st.integers(0, 60_000), st.integers(1, 60_000)),
)
def test_the_quick_and_the_slow_reading_agree(
    table, order, shift_ms, v_max, v_thr, onset_s, previous, hold_s, unit, pause_at
):
    rows = with_times(table, shift_ms)
    pauses = () if pause_at is None else ((pause_at[0] / 1000, (pause_at[0] + pause_at[1]) / 1000),)
    slow, coverage, quality = slow_measure(
        rows, v_max=v_max, v_thr=v_thr, onset_s=onset_s, previous=previous, hold_s=hold_s, unit=unit, pauses=pauses
    )
    order.shuffle(rows)
    exposure = measure(
        recording(rows, hold_s=hold_s, cadence_unit=unit, pauses_s=pauses),
        References(v_max_mps=v_max, v_thr_mps=v_thr),
        fatigue_onset_s=onset_s,
        previous=None if previous is None else Previous(ended_h_before=previous[0], run_s=previous[1]),
    )
    assert {name: exposure.metrics[name] for name in slow} == slow_within_rounding(slow, exposure.metrics)
    others = set(exposure.metrics) - set(slow) - {"dur_s", "walk_s"} - ACCELERATION
    assert not {name: exposure.metrics[name] for name in others if exposure.metrics[name] is not None}
    assert (exposure.coverage_v, exposure.quality) == (coverage, quality)


ACCELERATION = {"acc2_n", "dec2_n", "acc3_n", "dec3_n"}


def slow_within_rounding(slow, quick):
    """The slow value, or the quick one where they differ by the last rounded digit alone."""
    return {
        name: quick[name]
        if value is not None and quick[name] is not None and math.isclose(value, quick[name], abs_tol=0.0011, rel_tol=0)
        else value
        for name, value in slow.items()
    }
