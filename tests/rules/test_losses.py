"""Lost samples: how they are recognised, that they cover nothing, and that they make no sprint and no hill."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from measured_runs import RUNNER, at, measured, recording, segment
from random_cases import thoroughly

from rules.signal.samples import prepare
from rules.vocabulary import References
from sensors.recording import Recording

BURST = References(v_max_mps=7.0, v_max_kind="measured", v_thr_mps=3.8)


def without(run: Recording, *lost: int) -> Recording:
    """The recording as it arrives if some of its samples are lost."""
    kept = np.setdiff1d(np.arange(len(run)), lost)
    return Recording.of(
        run.t_s[kept],
        speed_mps=run.speed_mps[kept],
        grade=run.grade[kept],
        sources=run.sources,
        hold_s=run.hold_s,
        from_packets=run.from_packets,
    )


def of_intervals(intervals_ms, **facts):
    times = np.concatenate([[0], np.cumsum(intervals_ms)]) / 1000
    return at(times.tolist(), [3.0] * len(times), **facts)


@pytest.mark.parametrize(
    ("intervals_ms", "packets_ms", "file_ms"),
    [
        ([1000] * 5, 1000, 1000),
        ([1000, 1000, 2000, 2000, 2000], 1000, 2000),  # more than half of the packets lost
        ([1000, 1000, 1000, 5000, 5000], 1000, 1000),
        ([1000, 2000], 1250, 1500),  # numpy's default: between two values by their place
        ([1000, 2000, 2000], 1500, 2000),
        ([200] * 9, 200, 200),
    ],
)
def test_the_step_is_the_lower_quartile_of_packets_and_the_median_of_a_file(intervals_ms, packets_ms, file_ms):
    for from_packets, step_ms in ((True, packets_ms), (False, file_ms)):
        assert prepare(of_intervals(intervals_ms, from_packets=from_packets)).step_ms == step_ms


def test_the_step_is_between_samples_that_have_a_speed():
    run = at([0, 0.5, 1, 1.5, 2, 2.5, 3], [3.0, None, 3.0, None, 3.0, None, 3.0])
    assert prepare(run).step_ms == 1000


@pytest.mark.parametrize(("times_s", "speeds"), [([], []), ([0], [3.0]), ([0, 1], [3.0, None])])
def test_without_two_speeds_the_step_is_unknown_and_nothing_short_is_counted(times_s, speeds):
    run = at(times_s, speeds)
    assert np.isnan(prepare(run).step_ms)
    assert {measured(run).metrics[name] for name in ("eff80_n", "eff90_n", "eff95_n", "ff80_n", "uf_n")} == {None}


@pytest.mark.parametrize(
    ("lost", "away_from_losses"),
    [
        ((), range(2, 18)),  # the beginning and the end are losses: two samples of either are too near
        ((10,), [*range(2, 8), *range(13, 18)]),  # an interval of 2 s: 8, 9 and 11, 12 are too near
        ((10, 11), [*range(2, 8), *range(14, 18)]),
        ((0, 19), range(3, 17)),
        ((5, 10), [2, *range(13, 18)]),  # 3, 4 and 6 to 9 are too near
    ],
)
def test_samples_up_to_a_second_and_a_half_from_a_loss_are_near_it(lost, away_from_losses):
    near = prepare(without(recording(segment(20, 3.0)), *lost)).losses.near
    seconds = np.setdiff1d(np.arange(20), lost)
    assert seconds[~near].tolist() == [*away_from_losses]


@pytest.mark.parametrize(("interval_ms", "is_loss"), [(1500, False), (1501, True)])
def test_an_interval_above_one_and_a_half_steps_is_a_loss(interval_ms, is_loss):
    run = of_intervals([1000] * 9 + [interval_ms] + [1000] * 9)
    assert prepare(run).losses.near[10] == is_loss


def test_exactly_a_second_and_a_half_is_near():
    samples = prepare(of_intervals([500] * 20))
    assert np.flatnonzero(~samples.losses.near).tolist() == [*range(4, 17)]  # 2.0 to 8.0 s of 10


@pytest.mark.parametrize(
    ("lost", "covered_s"),
    [
        ((), 200),
        ((50,), 199.5),  # the sample before holds 2 s and covers 1.5
        ((50, 51), 198.5),
        (range(50, 60), 190.5),
        ((50, 60), 199),
    ],
)
def test_a_sample_covers_at_most_one_and_a_half_steps(lost, covered_s):
    exposure = measured(without(recording(segment(200, 3.0)), *lost))
    assert exposure.coverage_v == round(covered_s / 200, 3)


def test_half_of_the_packets_lost_makes_a_session_poor_and_a_third_does_not():
    every_third = range(3, 600, 3)  # 199 lost, each costs half a second: 500.5 s of 600
    exposure = measured(without(recording(segment(600, 3.0)), *every_third))
    assert (exposure.coverage_v, exposure.quality) == (0.834, "OK")
    two_of_four = [place for place in range(4, 594) if place % 4 in (0, 1)]  # 148 pairs, each costs 1.5 s: 378 s
    exposure = measured(without(recording(segment(600, 3.0)), *two_of_four))
    assert (exposure.coverage_v, exposure.quality) == (0.63, "POOR")


def test_a_sparse_recording_is_covered_as_long_as_it_holds():
    assert measured(recording(segment(600, 3.0), hz=0.5)).coverage_v == 1.0
    assert measured(recording(segment(600, 3.0), hz=0.25)).coverage_v == pytest.approx(0.75, abs=0.002)


def test_coverage_is_rounded_before_it_is_judged():
    # 400 samples lost in a row cost 399.5 s of 2000, and each lost alone half a second
    run, in_a_row = recording(segment(2000, 3.0)), range(100, 500)
    exposure = measured(without(run, *in_a_row, 600, 700))  # 1599.5 s: 0.79975
    assert (exposure.coverage_v, exposure.quality) == (0.8, "OK")
    exposure = measured(without(run, *in_a_row, 600, 700, 800, 900))  # 1598.5 s: 0.79925
    assert (exposure.coverage_v, exposure.quality) == (0.799, "POOR")


def test_lost_packets_make_no_sprint_of_the_dose():
    """Three bursts of 2 s at 91 %, the two packets after each lost: held for 3 s they would be sprints."""
    bursts = [segment(2, 6.4), segment(60, 3.0)] * 3
    whole = recording(segment(600, 3.0), *bursts)
    assert measured(whole, references=BURST).metrics["eff90_n"] == 0
    exposure = measured(without(whole, 602, 603, 664, 665, 726, 727), references=BURST)
    assert (exposure.metrics["eff90_n"], exposure.quality) == (0, "OK")
    assert exposure.metrics["eff90_ceil_n"] == 3  # what may have been sprints is held against the ceiling


def sprint(before_s, fast_s, *, lost=(), after_s=60):
    run = recording(segment(before_s, 3.0), segment(fast_s, 6.0), segment(after_s, 3.0))
    metrics = measured(without(run, *lost)).metrics
    return metrics["eff70_n"], metrics["eff70_ceil_n"]


@pytest.mark.parametrize(
    ("fast_s", "lost", "efforts"),
    [
        # v3 reaches 5.6 at the samples 61 to 58 + fast_s
        (8, (), 1),
        (8, (64,), 0),  # 62, 63 and 65, 66 are too near to it: single seconds are left, 61 and 67 is none
        (10, (64,), 1),  # 67 and 68
        (10, (64, 65), 0),  # 68 alone
        (9, (67,), 1),  # the loss is at the end: 61 to 64 are left
        (4, (), 1),
        (4, (70,), 1),
        (4, (64,), 0),  # the packet right after: 62 and 63 are too near, 61 is left
        (4, (65,), 1),  # 63 and 64 are too near, 61 and 62 are not
    ],
)
def test_an_effort_counts_if_two_seconds_without_a_loss_are_left(fast_s, lost, efforts):
    assert sprint(60, fast_s, lost=lost)[0] == efforts


def test_two_single_seconds_beside_a_loss_do_not_add_up_to_an_effort():
    # v3 reaches 5.6 at 61 to 67; the loss at 64 leaves 61 and 67
    run = recording(segment(60, 3.0), segment(9, 6.0), segment(60, 3.0))
    assert measured(without(run, 64)).metrics["eff70_n"] == 0
    assert measured(run).metrics["eff70_n"] == 1


@pytest.mark.parametrize(
    ("below_s", "lost", "efforts"),
    [
        (1, (), 2),  # 69 to 71
        (6, (), 2),  # 69 to 76
        (6, (72,), 1),  # 69, and 75, 76
        (6, (73,), 1),  # 69, 70, and 76
        (8, (73,), 2),  # of 69 to 78 are left 69, 70, and 76 to 78
        (8, (74,), 2),  # 69 to 71
    ],
)
def test_an_effort_ends_only_where_three_seconds_below_were_measured(below_s, lost, efforts):
    # fast from 60 to 69, 3.0 from 70 on, then fast again; the second at either edge is below 5.6 too (5.0)
    run = recording(segment(60, 3.0), segment(10, 6.0), segment(below_s, 3.0), segment(10, 6.0), segment(60, 3.0))
    assert measured(without(run, *lost)).metrics["eff70_n"] == efforts


def hill_run(*, lost=(), hill_s=12, between_s=None):
    """2.5 m/s on the flat, 3.6 m/s up 5 %: v_eq is at least 4.208 in each second of the hill."""
    hill, flat = segment(hill_s, 3.6, grade=0.05), segment(60, 2.5, grade=0.0)
    middle = (hill,) if between_s is None else (hill, segment(between_s, 2.5, grade=0.0), hill)
    metrics = measured(without(recording(flat, *middle, flat), *lost)).metrics
    return metrics["uf_n"], metrics["uf_ceil_n"]


@pytest.mark.parametrize(
    ("hill_s", "lost", "uf_n", "uf_ceil_n"),
    [
        (12, (), 1, 1),
        (12, (66,), 0, 1),  # 60 to 63 and 69 to 71 are left of 60 to 71
        (12, (70,), 1, 1),  # 60 to 67: eight seconds
        (12, (69,), 0, 1),  # 60 to 66
        (9, (61, 62, 63, 64), 0, 0),  # 60 holds 3 s, and 65 to 68 are 4 more
        (10, (61, 62, 63, 64), 0, 1),
        (8, (), 1, 1),
    ],
)
def test_a_hill_counts_if_eight_seconds_without_a_loss_are_left(hill_s, lost, uf_n, uf_ceil_n):
    assert hill_run(hill_s=hill_s, lost=lost) == (uf_n, uf_ceil_n)


@pytest.mark.parametrize(
    ("between_s", "lost", "uf_n", "uf_ceil_n"),
    [
        (9, (), 1, 1),
        (10, (), 2, 2),
        (14, (78,), 1, 2),  # of 72 to 85 are left 72 to 75 and 81 to 85
        (16, (85,), 2, 2),  # 72 to 82 are left
    ],
)
def test_a_hill_is_over_only_where_ten_seconds_outside_it_were_measured(between_s, lost, uf_n, uf_ceil_n):
    assert hill_run(between_s=between_s, lost=lost) == (uf_n, uf_ceil_n)


def test_a_loss_ends_no_hill_that_is_held_against_the_ceiling():
    # 60 to 64, then nothing for 25 s, then 90 to 93: 5 + 2 and 4 seconds are held, and no sample outside lies between
    hill, flat = segment(34, 3.6, grade=0.05), segment(60, 2.5, grade=0.0)
    metrics = measured(without(recording(flat, hill, flat), *range(65, 90))).metrics
    assert (metrics["uf_n"], metrics["uf_ceil_n"]) == (0, 1)


# Invariant 18. The speeds are such as a runner can reach, so that no sample is cleaned away; the grade is stated; and
# so few samples are lost that the step stays as it was.
SPEEDS = st.sampled_from([2.6, 3.0, 3.4, 3.6, 4.0, 4.8, 5.4, 5.6, 6.0, 6.4, 7.2, 7.6, 8.0])
STRETCHES = st.lists(st.tuples(st.integers(1, 14), SPEEDS, st.just(0.0)), min_size=2, max_size=9)
HILLS = st.lists(
    st.tuples(st.integers(3, 14), st.sampled_from([2.6, 3.2, 3.6, 4.0]), st.sampled_from([0.0, 0.04, 0.05])),
    min_size=2,
    max_size=9,
)
EFFORTS = ("eff60_n", "eff70_n", "eff80_n", "eff90_n", "eff95_n")
ARRIVALS = st.fixed_dictionaries(
    {
        "lost": st.lists(st.floats(0, 1, exclude_max=True), min_size=1, max_size=8),
        "many": st.integers(1, 4),
        "from_packets": st.booleans(),
        "hz": st.sampled_from([1.0, 1.0, 0.8, 5.0]),
    }
)


def reachable(run):
    """The recording with its speed changing by at most 5 m/s within a second."""
    most, speed = 5 * float(np.diff(run.t_s).min()), run.speed_mps.copy()
    for place in range(1, len(speed)):
        speed[place] = round(speed[place - 1] + np.clip(speed[place] - speed[place - 1], -most, most), 6)
    return replace(run, speed_mps=speed)


def whole_and_arrived(stretches, arrival):
    """The metrics of a run, and of what arrives of it if some of its samples are lost, a few in a row."""
    parts = [segment(for_s, v, grade=grade) for for_s, v, grade in stretches]
    parts = [segment(20, 3.0, grade=0.0), *parts, segment(20, 3.0, grade=0.0)]
    run = reachable(recording(*parts, hz=arrival["hz"], from_packets=arrival["from_packets"]))
    gone = {int(place * len(run)) + more for place in arrival["lost"] for more in range(arrival["many"])}
    return measured(run).metrics, measured(without(run, *sorted(gone)[: len(run) // 4])).metrics


@thoroughly
@given(STRETCHES, ARRIVALS)
def test_18_dropping_samples_never_raises_the_efforts_of_a_dose(stretches, arrival):
    # on one grade: a sprint up a hill may lose its steep part, and then be level
    whole, arrived = whole_and_arrived(stretches, arrival)
    for name in EFFORTS:
        assert arrived[name] <= whole[name], name


@thoroughly
@given(HILLS, ARRIVALS)
def test_18_dropping_samples_never_raises_the_fast_hills_of_a_dose(hills, arrival):
    whole, arrived = whole_and_arrived(hills, arrival)
    assert arrived["uf_n"] <= whole["uf_n"]


@given(STRETCHES, st.sampled_from([0.2, 0.5, 1.0]))
def test_a_run_without_a_loss_has_the_same_efforts_for_dose_and_ceiling_away_from_its_ends(stretches, step_s):
    parts = [segment(for_s, v, grade=0.0) for for_s, v, _ in stretches]
    parts = [segment(20, 2.6, grade=0.0), *parts, segment(20, 2.6, grade=0.0)]
    run = reachable(recording(*parts, hz=1 / step_s))
    metrics = measured(run, references=RUNNER).metrics
    for percent in (60, 70, 80, 90, 95):
        assert metrics[f"eff{percent}_n"] == metrics[f"eff{percent}_ceil_n"]
