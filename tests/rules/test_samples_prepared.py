"""Sorting, merging, holding and cleaning: what a sample may say before anything is measured."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from measured_runs import at, recording, segment

from rules.signal.samples import prepare
from sensors.recording import Recording

NAN = math.nan


def values(column):
    return [None if math.isnan(value) else value for value in column.tolist()]


def speeds_of(times_s, speeds):
    return values(prepare(at(times_s, speeds)).v_mps)


def test_samples_are_sorted_whatever_order_they_came_in():
    samples = prepare(at([7.0, 5.0, 6.0], [3.2, 3.0, 3.1]))
    assert samples.t_ms.tolist() == [0, 1000, 2000]
    assert samples.v_mps.tolist() == [3.0, 3.1, 3.2]


def test_of_two_samples_at_one_moment_the_larger_value_stays_field_by_field():
    run = Recording.of(
        [0, 1, 1, 2], speed_mps=[3, 3.0, 3.5, 3], cadence_spm=[170, 172, None, 170], grade=[None, -0.02, -0.03, None]
    )
    samples = prepare(run)
    assert samples.v_mps.tolist() == [3, 3.5, 3]
    assert samples.cadence_spm.tolist() == [170, 172, 170]
    assert values(samples.grade) == [None, -0.02, None]


def test_moments_are_whole_milliseconds_so_two_in_one_are_one():
    assert len(prepare(at([0.0, 1.0001, 1.0004, 2.0], [3, 3, 3, 3])).t_ms) == 3


@pytest.mark.parametrize(
    ("times_s", "hold_s", "holds_ms"),
    [
        ([0, 1, 2], 3.0, [1000, 1000, 1000]),  # the last sample speaks for one second
        ([0, 3, 4], 3.0, [3000, 1000, 1000]),  # exactly 3 s is no gap
        ([0, 3.001, 4], 3.0, [3000, 999, 1000]),  # what lies beyond 3 s is unknown
        ([0, 60, 61], 3.0, [3000, 1000, 1000]),
        ([0, 8, 20], 8.0, [8000, 8000, 1000]),  # a watch with smart recording holds for 8 s
        ([0, 0.05, 0.1], 3.0, [50, 50, 1000]),
        ([0, 60], NAN, [3000, 1000]),  # a hold that is no number is a sensor's
        ([0, 60], -5.0, [3000, 1000]),
    ],
)
def test_a_sample_speaks_until_the_next_but_not_longer_than_it_may(times_s, hold_s, holds_ms):
    assert prepare(at(times_s, [3.0] * len(times_s), hold_s=hold_s)).hold_ms.tolist() == holds_ms


@pytest.mark.parametrize(
    ("speeds", "kept"),
    [
        ([3.0, -0.1, 3.0], [3.0, None, 3.0]),
        ([12.5, 12.5], [12.5, 12.5]),
        ([12.0, 12.51, 12.0], [12.0, None, 12.0]),
        ([3.0, 9.0], [3.0, 9.0]),  # 6 m/s in one second is not more than 6
        ([3.1, 9.1], [3.1, 9.1]),  # nor where binary fractions say 6.000000000000001
        ([3.0, 9.01], [3.0, None]),  # the faster of the two is nulled, forwards
        ([9.01, 3.0], [None, 3.0]),  # and backwards
        ([0.0, 6.5, 12.5], [0.0, None, 12.5]),  # judged on the original values: 6.5 to 12.5 is just 6
        ([1.0, 8.0, 8.0, 1.0], [1.0, None, None, 1.0]),
        ([3.0, None, 12.0], [3.0, None, 12.0]),  # the neighbours of a silent sample: 9 m/s in 2 s is 4.5
        ([0.0, None, 12.4], [0.0, None, None]),  # and 12.4 in 2 s is 6.2
        ([3.0, -5.0, 3.0], [3.0, None, 3.0]),  # an impossible speed does not condemn its neighbour
        ([3.0, math.inf, 3.0], [3.0, None, 3.0]),
    ],
)
def test_a_speed_that_no_runner_could_have_says_nothing(speeds, kept):
    assert speeds_of(range(len(speeds)), speeds) == kept


def test_a_jump_is_a_change_per_second_and_not_per_sample():
    assert speeds_of([0, 0.1], [3.0, 3.7]) == [3.0, None]  # 0.7 m/s in 0.1 s is 7 m/s^2
    assert speeds_of([0, 0.1], [3.0, 3.6]) == [3.0, 3.6]


@pytest.mark.parametrize(
    ("channel", "said", "kept"),
    [
        ("cadence_spm", [39.9, 40, 260, 260.1], [None, 40, 260, None]),
        ("heart_rate_bpm", [29, 30, 230, 231], [None, 30, 230, None]),
        ("grade", [-0.46, -0.45, 0.45, 0.46], [None, -0.45, 0.45, None]),
        ("altitude_m", [-1001, -78, 8848, 10_001], [None, -78, 8848, None]),
    ],
)
def test_an_impossible_value_is_unknown(channel, said, kept):
    run = Recording.of(range(4), speed_mps=[3.0] * 4, cadence_unit="steps", **{channel: said})
    assert values(getattr(prepare(run), channel)) == kept


@pytest.mark.parametrize(
    ("unit", "said", "steps", "doubled"),
    [
        ("steps", 85, 85, False),  # the sensor's word stands
        ("strides", 85, 170, False),
        ("strides", 30, 60, False),  # 30 strides are 60 steps, and plausible
        ("strides", 140, None, False),  # 280 steps are not
        (None, 85, 170, True),
        (None, 114.9, 229.8, True),
        (None, 115, 115, False),
        (None, 170, 170, False),
    ],
)
def test_cadence_is_counted_in_steps(unit, said, steps, doubled):
    samples = prepare(recording(segment(60, 3.0, cadence_spm=said), cadence_unit=unit))
    assert set(values(samples.cadence_spm)) == {steps}
    assert ("cad_doubled" in samples.notes) is doubled


def test_cadence_is_doubled_by_the_median_of_time_and_not_of_samples():
    # 20 s at 160 told once in 2 s (10 samples), 15 s at 80 told every second (15 samples): most of the time it is 160
    times = [*range(0, 20, 2), *range(20, 35)]
    run = Recording.of(times, speed_mps=[3.0] * 25, cadence_spm=[160.0] * 10 + [80.0] * 15)
    assert prepare(run).notes == ()


def test_cadence_while_walking_does_not_make_strides_of_steps():
    run = recording(segment(300, 1.4, cadence_spm=100), segment(60, 3.0, cadence_spm=168))
    assert prepare(run).notes == ()


def test_a_cadence_that_only_walking_knows_is_left_alone():
    assert prepare(recording(segment(300, 1.4, cadence_spm=55))).notes == ()


@pytest.mark.parametrize(
    ("times_s", "speeds", "v3"),
    [
        # one second each: the window is the sample and both neighbours; at the ends, what is covered of it
        ([0, 1, 2, 3], [3, 3, 6, 6], [3, 4, 5, 6]),
        # the middle of a hold of 2 s is at its first second: the window reaches half a second into each neighbour
        ([0, 2, 4, 6], [2, 3, 4, 5], [(2 * 2 + 3 * 0.5) / 2.5, 3, 4, (5 * 1 + 4 * 1) / 2]),
        # silence is left out of the mean, and is not zero
        ([0, 1, 2], [3, None, 3], [3, None, 3]),
        # a hold of exactly 3 s is its own window
        ([0, 3, 6], [3, 5, 3], [3, 5, (3 * 1 + 5 * 1) / 2]),
    ],
)
def test_the_three_second_speed_is_centred_on_the_middle_of_the_hold(times_s, speeds, v3):
    assert values(prepare(at(times_s, speeds)).v3_mps) == [None if one is None else pytest.approx(one) for one in v3]


@pytest.mark.parametrize(
    ("speed", "cadence", "running", "walking"),
    [
        (2.0, None, True, False),
        (1.999, None, False, True),
        (1.2, 140, True, False),
        (1.199, 140, False, True),
        (1.2, 139, False, True),
        (0.5, None, False, True),
        (0.499, 170, False, False),
        (0.0, 180, False, False),
        (None, 180, False, False),
    ],
)
def test_running_begins_at_two_metres_a_second_or_with_a_runners_cadence(speed, cadence, running, walking):
    samples = prepare(recording(segment(10, speed, cadence_spm=cadence), cadence_unit="steps"))
    assert samples.running.tolist() == [running] * 10
    assert samples.walking.tolist() == [walking] * 10


def test_a_moment_that_is_no_time_is_left_out():
    run = at([0, math.nan, math.inf, 1e300, 1, 2], [3, 4, 4, 4, 3, 3])
    assert prepare(run).v_mps.tolist() == [3, 3, 3]


@given(st.lists(st.integers(0, 90).map(lambda tenth: tenth / 10), min_size=1, max_size=60))
def test_a_mean_lies_between_the_slowest_and_the_fastest(speeds):
    samples = prepare(at(range(len(speeds)), speeds))
    v3 = samples.v3_mps[~np.isnan(samples.v3_mps)]
    assert v3.size == 0 or (min(speeds) <= v3.min() and v3.max() <= max(speeds))
