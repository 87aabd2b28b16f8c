"""Two readings of one specification, the quick one of the rules and a slow exact one, must agree on any recording."""

from __future__ import annotations

import json
import math
import os
from itertools import chain
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_recordings import RandomRecording, random_recording, smallest
from slow_measure import slow_measure
from slow_stream import arguments_of, rows_of
from soaking import SOAK

from rules.exposure import Previous, measure
from rules.vocabulary import References
from sensors.recording import Recording

STEPS_MS = (50, 200, 333, 400, 500, 1000, 1001, 2000, 2999, 3000, 3001, 4000, 5000, 6000, 7999, 8000, 8001, 13000)
LONG_STEPS_MS = (*STEPS_MS, 20_000, 22_999, 23_000, 23_001, 28_000, 60_000)
ROUNDED = 0.0011  # one step of the last rounded digit

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
arguments = st.fixed_dictionaries(
    {
        "v_max": st.sampled_from([None, 4.0, 6.0, 8.0]),
        "v_max_kind": st.sampled_from([None, "measured", "estimated"]),
        "v_thr": st.sampled_from([None, 2.0, 4.0]),
        "onset_s": st.sampled_from([0, 5, 10, 30.5, 60, 1800]),
        "previous": st.none() | st.tuples(st.sampled_from([0.0, 29.9, 30.0, 50.0]), st.sampled_from([0.0, 10.0, 60.0])),
        "hold_s": st.sampled_from([3.0, 3.0, 8.0]),
        "packets": st.booleans(),
        "cadence_unit": st.sampled_from([None, "steps", "strides"]),
        "pauses": st.just(()) | st.tuples(st.tuples(st.just(5.0), st.sampled_from([5.5, 20.0, 60.0]))),
        "typed_grade": st.booleans(),
    }
)


def with_times(table, shift_ms):
    moment, rows = shift_ms, []
    for values in table:
        rows.append({"t": moment / 1000, "v": values["v"], "cad": values["cad"], "grade": values["grade"]})
        moment += values["step_ms"]
    return rows


def quick_measure(rows, given):
    recording = Recording.of(
        [row["t"] for row in rows],
        speed_mps=[row["v"] for row in rows],
        cadence_spm=[row["cad"] for row in rows],
        grade=[row["grade"] for row in rows],
        sources={"grade": "runner" if given["typed_grade"] else "treadmill"},
        hold_s=float(given["hold_s"]),
        from_packets=given["packets"],
        cadence_unit=given["cadence_unit"],
        pauses_s=given["pauses"],
    )
    references = References(v_max_mps=given["v_max"], v_max_kind=given["v_max_kind"], v_thr_mps=given["v_thr"])
    previous = given["previous"] and Previous(ended_h_before=given["previous"][0], run_s=given["previous"][1])
    return measure(recording, references, fatigue_onset_s=given["onset_s"], previous=previous)


def differences(rows, given):
    """What the two readings say differently: {name: (slow, quick)}."""
    slow, quick = slow_measure(rows, **given), quick_measure(rows, given)
    pairs = {name: (value, quick.metrics.get(name)) for name, value in slow.metrics.items()}
    pairs["coverage_v"] = slow.coverage_v, quick.coverage_v
    pairs["quality"] = slow.quality, quick.quality
    pairs["SPEED_IMPLAUSIBLE"] = "SPEED_IMPLAUSIBLE" in slow.notes, "SPEED_IMPLAUSIBLE" in quick.notes
    return {name: pair for name, pair in pairs.items() if not same(*pair)}


def same(slow, quick):
    if isinstance(slow, float) and isinstance(quick, float):
        return math.isclose(slow, quick, abs_tol=ROUNDED, rel_tol=0)
    return slow == quick


@settings(max_examples=40 * SOAK, deadline=None)
@given(
    table=tables, order=st.randoms(use_true_random=False), shift_ms=st.integers(-10_000, 10_000), given_facts=arguments
)
def test_the_quick_and_the_slow_reading_agree(table, order, shift_ms, given_facts):
    rows = with_times(table, shift_ms)
    order.shuffle(rows)
    assert differences(rows, given_facts) == {}


@settings(max_examples=40 * SOAK, deadline=None)
@given(seed=st.integers(0, 2**40))
def test_the_readings_agree_on_runs_with_losses_hills_and_noise(seed):
    recording = random_recording(Random(seed))
    found = differences(recording.rows, recording.arguments)
    if found:
        raise AssertionError(as_small_as_possible(recording, found))


def as_small_as_possible(recording, found):
    """The disagreement in the fewest rows that still show one of the same metrics."""

    def still_differs(smaller: RandomRecording) -> bool:
        return bool(set(found) & set(differences(smaller.rows, smaller.arguments)))

    small = smallest(recording, still_differs)
    return f"{differences(small.rows, small.arguments)}\n{small}"


def _streams() -> list[Path]:
    folder = os.environ.get("STRIDEGATE_REAL_DATA")
    return sorted(Path(folder, "streams2").glob("*.json")) if folder else []


@pytest.mark.real
@pytest.mark.parametrize("path", _streams(), ids=lambda path: path.stem)
def test_the_slow_reading_measures_streams_as_they_expect(path):
    document = json.loads(path.read_bytes())
    slow = slow_measure(rows_of(document), **arguments_of(document))
    measured = slow.metrics | {"quality": slow.quality}
    for name, expected in document["expect"].items():
        tolerance = document["relative_tolerance"]
        if isinstance(expected, str) or expected is None:
            assert measured[name] == expected, name
        else:
            assert measured[name] == pytest.approx(expected, rel=tolerance), name
