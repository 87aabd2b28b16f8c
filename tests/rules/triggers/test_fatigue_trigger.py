"""Fatigue: late in the session, or the day after a long one; counted from the sample before which it was reached."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from measured_runs import after, at, exposure_of, measured, recording, segment

from rules.vocabulary import References


def fatigue(*segments, onset_s=1800.0, **asked):
    return exposure_of(*segments, fatigue_onset_s=onset_s, **asked).metrics


def test_a_late_run_is_measured_as_the_specification_works_it_out():
    """A continuous run of 2700 s with the onset at 1800 s has 900 s of fatigue (worked example M3)."""
    metrics = fatigue(segment(2700, 3.0))
    assert (metrics["fat_s"], metrics["run_s"]) == (900, 2700)


@pytest.mark.parametrize(
    ("onset_s", "fat_s"),
    [(0, 20), (1, 19), (10, 10), (10.5, 9), (19, 1), (20, 0), (21, 0)],
)
def test_a_sample_is_fatigued_when_the_running_before_it_has_reached_the_onset(onset_s, fat_s):
    # 20 samples of one second: before the sample at 10 s lie 10 s of running, before the one at 11 s lie 11
    assert fatigue(segment(20, 3.0), onset_s=onset_s)["fat_s"] == fat_s


def test_the_sample_that_crosses_the_onset_is_not_fatigued_yet():
    # samples of 2.5 s; the onset of 6 s is crossed within the third (5 to 7.5 s); the fourth is the first fatigued one
    metrics = measured(at([0, 2.5, 5, 7.5, 10], [3.0] * 5), fatigue_onset_s=6).metrics
    assert metrics["fat_s"] == 2.5 + 1


def test_only_running_tires():
    # 1000 s of running, 600 s of walking, 1000 s of running, onset 1500 s: the second half of the second run, less
    # nothing for the walk. At its edges the three-second speed is (3+3+1)/3 on the running side and (3+1+1)/3 beside.
    metrics = fatigue(segment(1000, 3.0), segment(600, 1.0), segment(1000, 3.0), onset_s=1500)
    assert metrics["fat_s"] == 500
    assert metrics["run_s"] == 2000


def test_a_gap_does_not_tire():
    # 10 samples hold until 12 s, then an hour of silence, then 10 more: the onset of 15 s is reached after the third
    run = at([*range(10), *range(3612, 3622)], [3.0] * 20)
    assert measured(run, fatigue_onset_s=15).metrics["fat_s"] == 7


def test_walking_after_the_onset_is_not_fatigued_running():
    metrics = fatigue(segment(100, 3.0), segment(50, 1.0), segment(1, 3.0), segment(9, 1.0), onset_s=50)
    assert metrics["fat_s"] == 50  # the lone second of 3.0 among walking has a three-second speed of 5/3


@pytest.mark.parametrize(
    ("hours", "run_s", "fat_s"),
    [
        (29.999, 1800, 600),
        (30.0, 1800, 0),  # strictly less than 30 hours
        (12.0, 1799.9, 0),  # the session before did not reach this stage's onset
        (12.0, 1800, 600),
        (0.0, 3600, 600),
        (math.nan, 3600, 0),
        (12.0, math.nan, 0),
        (-1.0, 3600, 0),  # a session that ended after this one began is not the one before
    ],
)
def test_a_run_soon_after_a_long_one_is_fatigued_from_its_first_second(hours, run_s, fat_s):
    assert fatigue(segment(600, 3.0), previous=after(hours, run_s))["fat_s"] == fat_s


@given(
    run_s=st.integers(1, 90),
    onset_s=st.sampled_from([0.0, 10.0, 30.0, 60.0]),
    hours=st.sampled_from([0.0, 12.0, 29.9, 30.0, 40.0]),
    before_s=st.integers(0, 120),
    longer_s=st.integers(0, 120),
)
def test_leaving_the_run_before_out_or_shortening_it_never_makes_this_one_more_tired(
    run_s, onset_s, hours, before_s, longer_s
):
    tired = [
        fatigue(segment(run_s, 3.0), onset_s=onset_s, previous=previous)["fat_s"]
        for previous in (None, after(hours, before_s), after(hours, before_s + longer_s))
    ]
    assert tired == sorted(tired)


@pytest.mark.parametrize("onset_s", [math.nan, math.inf, -1.0])
def test_an_onset_that_is_no_time_leaves_fatigue_unmeasured(onset_s):
    metrics = fatigue(segment(600, 3.8), onset_s=onset_s, previous=after(1, 9999))
    assert (metrics["fat_s"], metrics["ff_s"], metrics["ff80_n"]) == (None, None, None)
    assert metrics["run_s"] == 600


@pytest.mark.parametrize(("v_mps", "ff_s"), [(3.8, 40), (3.79, 0)])
def test_fast_and_fatigued_needs_95_percent_of_threshold_speed(v_mps, ff_s):
    assert fatigue(segment(100, v_mps), onset_s=60)["ff_s"] == ff_s


def test_fast_and_fatigued_is_judged_over_fifteen_seconds():
    # the window reaches from 7 s before a sample to 8 s after it; with all ten fast seconds in it, at the samples from
    # 62 to 67, the mean is (10 x 4.2 + 5 x 3.0) / 15 = 3.8
    table = (segment(60, 3.0), segment(10, 4.2), segment(60, 3.0))
    assert fatigue(*table, onset_s=0)["ff_s"] == 6
    assert fatigue(*table, onset_s=64)["ff_s"] == 4


def test_an_effort_is_fatigued_by_its_first_sample():
    # 6.4 is 80 % of 8.0. After 60 s at 3.0 the first sample at full three-second speed is the one at 61 s.
    table = (segment(60, 3.0), segment(10, 7.0), segment(60, 3.0))
    assert fatigue(*table, onset_s=61)["ff80_n"] == 1
    assert fatigue(*table, onset_s=62)["ff80_n"] == 0
    assert fatigue(*table, onset_s=62)["eff80_n"] == 1


def test_a_tired_effort_downhill_does_not_count():
    table = [segment(60, 3.0, grade=-0.05), segment(10, 7.0, grade=-0.05), segment(60, 3.0, grade=-0.05)]
    assert fatigue(*table, onset_s=10)["ff80_n"] == 0


def test_tired_efforts_cannot_be_told_from_a_watch_that_is_silent_on_purpose():
    run = at(range(0, 600, 2), [7.6] * 300, hold_s=8.0)
    assert measured(run, fatigue_onset_s=10).metrics["ff80_n"] is None


def test_what_needs_a_reference_is_null_without_it():
    metrics = fatigue(segment(100, 5.0), onset_s=50, references=References())
    assert (metrics["fat_s"], metrics["ff_s"], metrics["ff80_n"]) == (50, None, None)


@given(
    lengths=st.lists(
        st.tuples(st.integers(1, 60), st.sampled_from([0.0, 1.0, 2.0, 3.0, 7.0])), min_size=1, max_size=12
    ),
    onset_s=st.integers(0, 300),
    later_s=st.integers(0, 300),
    previous=st.none() | st.builds(after, st.sampled_from([10.0, 40.0]), st.sampled_from([30.0, 200.0])),
)
def test_a_later_onset_never_adds_fatigue(lengths, onset_s, later_s, previous):
    run = recording(*(segment(for_s, v_mps) for for_s, v_mps in lengths))
    early = measured(run, fatigue_onset_s=onset_s, previous=previous).metrics
    late = measured(run, fatigue_onset_s=onset_s + later_s, previous=previous).metrics
    for name in ("fat_s", "ff_s", "ff80_n"):
        assert (late[name] is None) == (early[name] is None)
        assert late[name] is None or late[name] <= early[name], "None: a single sample tells nothing"


HALF_HOUR = {"for_s": 1200, "speed_mps": 3.0}  # and ten minutes more, in which something may drift


@pytest.mark.parametrize(
    ("late", "fat_s"),
    [
        ({"heart_rate_bpm": 150}, 0),  # 0 %: the heart was heard, and nothing drifts
        ({"heart_rate_bpm": 157}, 0),  # 100 x (1 - 150/157) = 4.459 %
        ({"heart_rate_bpm": 158}, 600),  # 5.063 %
    ],
)
def test_where_it_has_to_be_corroborated_late_running_counts_only_with_a_drift_of_the_heart(late, fat_s):
    metrics = fatigue(HALF_HOUR | {"heart_rate_bpm": 150}, segment(600, 3.0, **late), onset_s=1200, corroborated=True)
    assert metrics["fat_s"] == fat_s
    assert fatigue(HALF_HOUR, segment(600, 3.0), onset_s=1200)["fat_s"] == 600


@pytest.mark.parametrize(("late_spm", "fat_s"), [(180.0, 0), (175.0, 0), (174.0, 600)])
def test_a_loss_of_cadence_of_3_percent_agrees_as_well(late_spm, fat_s):
    # 100 x 5 / 180 = 2.778 %, 100 x 6 / 180 = 3.333 %
    metrics = fatigue(
        HALF_HOUR | {"cadence_spm": 180}, segment(600, 3.0, cadence_spm=late_spm), onset_s=1200, corroborated=True
    )
    assert metrics["fat_s"] == fat_s


def test_where_no_sensor_could_agree_nobody_can_tell_and_who_did_not_run_late_has_none():
    assert fatigue(HALF_HOUR, segment(600, 3.0), onset_s=1200, corroborated=True)["fat_s"] is None
    assert fatigue(HALF_HOUR, segment(600, 3.0), onset_s=1800, corroborated=True)["fat_s"] == 0


def test_the_run_of_the_day_before_corroborates_nothing():
    tired = {"onset_s": 1200, "previous": after(20, 3000)}
    run = (segment(600, 3.0, heart_rate_bpm=150),)
    assert fatigue(*run, **tired)["fat_s"] == 600
    assert fatigue(*run, **tired, corroborated=True)["fat_s"] == 0
