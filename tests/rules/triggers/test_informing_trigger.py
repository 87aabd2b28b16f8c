"""Informing metrics: drift of the heart, loss of cadence, the reserve above threshold, training impulse."""

from __future__ import annotations

import math

import numpy as np
import pytest
from measured_runs import exposure_of, measured, recording, segment

from rules.signal.d_prime import balance
from rules.vocabulary import References
from sensors.recording import Recording


def informing(*segments, **asked):
    return exposure_of(*segments, **asked).metrics


def test_decoupling_is_worked_out_between_the_halves_after_ten_minutes():
    """EF is 3.0/150 in the first half and 3.0/159 in the second: 5.660 % (worked example M4)."""
    metrics = informing(
        segment(600, 3.0, heart_rate_bpm=120),
        segment(900, 3.0, heart_rate_bpm=150),
        segment(900, 3.0, heart_rate_bpm=159),
    )
    assert metrics["decoupling_pct"] == 5.66


@pytest.mark.parametrize(("seconds", "told"), [(1799, False), (1800, True)])
def test_decoupling_needs_half_an_hour(seconds, told):
    metrics = informing(segment(seconds, 3.0, heart_rate_bpm=150))
    assert (metrics["decoupling_pct"] is not None) is told
    assert (metrics["hr_drift_pct"] is not None) is told


@pytest.mark.parametrize(("deaf_s", "told"), [(120, True), (121, False)])
def test_decoupling_needs_the_heart_for_90_percent_of_the_time(deaf_s, told):
    # of the 1200 s after the first ten minutes
    metrics = informing(segment(600, 3.0), segment(deaf_s, 3.0), segment(1200 - deaf_s, 3.0, heart_rate_bpm=150))
    assert (metrics["decoupling_pct"] is not None) is told


def test_decoupling_is_not_told_of_uneven_running():
    even = [segment(1800, 3.0, heart_rate_bpm=150)]
    # half at 2.4, half at 3.6: the coefficient of variation is 20 %
    uneven = [segment(600, 3.0, heart_rate_bpm=150)] + [segment(60, v, heart_rate_bpm=150) for v in (2.4, 3.6)] * 10
    assert informing(*even)["decoupling_pct"] == 0
    assert informing(*uneven)["decoupling_pct"] is None


def test_decoupling_counts_the_slope_into_the_speed():
    # the second half is 1 % uphill at the same heart rate: more speed for the heartbeat, so less than nothing drifts
    metrics = informing(
        segment(1200, 3.0, heart_rate_bpm=150, grade=0.0), segment(600, 3.0, heart_rate_bpm=150, grade=0.01)
    )
    # C(.01)/C(0) = (3.6 + .195 + .00463 - .0000433) / 3.6 = 1.055441
    assert metrics["decoupling_pct"] == pytest.approx(-5.544, abs=1e-3)


@pytest.mark.parametrize(("late_mps", "drift"), [(3.0, 6.0), (3.09, 6.0), (3.1, None)])
def test_drift_of_the_heart_needs_the_same_speed(late_mps, drift):
    metrics = informing(
        segment(600, 3.0, heart_rate_bpm=140),
        segment(600, 3.0, heart_rate_bpm=150),
        segment(600, late_mps, heart_rate_bpm=159),
    )
    assert metrics["hr_drift_pct"] == drift


def test_the_rolling_drift_holds_the_last_ten_minutes_against_minutes_10_to_20_at_any_speed():
    """EF is 3.0/150 and then 2.7/150: a tenth less speed for a heartbeat."""
    slower = (segment(1200, 3.0, heart_rate_bpm=150), segment(600, 2.7, heart_rate_bpm=150))
    assert informing(*slower)["rolling_drift_pct"] == 10.0
    assert informing(*slower)["hr_drift_pct"] is None, "the speed was another one"
    assert informing(segment(1799, 3.0, heart_rate_bpm=150))["rolling_drift_pct"] is None
    unheard = (segment(1200, 3.0, heart_rate_bpm=150), segment(61, 3.0), segment(539, 3.0, heart_rate_bpm=150))
    assert informing(*unheard)["rolling_drift_pct"] is None


@pytest.mark.parametrize(
    ("late_spm", "late_mps", "decay"), [(170.0, 3.0, 5.556), (170.0, 3.15, 5.556), (170.0, 3.2, None)]
)
def test_cadence_decay_compares_medians_at_the_same_speed(late_spm, late_mps, decay):
    # 180 in minutes 5 to 15, 170 in the last ten: 100 x 10 / 180
    metrics = informing(segment(900, 3.0, cadence_spm=180), segment(600, late_mps, cadence_spm=late_spm))
    assert metrics["cadence_decay_pct"] == decay


def test_cadence_decay_needs_twenty_five_minutes():
    assert informing(segment(1499, 3.0, cadence_spm=180))["cadence_decay_pct"] is None
    assert informing(segment(1500, 3.0, cadence_spm=180))["cadence_decay_pct"] == 0


def reserve(*segments, d_prime=200.0, v_thr=3.75):
    return informing(*segments, references=References(v_thr_mps=v_thr, d_prime_m=d_prime))


def test_the_reserve_empties_and_refills_as_the_specification_works_it_out():
    """CS 3.75, D' 200: 120 s at 4.75 leave 80.0 m, and then 120 s at 2.75 bring it to 134.24 m (worked example M8).

    200 - 120 x (199/200)^120 = 134.24.
    """
    assert reserve(segment(120, 4.75))["d_prime_min_m"] == 80.0
    whole = np.concatenate([np.full(120, 4.75), np.full(120, 2.75)])
    assert reserve(segment(120, 4.75), segment(120, 2.75))["d_prime_min_m"] == 80.0
    # a third effort of 100 s after the rest ends at 134.24 - 100
    again = reserve(segment(120, 4.75), segment(120, 2.75), segment(100, 4.75))
    assert again["d_prime_min_m"] == pytest.approx(34.24, abs=0.005)
    assert balance(whole, np.full(240, 1000.0), 3.75, 200.0)["d_model_broken"] == 0.0


def test_seconds_with_little_reserve_are_counted():
    # 1 m a second: after 140 s 60 m are left, 30 % of 200; seconds 140 to 160 are at or below
    assert reserve(segment(160, 4.75), segment(1, 3.75))["depleted_s"] == 22


@pytest.mark.parametrize(("seconds", "broken"), [(240, 0), (241, 1)])
def test_a_reserve_far_below_zero_means_that_the_model_is_wrong(seconds, broken):
    # below -0.2 x 200 m
    metrics = reserve(segment(seconds, 4.75))
    assert metrics["d_model_broken"] == broken
    assert metrics["d_prime_min_m"] == 200 - seconds


def test_the_reserve_is_never_more_than_full():
    assert reserve(segment(600, 2.0), segment(10, 4.75))["d_prime_min_m"] == 190


def test_a_silence_neither_empties_nor_refills():
    run = recording(segment(100, 4.75), segment(100, None), segment(10, 4.75))
    assert measured(run, references=References(v_thr_mps=3.75, d_prime_m=200)).metrics["d_prime_min_m"] == 90


def slow_balance(speeds, holds_s, threshold, full):
    left, lowest, depleted = full, full, 0.0
    for speed, hold in zip(speeds, holds_s, strict=True):
        if speed >= threshold:
            left -= (speed - threshold) * hold
        else:
            left = min(full, left + (threshold - speed) * hold * (full - left) / full)
        lowest = min(lowest, left)
        depleted += hold if left <= 0.3 * full else 0.0
    return lowest, depleted


@pytest.mark.parametrize("seed", range(20))
def test_the_reserve_agrees_with_a_loop_over_seconds(seed):
    chance = np.random.default_rng(seed)
    count = int(chance.integers(1, 400))
    speeds, holds = chance.uniform(1.0, 7.0, count), chance.choice([200.0, 1000.0, 3000.0], count)
    found = balance(speeds, holds, 3.9, 150.0)
    lowest, depleted = slow_balance(speeds, holds / 1000, 3.9, 150.0)
    assert found["d_prime_min_m"] == pytest.approx(lowest, abs=1e-9)
    assert found["depleted_s"] == pytest.approx(depleted)


@pytest.mark.parametrize(
    ("sex", "trimp"),
    [("m", 60 * 0.5 * 0.64 * math.exp(1.92 * 0.5)), ("f", 60 * 0.5 * 0.86 * math.exp(1.67 * 0.5)), (None, None)],
)
def test_the_training_impulse_follows_banister_and_needs_the_sex(sex, trimp):
    # an hour at half of the heart rate reserve: 50 + 0.5 x 140 = 120
    references = References(hr_max_bpm=190, hr_rest_bpm=50, sex=sex)
    found = informing(segment(3600, 3.0, heart_rate_bpm=120), references=references)["trimp"]
    assert found == (None if trimp is None else pytest.approx(trimp, abs=0.001))


@pytest.mark.parametrize(("highest", "rest"), [(None, 50), (190, None), (50, 190), (math.nan, 50), (100, 100)])
def test_no_training_impulse_without_a_heart_rate_reserve(highest, rest):
    references = References(hr_max_bpm=highest, hr_rest_bpm=rest, sex="m")
    assert informing(segment(3600, 3.0, heart_rate_bpm=120), references=references)["trimp"] is None


def test_the_heart_may_speak_without_the_feet():
    run = Recording.of(range(3600), heart_rate_bpm=[120] * 3600)
    references = References(hr_max_bpm=190, hr_rest_bpm=50, sex="m")
    metrics = measured(run, references=references).metrics
    assert metrics["trimp"] is not None
    assert metrics["decoupling_pct"] is metrics["run_s"] is None
