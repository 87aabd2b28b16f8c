"""The slope from a barometer: a line through what was really covered, and nothing where it cannot be told."""

from __future__ import annotations

import random
from statistics import median

import numpy as np
import pytest
from slow_slope import slow_slope

from rules.signal.barometer import slope, smoothed
from rules.signal.climb import climbed_m
from rules.signal.held import Held
from rules.signal.medians import NARROW, medians

NAN = np.nan


def sloped(speeds, altitude, times_s=None):
    """Grades and scatter of samples one second apart unless times are given."""
    t_ms = 1000.0 * (np.arange(len(speeds)) if times_s is None else np.asarray(times_s))
    hold_ms = np.minimum(np.diff(t_ms, append=t_ms[-1] + 1000), 3000.0)
    run = Held.of(t_ms, hold_ms, np.asarray(speeds, dtype=float))
    return slope(run, smoothed(t_ms, np.asarray(altitude, dtype=float)))


def climbing(speeds, grade):
    return 250 + grade * np.concatenate([[0.0], np.cumsum(speeds)[:-1]])


@pytest.mark.parametrize("grade", [-0.2, -0.04, 0.0, 0.01, 0.02, 0.04, 0.08, 0.3])
@pytest.mark.parametrize("speed", [1.0, 3.0, 6.0])
def test_a_steady_slope_is_found_to_the_edges(grade, speed):
    speeds = np.full(300, speed)
    found, scatter = sloped(speeds, climbing(speeds, grade))
    assert np.abs(found - grade).max() < 1e-9
    assert scatter.max() < 1e-4


def test_least_squares_over_a_window_worked_by_hand():
    """At 4 m/s the window of 15 s (7.5 s each way) holds 15 samples and 60 m: enough.

    One bump of 1 m that lasts 5 s, centred on the middle sample: symmetric, so the slope in its middle stays 0, and
    the scatter is that of a 0/1 column with mean 5/15: sqrt(1/3 x 2/3) = 0.4714.
    """
    altitude = np.zeros(101)
    altitude[48:53] = 1.0
    found, scatter = sloped(np.full(101, 4.0), altitude)
    assert found[50] == pytest.approx(0.0, abs=1e-12)
    assert scatter[50] == pytest.approx(0.4714, abs=1e-4)
    # three seconds later the window is 46 to 60: x = -7..7, the bump at x = -5..-1. Sxy = -15, Sxx = 280 in samples;
    # 4 m a sample: -15 / (4 x 280)
    assert found[53] == pytest.approx(-15 / 1120, abs=1e-9)


def test_a_slow_runner_needs_a_wider_window():
    # at 1.0 m/s 40 m are 40 s: a bump of 5 s at its centre has a mean of 5/41 and so less scatter
    altitude = np.zeros(201)
    altitude[98:103] = 1.0
    _, scatter = sloped(np.full(201, 1.0), altitude)
    assert scatter[100] == pytest.approx((5 / 41 * 36 / 41) ** 0.5, abs=1e-3)


@pytest.mark.parametrize(("speed", "known"), [(0.33, False), (0.34, True)])
def test_less_than_twenty_metres_in_a_minute_tell_nothing(speed, known):
    # the window is capped at 60 s: 61 samples of a second, 20.13 m at 0.33 m/s would be the whole minute and one second
    found, _ = sloped(np.full(301, speed * 60 / 61), climbing(np.full(301, speed), 0.05))
    assert np.isfinite(found[150]) == known


def test_altitudes_that_no_line_fits_tell_nothing():
    steps = np.where(np.arange(300) // 8 % 2 == 0, 0.0, 4.0)  # 4 m up and down every 8 s
    found, scatter = sloped(np.full(300, 3.0), steps)
    assert np.isnan(found[scatter > 1.5]).all()
    assert (scatter > 1.5).mean() > 0.7
    assert np.isfinite(found[scatter <= 1.5]).all()


def test_a_slope_is_never_drawn_over_a_gap():
    # level ground; 6 s of silence, half a window, in which the runner came 2 m higher
    times = [*range(100), *range(105, 205)]
    altitude = [100.0] * 100 + [102.0] * 100
    found, _ = sloped(np.full(200, 3.0), altitude, times)
    assert np.abs(found).max() < 1e-9


def test_a_slope_is_never_drawn_over_speed_that_nobody_knows():
    speeds = np.array([3.0] * 100 + [NAN] * 10 + [3.0] * 100)
    altitude = np.array([100.0] * 105 + [103.0] * 105)
    found, _ = sloped(speeds, altitude)
    assert np.isnan(found[100:110]).all()
    assert np.nanmax(np.abs(found)) < 1e-9


def test_few_altitudes_are_enough_for_a_line_and_two_are_not():
    every_fifth = np.where(np.arange(300) % 5 == 0, climbing(np.full(300, 3.0), 0.05), NAN)
    found, _ = sloped(np.full(300, 3.0), every_fifth)
    assert np.abs(found[40:-40] - 0.05).max() < 1e-9
    two = np.full(300, NAN)
    two[[100, 110]] = [100.0, 110.0]
    assert np.isnan(sloped(np.full(300, 3.0), two)[0]).all()


def test_standing_still_has_no_slope():
    assert np.isnan(sloped(np.zeros(200), np.linspace(0, 50, 200))[0]).all()


def test_the_median_of_five_seconds_forgets_one_bad_reading():
    altitude = np.full(21, 100.0)
    altitude[10] = 400.0
    assert smoothed(1000.0 * np.arange(21), altitude).tolist() == [100.0] * 21


@pytest.mark.parametrize(
    ("altitude", "middle"),
    [
        ([1, 2, 3, 4, 5], [1, 2, 3, 4, 5]),  # one sample at the edges, three beside them: no slope is bent
        ([9, 1, 2, 8, 3, 5, 4], [9, 2, 3, 3, 4, 4, 4]),
        ([1, NAN, 3, NAN, 5], [1, NAN, 3, NAN, 5]),  # a sample without an altitude gets none
        ([7], [7]),
    ],
)
def test_the_median_is_of_the_samples_within_two_and_a_half_seconds(altitude, middle):
    found = smoothed(1000.0 * np.arange(len(altitude)), np.asarray(altitude, dtype=float))
    np.testing.assert_array_equal(found, middle)


@pytest.mark.parametrize("widest", [1, 2, NARROW, NARROW + 1, 3 * NARROW])
@pytest.mark.parametrize("seed", range(8))
def test_windows_of_every_width_have_the_median_of_a_slow_reading(widest, seed):
    chance = np.random.default_rng(seed)
    column = chance.integers(0, 40, 300) / 10  # many values stand more than once
    first = chance.integers(0, 300 - widest, 200)
    count = chance.integers(1, widest + 1, 200)
    expected = [median(column[f : f + c].tolist()) for f, c in zip(first.tolist(), count.tolist(), strict=True)]
    assert medians(column, first, count).tolist() == expected


def test_a_long_recording_is_as_exact_as_a_short_one():
    # ten hours: 108 km from the start, sums of squares must not have eaten the slope
    speeds = np.full(36_000, 3.0)
    found, _ = sloped(speeds, climbing(speeds, 0.02) % 3000)
    assert np.nanmedian(np.abs(found[35_000:35_900] - 0.02)) < 1e-9


def test_climb_over_a_gap_is_not_counted():
    t_ms = 1000.0 * np.array([*range(100), *range(200, 300)])
    altitude = np.array([100.0] * 100 + [150.0] * 100)
    assert climbed_m(t_ms, t_ms + 1000.0, smoothed(t_ms, altitude)) == 0.0


def noisy_hills(seed):
    """Uneven samples with lapses, some silences, and a rising ground under half a metre of noise."""
    chance = random.Random(seed)
    steps = [200, 500, 1000, 1000, 1000, 1000, 2000, 3000] + [9000] * (seed % 2)
    count = chance.randint(30, 150)
    speeds = [None if chance.random() < 0.03 else chance.choice([0, 0.4, 1.5, 3, 3, 3.3, 6]) for _ in range(count)]
    altitudes = [None if chance.random() < 0.2 else 100 + 0.05 * k + chance.gauss(0, 0.4) for k in range(count)]
    return [chance.choice(steps) for _ in range(count)], speeds, altitudes


@pytest.mark.parametrize("seed", range(40))
def test_the_slope_agrees_with_a_slow_reading_of_the_same_words(seed):
    steps, speeds, altitudes = noisy_hills(seed)
    t_ms = np.concatenate([[0.0], np.cumsum(steps)[:-1]])
    hold_ms = np.minimum(np.diff(t_ms, append=t_ms[-1] + 1000), 3000.0)
    expected = slow_slope(list(zip(t_ms.tolist(), hold_ms.tolist(), speeds, altitudes, strict=True)))
    v_mps, altitude_m = (np.array([NAN if value is None else value for value in c]) for c in (speeds, altitudes))
    found, scatter = slope(Held.of(t_ms, hold_ms, v_mps), smoothed(t_ms, altitude_m))
    np.testing.assert_allclose(found, [NAN if grade is None else grade for grade, _ in expected], atol=1e-8)
    np.testing.assert_allclose(scatter, [NAN if miss is None else miss for _, miss in expected], atol=1e-5)
