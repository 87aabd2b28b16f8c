"""Exposure as a whole: quality, notes, its JSON form, and what holds for any recording whatsoever."""

from __future__ import annotations

import json
import math
from datetime import datetime, timedelta, timezone

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from measured_runs import RUNNER, after, at, exposure_of, measured, recording, segment

from rules.exposure import PARTIAL, Exposure, measure
from rules.triggers import METRICS
from rules.vocabulary import References
from sensors.files.run import PARTIAL as PARTIAL_OF_FILES
from sensors.recording import CHANNELS, Recording

NAN = math.nan
SECONDS_AND_METRES = [
    name for name in METRICS if name.endswith(("_s", "_m")) and name not in ("dur_s", "d_prime_min_m")
]
COUNTS = [name for name in METRICS if name.endswith("_n")]


def gap_free(v_known_s, total_s):
    return exposure_of(segment(v_known_s, 3.0), segment(total_s - v_known_s, None))


@pytest.mark.parametrize(
    ("known_s", "total_s", "quality", "coverage"),
    [
        (800, 1000, "OK", 0.8),
        (799, 1000, "POOR", 0.799),
        (120, 120, "OK", 1.0),
        (119, 119, "POOR", 1.0),
        (0, 600, "POOR", 0.0),
    ],
)
def test_a_session_is_poor_below_80_percent_of_speed_or_below_two_minutes(known_s, total_s, quality, coverage):
    exposure = gap_free(known_s, total_s)
    assert (exposure.quality, exposure.coverage_v) == (quality, coverage)
    assert exposure.dur_s == total_s


@pytest.mark.parametrize(
    ("pauses", "coverage"),
    [
        ((), 0.522),  # 198.5 s of 380
        (((100.0, 280.0),), 0.9925),
        (((100.0, 200.0), (150.0, 280.0)), 0.9925),  # what two pauses share counts once
        (((100.0, 190.0),), 0.684),  # 198.5 of 290
        (((-500.0, 0.0), (400.0, 900.0)), 0.522),  # outside of the recording
        (((280.0, 100.0), (NAN, 200.0)), 0.522),  # no pauses at all
    ],
)
def test_declared_pauses_are_no_silence(pauses, coverage):
    # silent from 98 to 281 s: 98 holds of 1 s, one of 3 s that covers 1.5 steps, 99 of 1 s are 198.5 s of 380 s
    run = at([*range(98), 98, *range(281, 380)], [3.0] * 198, pauses_s=pauses)
    assert measured(run).coverage_v == pytest.approx(coverage, abs=0.0006)


def test_a_recording_that_is_all_pause_is_poor():
    assert measured(at([0, 1], [3.0, 3.0], pauses_s=((-1.0, 10.0),))).quality == "POOR"


def test_a_gap_is_neither_covered_nor_run():
    # 200 s, then an hour of silence, then 200 s
    run = at([*range(200), *range(3800, 4000)], [3.0] * 400)
    exposure = measured(run)
    assert exposure.metrics["run_s"] == 402  # the last sample before the gap holds for 3 s
    assert exposure.coverage_v == 0.1  # 400.5 of 4000: before a loss a sample covers 1.5 steps
    assert exposure.quality == "POOR"


def test_a_run_of_which_a_part_is_missing_is_poor():
    assert PARTIAL == PARTIAL_OF_FILES
    whole, part = (
        measured(recording(segment(600, 3.0), notes=(note,)))
        for note in ("the file calls this parkrun", f"{PARTIAL_OF_FILES}the file ends before it should")
    )
    assert (whole.quality, part.quality) == ("OK", "POOR")
    assert part.metrics["run_m"] == whole.metrics["run_m"] == 1800  # it counts for load and ceilings all the same


def test_the_notes_say_what_was_odd():
    run = recording(
        segment(200, 6.0, cadence_spm=85), hz=0.5, unreadable_packets=3, notes=("clock jumped",), hold_s=8.0
    )
    notes = measured(run, references=References(v_thr_mps=4.0)).notes
    assert notes[0] == "clock jumped"
    assert {"cad_doubled", "unreadable_packets 3", "effort_grade_unknown", "smart_recording", "v_max_estimated"} <= {
        *notes
    }
    assert "HR_ABSENT_INFO" in notes


@pytest.mark.parametrize(
    ("hz", "from_packets", "note"),
    [
        (0.5, True, "sparse_speed"),
        (0.5, False, "smart_recording"),
        (1.0, True, None),
        (1.0, False, None),
    ],
)
def test_a_speed_that_comes_too_seldom_for_short_efforts_is_noted(hz, from_packets, note):
    notes = measured(recording(segment(600, 3.0), hz=hz, from_packets=from_packets)).notes
    assert {"sparse_speed", "smart_recording"} & {*notes} == ({note} if note else set())


def test_a_plain_run_has_no_notes():
    assert exposure_of(segment(200, 3.0, grade=0.0, heart_rate_bpm=150)).notes == ()


def test_the_json_form_is_flat_and_complete():
    start = datetime(2026, 3, 1, 9, 30, tzinfo=timezone(timedelta(hours=2)))
    run = recording(segment(200, 3.0), start=start, sources={"speed_mps": "rsc"})
    form = measured(run).to_json()
    assert set(form) == {*METRICS, "coverage_v", "quality", "notes", "sources", "start", "duration_s"}
    assert (form["start"], form["duration_s"], form["quality"], form["run_s"]) == (
        "2026-03-01T07:30:00Z",
        200,
        "OK",
        200,
    )
    assert form["sources"] == {"speed_mps": "rsc"}
    assert form["inc2_s"] is None
    assert json.loads(json.dumps(form, allow_nan=False)) == form


def test_a_time_without_a_zone_is_taken_as_utc():
    naive = datetime(2026, 3, 1, 9, 30)  # noqa: DTZ001
    assert measured(recording(segment(5, 3.0), start=naive)).to_json()["start"] == "2026-03-01T09:30:00Z"


def test_an_unknown_start_stays_unknown():
    assert exposure_of(segment(5, 3.0)).to_json()["start"] is None


def test_the_histogram_holds_every_second_once():
    table = [segment(100, 3.0, grade=0.03), segment(50, 3.05, grade=-0.04), segment(30, 1.2), segment(20, None)]
    exposure = exposure_of(*table, fatigue_onset_s=60)
    assert sum(one.seconds for one in exposure.histogram) == pytest.approx(180)
    assert sum(one.metres for one in exposure.histogram) == pytest.approx(300 + 152.5 + 36)
    uphill = [one for one in exposure.histogram if one.band == "up2" and one.speed_mps == 3.0]
    assert [(one.fatigued, one.seconds, one.metres) for one in uphill] == [(False, 60, 180), (True, 40, 120)]
    assert {one.band for one in exposure.histogram} == {"up2", "down4", "unknown"}


@pytest.mark.parametrize(
    ("grade", "band"),
    [
        (-0.04, "down4"),
        (-0.0399, "down2"),
        (-0.0201, "down2"),
        (-0.02, "level"),
        (0.0099, "level"),
        (0.01, "up1"),
        (0.02, "up2"),
        (0.04, "up4"),
        (0.08, "up8"),
        (None, "unknown"),
    ],
)
def test_a_histogram_band_includes_its_lower_edge(grade, band):
    assert {one.band for one in exposure_of(segment(10, 3.0, grade=grade)).histogram} == {band}


ODD_RUNS = {
    "empty": Recording.of([]),
    "one sample": Recording.of([5.0], speed_mps=[3.0]),
    "one empty sample": Recording.of([5.0]),
    "no usable time": Recording.of([NAN, math.inf, -math.inf, 1e300], speed_mps=[3, 3, 3, 3]),
    "all silent": Recording.of(range(300)),
    "constant": Recording.of(
        range(300), **{name: [3.0] * 300 for name in CHANNELS}, sources={"altitude_m": "barometer"}
    ),
    "one moment": Recording.of([7.0] * 300, speed_mps=list(np.linspace(0, 6, 300))),
    "backwards": Recording.of(range(300, 0, -1), speed_mps=[3.0] * 300),
    "a leap of years": Recording.of([0, 1, 2, 1e9], speed_mps=[3.0] * 4),
    "negative": Recording.of(range(300), **{name: [-3.0] * 300 for name in CHANNELS}),
    "huge": Recording.of(range(300), **{name: [1e308] * 300 for name in CHANNELS}, sources={"altitude_m": "barometer"}),
    "infinite": Recording.of(range(300), **{name: [math.inf, -math.inf] * 150 for name in CHANNELS}),
    "no hold": Recording.of(range(300), speed_mps=[3.0] * 300, hold_s=0.0),
    "odd hold": Recording.of(range(300), speed_mps=[3.0] * 300, hold_s=NAN),
}
ODD_REFERENCES = [
    References(),
    RUNNER,
    References(
        v_max_mps=5e-324, v_thr_mps=1e308, hr_max_bpm=math.inf, hr_rest_bpm=-math.inf, d_prime_m=5e-324, sex="f"
    ),
    References(v_max_mps=0.001, v_thr_mps=0.001, hr_max_bpm=52, hr_rest_bpm=50, d_prime_m=0.001, sex="m"),
    References(v_max_mps=NAN, v_thr_mps=4.0, d_prime_m=200.0, hr_max_bpm=190, hr_rest_bpm=NAN, sex="m"),
]


def is_told_or_none(exposure: Exposure) -> bool:
    numbers = [*exposure.metrics.values(), exposure.coverage_v, exposure.dur_s]
    return all(value is None or math.isfinite(value) for value in numbers)


@pytest.mark.parametrize("references", ODD_REFERENCES)
@pytest.mark.parametrize("name", ODD_RUNS)
@pytest.mark.parametrize("onset_s", [1800.0, 0.0, -1.0, NAN, 1e308])
def test_nothing_that_a_sensor_says_makes_measuring_fail(name, references, onset_s):
    exposure = measure(ODD_RUNS[name], references, fatigue_onset_s=onset_s, previous=after(NAN, NAN))
    assert is_told_or_none(exposure)
    assert json.dumps(exposure.to_json(), allow_nan=False)


def test_an_empty_recording_measured_nothing():
    exposure = measured(ODD_RUNS["empty"])
    assert {name: value for name, value in exposure.metrics.items() if value is not None} == {"dur_s": 0.0}
    assert (exposure.quality, exposure.coverage_v, exposure.histogram, exposure.efforts) == ("POOR", 0.0, (), ())


anything = st.none() | st.floats() | st.floats(0, 12) | st.floats(-0.5, 0.5) | st.sampled_from([3.0, 150.0, 0.04])
sample = st.fixed_dictionaries(dict.fromkeys(CHANNELS, anything) | {"t_s": st.floats() | st.floats(0, 200)})
recordings = st.builds(
    lambda rows, facts: (rows, facts),
    st.lists(sample, max_size=40),
    st.fixed_dictionaries(
        {
            "hold_s": st.sampled_from([3.0, 8.0]) | st.floats(),
            "from_packets": st.booleans(),
            "cadence_unit": st.sampled_from([None, "steps", "strides"]),
            "sources": st.sampled_from([{}, {"altitude_m": "barometer"}, {"grade": "runner"}]),
            "pauses_s": st.lists(st.tuples(st.floats(), st.floats()), max_size=3).map(tuple),
        }
    ),
)


def built(rows, facts):
    return Recording.of(
        [row["t_s"] for row in rows], **{name: [row[name] for row in rows] for name in CHANNELS}, **facts
    )


@settings(max_examples=150, deadline=None)
@given(recordings, st.sampled_from(ODD_REFERENCES), st.floats(), st.none() | st.builds(after, st.floats(), st.floats()))
def test_measuring_never_raises_never_warns_and_tells_only_numbers(table, references, onset_s, previous):
    exposure = measure(built(*table), references, fatigue_onset_s=onset_s, previous=previous)
    assert is_told_or_none(exposure)
    assert 0 <= exposure.coverage_v <= 1


plausible = st.fixed_dictionaries(
    {
        "t_s": st.integers(0, 240),
        "speed_mps": st.none() | st.integers(0, 80).map(lambda tenth: tenth / 10),
        "cadence_spm": st.none() | st.integers(60, 200).map(float),
        "grade": st.none() | st.integers(-10, 10).map(lambda percent: percent / 100),
        "heart_rate_bpm": st.none() | st.integers(60, 190).map(float),
        "power_w": st.none(),
        "altitude_m": st.none() | st.integers(100, 120).map(float),
    }
)
plausible_runs = st.lists(plausible, max_size=120)
BAROMETER = {"sources": {"altitude_m": "barometer"}}


def asked(rows, **facts):
    return measured(built(rows, BAROMETER | facts), fatigue_onset_s=20)


@settings(max_examples=60, deadline=None)
@given(plausible_runs, st.randoms(use_true_random=False))
def test_the_order_of_the_samples_changes_nothing(rows, order):
    shuffled = rows[:]
    order.shuffle(shuffled)
    assert asked(shuffled) == asked(rows)


@settings(max_examples=60, deadline=None)
@given(plausible_runs)
def test_a_sample_told_in_parts_changes_nothing(rows):
    parts = [{**dict.fromkeys(CHANNELS), "t_s": row["t_s"], name: row[name]} for row in rows for name in CHANNELS]
    assert asked(parts) == asked(rows)


@settings(max_examples=60, deadline=None)
@given(plausible_runs)
def test_a_sample_told_twice_changes_nothing(rows):
    assert asked(rows + rows) == asked(rows)


@settings(max_examples=60, deadline=None)
@given(plausible_runs, st.integers(-100_000, 100_000_000).map(lambda ms: ms / 1000))
def test_a_shift_of_time_changes_nothing(rows, shift_s):
    pauses = ((10.0, 30.0),)
    shifted = [row | {"t_s": row["t_s"] + shift_s} for row in rows]
    later = tuple((begin + shift_s, end + shift_s) for begin, end in pauses)
    assert asked(shifted, pauses_s=later) == asked(rows, pauses_s=pauses)


@settings(max_examples=60, deadline=None)
@given(
    speed=st.sampled_from([1.0, 2.5, 4.2, 7.6]),
    grade=st.sampled_from([None, -0.05, 0.03, 0.05]),
    silent=st.sets(st.integers(0, 199)),
    onset_s=st.sampled_from([0, 50, 150]),
)
def test_silence_in_a_steady_run_never_adds_a_second_or_a_metre(speed, grade, silent, onset_s):
    whole = [segment(1, speed, grade=grade)] * 200
    torn = [segment(1, None if place in silent else speed, grade=grade) for place in range(200)]
    full, less = (exposure_of(*table, fatigue_onset_s=onset_s).metrics for table in (whole, torn))
    for name in SECONDS_AND_METRES:
        assert less[name] is None or less[name] <= full[name], name
    assert less["peak3_pct"] is None or less["peak3_pct"] <= full["peak3_pct"]


@settings(max_examples=60, deadline=None)
@given(plausible_runs, st.integers(0, 240), st.integers(30, 90), st.integers(1, 100_000))
def test_a_longer_gap_adds_nothing(rows, place_s, gap_s, longer_s):
    """Once a gap is longer than every hold and every break that a rule allows, its length is only lost time."""
    once, more = (
        asked([row | {"t_s": row["t_s"] + (by if row["t_s"] >= place_s else 0)} for row in rows])
        for by in (gap_s, gap_s + longer_s)
    )
    assert more.coverage_v <= once.coverage_v
    ignored = {"dur_s", "decoupling_pct", "rolling_drift_pct", "hr_drift_pct", "cadence_decay_pct"}
    for name in set(METRICS) - ignored:
        assert more.metrics[name] == once.metrics[name], name


@settings(max_examples=60, deadline=None)
@given(plausible_runs)
def test_unknown_grade_everywhere_leaves_every_incline_metric_unmeasured(rows):
    metrics = measured(built([row | {"grade": None} for row in rows], {})).metrics
    incline = {name: value for name, value in metrics.items() if name.startswith(("inc", "dn", "uf_", "vert"))}
    assert set(incline.values()) == {None}


@settings(max_examples=60, deadline=None)
@given(plausible_runs, st.floats(1.0, 3.0))
def test_a_faster_runner_is_never_nearer_to_top_speed(rows, times):
    run = built(rows, {})
    slow, fast = (
        measured(run, references=References(v_max_mps=8.0 * by, v_max_kind="measured", v_thr_mps=4.0 * by)).metrics
        for by in (1.0, times)
    )
    for name in ("peak3_pct", "fast60_s", "fast90_m", "t_thr95_s", "t_thr105_s", "ff_s", "uf_s"):
        assert (fast[name] is None) == (slow[name] is None)
        assert fast[name] is None or fast[name] <= slow[name]


def test_a_day_at_twenty_hertz_is_measured():
    seconds = np.arange(86_400 * 20) / 20
    speed = 3.0 + 0.5 * np.sin(seconds / 300)
    exposure = measure(Recording.of(seconds, speed_mps=speed, grade=np.full(len(seconds), 0.03)), RUNNER)
    assert exposure.metrics["run_s"] == pytest.approx(86_400, abs=1.1)
    assert exposure.metrics["inc2_s"] == exposure.metrics["run_s"]
    assert exposure.metrics["fat_s"] == pytest.approx(86_400 - 1800, abs=1.1)
