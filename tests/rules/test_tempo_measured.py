"""Tempo: means of 10, 15 and 30 s, so that the noise of a sensor breaks no ceiling and a surge does not hide."""

from __future__ import annotations

import numpy as np
import pytest
from measured_runs import at, exposure_of, measured, recording, segment

from rules.ceilings import held, passed
from rules.programme import load
from rules.signal.samples import prepare
from rules.vocabulary import References

TEMPO_STAGE = next(stage for stage in load("PHT").stages if stage.id == "P5")


def mean_over(width_s, run):
    return prepare(run).run.centred_mean(width_s * 1000, least_covered=0.5)


def tempo(*segments, **asked):
    metrics = exposure_of(*segments, **asked).metrics
    return metrics["t_thr95_s"], metrics["t_thr95_ceil_s"], metrics["t_thr105_s"], metrics["t_thr105_ceil_s"]


@pytest.mark.parametrize(
    ("width_s", "covered_s", "known"),
    [(10, 4, False), (10, 5, True), (15, 7, False), (15, 8, True), (30, 14, False), (30, 15, True)],
)
def test_a_wider_mean_needs_half_of_its_window(width_s, covered_s, known):
    # so many seconds of speed in the middle of silence; at the middle one the window holds all of them
    speeds = [None] * 40 + [4.0] * covered_s + [None] * 40
    mean = mean_over(width_s, at(range(len(speeds)), speeds))
    assert np.isfinite(mean[40 + covered_s // 2]) == known
    assert np.nanmax(mean, initial=0.0) == (4.0 if known else 0.0)


def test_a_millisecond_less_than_half_is_too_little():
    # 5 s and 4.999 s of speed in a window of 10 s, and silence beside
    for last_s, known in ((4.0, True), (3.999, False)):
        run = at([0, 20, 21, 22, 23, 20 + last_s, 21 + last_s, 60], [None, 4, 4, 4, 4, 4, None, None])
        assert np.isfinite(mean_over(10, run)[3]) == known


def test_a_wider_mean_is_unknown_where_the_speed_is():
    mean = mean_over(15, at(range(61), [4.0] * 30 + [None] + [4.0] * 30))
    assert np.flatnonzero(np.isnan(mean)).tolist() == [30]


def test_a_wider_mean_is_weighted_by_time_and_centred_on_the_hold():
    # 2 s, 1 s, 2 s: around the middle of the last hold, at 4 s, ten seconds reach from before the start to 9 s
    mean = mean_over(10, at([0, 2, 3, 5, 6, 7, 8, 9], [2, 4, 6, 8, 8, 8, 8, 8]))
    assert mean[2] == pytest.approx((2 * 2 + 1 * 4 + 2 * 6 + 4 * 8) / 9, abs=1e-6)


@pytest.mark.parametrize(
    ("v_mps", "expected"),
    [(3.79, (0, 0, 0, 0)), (3.8, (200, 200, 0, 0)), (4.19, (200, 200, 0, 0)), (4.2, (200, 200, 200, 200))],
)
def test_the_limit_itself_is_tempo(v_mps, expected):
    assert tempo(segment(200, v_mps)) == expected


def test_ten_repeats_of_twenty_seconds_are_seen_by_the_dose_in_their_middle_and_by_no_ceiling():
    # 107.5 % of the threshold: 15 s reach 4.2 with 1.15 s of 3.0 in them, so at 8 of the 20 seconds. 30 s hold 10 of
    # 3.0 (3.87), and 10 s would need 4.41.
    repeats = [segment(20, 4.3), segment(40, 3.0)] * 10
    assert tempo(segment(300, 3.0), *repeats)[2:] == (80, 0)


@pytest.mark.parametrize(
    ("surge_s", "v_mps", "seconds"),
    [
        (10, 4.6, 2),  # the samples 4 and 5, with half a second outside
        (15, 4.6, 7),  # 4 to 10
        (20, 4.6, 12),  # 4 to 15
        (20, 4.4, 0),  # below 1.05 x 4.2
        (20, 4.41, 10),  # the limit itself: the samples 5 to 14, whose windows lie within
        (9, 4.6, 1),  # the sample 4, with half a second outside on either side: 4.44
        (8, 4.6, 0),  # 2 s of 3.0 in each window: 4.28
    ],
)
def test_surges_of_ten_to_twenty_seconds_do_not_hide_from_the_ceiling(surge_s, v_mps, seconds):
    # Over 10 s, from 4.5 s before a sample to 5.5 s after it, 4.6 m/s reach 1.05 x 4.2 = 4.41 with at most 1.19 s of
    # 3.0 in the window.
    assert tempo(segment(60, 3.0), segment(surge_s, v_mps), segment(60, 3.0))[3] == seconds


def test_a_surge_of_a_minute_is_seen_by_the_thirty_seconds():
    # 4.3 for 60 s: 30 s reach 4.2 with 2.3 s of 3.0 in them. The window reaches from 14.5 s before a sample to 15.5 s
    # after it: the samples 12.2 to 46.8 of the 60 (2.3 s outside on either side) are 13 to 46.
    assert tempo(segment(120, 3.0), segment(60, 4.3), segment(120, 3.0))[3] == 34


def test_five_seconds_among_silence_are_too_few_for_a_dose_and_enough_for_a_surge():
    # 4.5 for 5 s each minute: half of 10 s is covered, and less than half of 15 or 30 s
    run = at(
        [60 * minute + second for minute in range(10) for second in (*range(6), 30)], ([4.5] * 5 + [None] * 2) * 10
    )
    metrics = measured(run).metrics
    assert (metrics["t_thr105_s"], metrics["t_thr95_s"], metrics["ff_s"]) == (0, 0, 0)
    assert metrics["t_thr105_ceil_s"] == 50  # the window of each of the five holds all five


def noisy_tempo(seed, every_s):
    """10 min easy, 20 min at threshold speed, 10 min easy; the speed varies by 4 %, anew every so many seconds."""
    chance = np.random.default_rng(seed)
    speed = np.repeat([3.0, 4.0, 3.0], [600, 1200, 600])
    noise = np.repeat(chance.normal(0, 0.04, len(speed) // every_s + 1), every_s)[: len(speed)]
    return at(range(len(speed)), list((speed * (1 + noise)).round(3)))


@pytest.mark.parametrize("every_s", [1, 3, 5])
@pytest.mark.parametrize("seed", range(10))
def test_a_tempo_run_done_as_asked_breaks_no_ceiling_by_the_noise_of_its_gps(seed, every_s):
    ceil = {name: limit for name, limit in TEMPO_STAGE.ceil.items() if name.startswith("t_thr")}
    assert ceil == {"t_thr95_s": 1500, "t_thr105_s": 60}
    metrics = measured(noisy_tempo(seed, every_s)).metrics
    assert passed(held(metrics, ceil), ceil) == ()
    assert metrics["t_thr95_s"] == pytest.approx(1200, abs=60)  # and the dose is there


def test_a_tempo_run_above_the_threshold_breaks_it_all_the_same():
    ceil = {"t_thr105_s": 60}
    metrics = exposure_of(segment(600, 3.0), segment(90, 4.25), segment(600, 3.0)).metrics
    assert [breach.metric for breach in passed(held(metrics, ceil), ceil)] == ["t_thr105_s"]


def test_tempo_is_unmeasured_without_a_threshold_or_a_speed():
    assert tempo(segment(200, 4.0), references=References(v_max_mps=8.0)) == (None,) * 4
    assert tempo(segment(200, None)) == (None,) * 4


def test_a_smart_watch_is_measured_over_the_same_seconds():
    run = recording(segment(600, 4.2), hz=0.25, hold_s=8.0)
    metrics = measured(run).metrics
    assert (metrics["t_thr105_s"], metrics["t_thr105_ceil_s"]) == (597, 597)  # the last sample holds 1 s
