"""Running: time, the longest bout, distance and steps."""

from __future__ import annotations

import pytest
from measured_runs import at, exposure_of, measured, segment

from sensors.recording import Recording


def running(*segments, **asked):
    return exposure_of(*segments, **asked).metrics


@pytest.mark.parametrize(("walk_s", "cont_run_s"), [(19, 200), (20, 200), (21, 100)])
def test_a_bout_goes_on_over_a_walk_of_twenty_seconds_and_counts_running_alone(walk_s, cont_run_s):
    # the edges are sharp: beside the walk the three-second speed is 7/3 (running), within it 5/3 at most (walking)
    metrics = running(segment(100, 3.0), segment(walk_s, 1.0), segment(100, 3.0))
    assert metrics["cont_run_s"] == cont_run_s
    assert metrics["run_s"] == 200
    assert metrics["walk_s"] == walk_s


@pytest.mark.parametrize(("again_s", "cont_run_s"), [(32.0, 22), (32.001, 12)])
def test_a_bout_goes_on_over_a_silence_of_twenty_seconds(again_s, cont_run_s):
    # ten samples speak until 12 s; ten more begin at 32 s, a break of exactly 20 s, or a millisecond later
    run = at([*range(10), *(again_s + second for second in range(10))], [3.0] * 20)
    assert measured(run).metrics["cont_run_s"] == cont_run_s


def test_silence_is_never_counted_as_running():
    # 10 samples, an hour of silence, 10 samples: 9 s and a hold of 3 s, then 9 s and the last second
    metrics = measured(at([*range(10), *range(3609, 3619)], [3.0] * 20)).metrics
    assert metrics["run_s"] == 12 + 10
    assert metrics["run_m"] == 66
    assert metrics["dur_s"] == 3619


def test_a_sample_without_speed_is_not_running_and_has_no_distance():
    metrics = running(segment(10, 3.0), segment(10, None, cadence_spm=170), segment(10, 3.0), cadence_unit="steps")
    assert (metrics["run_s"], metrics["run_m"], metrics["cont_run_s"]) == (20, 60, 20)


def test_the_distance_of_a_run_includes_the_walking_between_and_not_before_or_after():
    metrics = running(segment(60, 1.0), segment(60, 3.0), segment(60, 1.0), segment(60, 3.0), segment(60, 1.0))
    assert metrics["run_m"] == 180 + 60 + 180


def test_a_walk_has_no_running_distance():
    metrics = running(segment(600, 1.5))
    assert (metrics["run_m"], metrics["run_s"], metrics["cont_run_s"], metrics["walk_s"]) == (0, 0, 0, 600)


@pytest.mark.parametrize(("cadence", "steps"), [(180, 180), (None, None)])
def test_steps_are_cadence_times_time(cadence, steps):
    assert running(segment(60, 3.0, cadence_spm=cadence))["steps"] == steps


def test_steps_of_a_sensor_that_counts_strides_are_doubled_once():
    assert running(segment(60, 3.0, cadence_spm=90), cadence_unit="strides")["steps"] == 180
    assert running(segment(60, 3.0, cadence_spm=90), cadence_unit="steps")["steps"] == 90
    assert running(segment(60, 3.0, cadence_spm=90))["steps"] == 180


def test_steps_are_not_taken_while_nobody_speaks():
    # holds of 1, 3, 1 and 1 s at 120 a minute are 2 a second
    run = Recording.of([0, 1, 100, 101], cadence_spm=[120] * 4, cadence_unit="steps")
    assert measured(run).metrics["steps"] == 12
