"""Speed: peaks, efforts and seconds at speed, each at its boundary. v_max 8.0, v_thr 4.0 unless said."""

from __future__ import annotations

import math

import pytest
from measured_runs import RUNNER, at, exposure_of, measured, recording, segment

from rules.vocabulary import References

SHORT_EFFORTS = ("eff80_n", "eff90_n", "eff95_n")


def speed(*segments, **asked):
    return exposure_of(*segments, **asked).metrics


def efforts_of(times_s, speeds, percent=70):
    return measured(at(times_s, speeds)).metrics[f"eff{percent}_n"]


def test_one_effort_of_four_seconds_is_measured_as_the_specification_works_it_out():
    """300 s at 3.0, 4 s at 6.0, 300 s at 3.0 (worked example M2).

    The three-second speed over the four fast seconds is 5, 6, 6, 5, and 4, 4 beside them. 70 % of 8.0 is 5.6: the two
    sixes, 12 m. 95 % of 4.0 is 3.8: over 15 s the four fast seconds among slow ones are exactly that, in the twelve
    windows that hold them all. A window of 3 s lies within the four: 6.0 of 8.0 is 75 %.
    """
    metrics = speed(segment(300, 3.0), segment(4, 6.0), segment(300, 3.0))
    expected = {
        "peak3_pct": 75.0,
        "peak5_pct": 67.5,  # 4 s at 6.0 and 1 s at 3.0 are 5.4 of 8.0
        "eff70_n": 1,
        "eff80_n": 0,
        "fast70_m": 12,
        "fast70_s": 2,
        "fast60_m": 24,  # 60 % is 4.8: the fives and the sixes, but each sample adds its own 6.0 m
        "fast60_s": 4,
        "t_thr95_s": 12,
        "t_thr95_ceil_s": 8,  # over 30 s it is 3.4; over 10 s 4.2 or 4.05, above 1.05 x 3.8, in eight windows
        "t_thr105_ceil_s": 0,  # 4.2 over 10 s is below 1.05 x 4.2
        "t_thr105_s": 0,  # 4.2
    }
    assert {name: metrics[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("v_mps", "seconds"),
    [(5.6, 200), (5.599, 0)],  # 70 % of 8.0 is 5.6, though 0.7 * 8 is a hair less in binary fractions
)
def test_the_limit_itself_is_fast(v_mps, seconds):
    metrics = speed(segment(200, v_mps))
    assert metrics["fast70_s"] == seconds
    assert metrics["eff70_n"] == (1 if seconds else 0)


@pytest.mark.parametrize(
    ("v_mps", "thr95_s", "thr105_s"), [(3.79, 0, 0), (3.8, 200, 0), (4.19, 200, 0), (4.2, 200, 200)]
)
def test_time_near_threshold_includes_the_limit(v_mps, thr95_s, thr105_s):
    metrics = speed(segment(200, v_mps))
    assert (metrics["t_thr95_s"], metrics["t_thr105_s"]) == (thr95_s, thr105_s)


@pytest.mark.parametrize(("fast_s", "efforts"), [(3, 0), (4, 1), (5, 1)])
def test_an_effort_counts_from_two_seconds_at_speed(fast_s, efforts):
    # the three-second speed blunts one second on each side: 3 s at 6.0 have one sample at 5.6 or more, 4 s have two
    assert speed(segment(60, 3.0), segment(fast_s, 6.0), segment(60, 3.0))["eff70_n"] == efforts


@pytest.mark.parametrize(("silent_s", "efforts"), [(2.999, 1), (3.0, 2), (3.001, 2)])
def test_three_seconds_without_data_end_an_effort_for_a_ceiling_and_none_for_a_dose(silent_s, efforts):
    # the sample at 9 s holds until 12 s; then silence
    again = 12 + silent_s
    times = [*range(10), *(again + second for second in range(10))]
    metrics = measured(at(times, [6.0] * 20)).metrics
    assert (metrics["eff70_ceil_n"], metrics["eff70_n"]) == (efforts, 1), "nobody measured that the runner slowed down"


@pytest.mark.parametrize(("below_s", "efforts"), [(0.5, 1), (0.9, 1), (1.0, 2), (1.1, 2)])
def test_three_seconds_below_the_limit_end_an_effort(below_s, efforts):
    # 6.0, one sample of 3.0 that holds `below_s`, 6.0: with the blunted neighbours (5.0 or so) 2 + below_s seconds
    times = [*range(10), *(10 + below_s + second for second in range(9))]
    assert efforts_of([*times[:10], 10, *times[10:]], [6.0] * 10 + [3.0] + [6.0] * 9) == efforts


def test_the_seconds_of_an_effort_are_summed_over_short_breaks():
    # one second at 6.0, two silent, one at 6.0: two seconds, one effort; with three silent ones two that do not count
    assert efforts_of(range(6), [None, 6.0, None, None, 6.0, None]) == 1
    assert efforts_of(range(7), [None, 6.0, None, None, None, 6.0, None]) == 0


@pytest.mark.parametrize(
    ("grade", "level"),
    [(None, 1), (0.0, 1), (0.02, 1), (-0.02, 1), (0.021, 0), (-0.021, 0), (0.2, 0), (-0.2, 0)],
)
def test_only_level_efforts_count_and_all_of_them_are_held_against_the_ceiling(grade, level):
    metrics = speed(segment(60, 3.0, grade=grade), segment(10, 6.0, grade=grade), segment(60, 3.0, grade=grade))
    assert metrics["eff70_n"] == level
    assert metrics["eff70_ceil_n"] == 1


@pytest.mark.parametrize(("downhill_s", "level"), [(5, 1), (6, 0)])
def test_the_grade_of_an_effort_is_its_mean_over_time(downhill_s, level):
    # of 10 fast seconds: 5 at -4 % and 5 at 0 make -2 %, which is level; 6 and 4 make -2.4 %
    metrics = speed(segment(downhill_s, 6.0, grade=-0.04), segment(10 - downhill_s, 6.0, grade=0.0))
    assert metrics["eff70_n"] == level
    assert metrics["eff70_ceil_n"] == 1


def test_an_effort_on_unknown_ground_counts_and_is_flagged():
    assert "effort_grade_unknown" in exposure_of(segment(60, 3.0), segment(10, 6.0), segment(60, 3.0)).notes
    known = exposure_of(*(segment(s, v, grade=0.0) for s, v in ((60, 3.0), (10, 6.0), (60, 3.0))))
    assert "effort_grade_unknown" not in known.notes


def test_running_uphill_never_earns_flat_speed():
    """3.5 m/s up 10 % costs as much as 5.8 m/s on the level (C is 5.9682), and is still 3.5 m/s."""
    metrics = speed(segment(600, 3.5, grade=0.10))
    names = ("t_thr95_s", "t_thr105_s", "fast60_s", "fast70_s", "eff60_n", "eff70_n")
    assert [metrics[name] for name in names] == [0.0] * 6
    assert metrics["peak3_pct"] == 43.75


@pytest.mark.parametrize(
    ("times_s", "speeds", "peak3_mps"),
    [
        ([0, 1, 2, 3], [3, 6, 6, 6], 6.0),
        ([0, 1], [4, 6], None),  # two seconds are not three
        ([0, 1, 2], [4, 4, 4], 4.0),  # the last sample speaks for one second
        ([0, 1, 2, 5, 6], [5, 5, 5, 5, 5], 5.0),
        ([0, 3, 6, 20], [5, 8, 5, 5], None),  # one sample that holds for 3 s is one reading, not a peak
        ([0, 1, 4, 5], [5, 8, 5, 5], (5 + 8 + 8) / 3),  # but it may be a part of one
        ([0, 1, 2, 20, 21, 22], [4, 4, 4, 3, 3, 3], 4.0),
        ([0, 1, 20, 21, 40, 41], [5, 5, 5, 5, 5, 5], 5.0),  # a sample before a gap holds for 3 s
        ([0, 1, 2, 3, 4], [5, 5, None, 5, 5], None),  # no window lies across silence
        ([0, 1, 2, 3, 4, 5], [5, 5, None, 4, 4, 4], 4.0),
        ([0, 2, 4, 6], [3, 6, 6, 3], 6.0),
        ([0, 2.5, 5, 7.5], [3, 6, 3, 3], (2.5 * 6 + 0.5 * 3) / 3),
    ],
)
def test_a_peak_needs_three_covered_seconds_and_two_samples(times_s, speeds, peak3_mps):
    metrics = measured(at(times_s, speeds)).metrics
    expected = None if peak3_mps is None else pytest.approx(100 * peak3_mps / 8.0, abs=0.001)
    assert metrics["peak3_pct"] == expected


def test_an_absent_top_speed_is_estimated_from_threshold_speed():
    exposure = exposure_of(segment(200, 3.6), references=References(v_thr_mps=4.0))
    assert exposure.metrics["peak3_pct"] == 50.0  # 1.8 x 4.0 is 7.2
    assert "v_max_estimated" in exposure.notes


@pytest.mark.parametrize("v_max", [math.nan, 0.0, -8.0, math.inf])
def test_a_top_speed_that_is_no_speed_is_absent(v_max):
    metrics = speed(segment(200, 3.6), references=References(v_max_mps=v_max, v_max_kind="measured"))
    assert metrics["peak3_pct"] is metrics["eff90_n"] is metrics["fast60_m"] is None


def test_without_a_reference_nothing_that_needs_it_is_measured():
    metrics = speed(segment(600, 6.0), references=References())
    assert {value for name, value in metrics.items() if name.startswith(("peak", "fast", "eff", "t_thr", "ff"))} == {
        None
    }
    assert metrics["run_s"] == 600


def test_without_speed_no_speed_metric_is_zero():
    metrics = speed(segment(600, None, cadence_spm=170, heart_rate_bpm=150, grade=0.05))
    assert metrics["steps"] == 1700
    unmeasured = {value for name, value in metrics.items() if name not in ("steps", "dur_s")}
    assert unmeasured == {None}


@pytest.mark.parametrize(
    ("every_s", "facts", "is_counted"),
    [
        (2, {"hold_s": 8.0}, False),  # a watch that keeps what changes
        (2, {"from_packets": True}, False),  # a treadmill that speaks every two seconds
        (1.501, {"from_packets": True}, False),
        (1.5, {"from_packets": True}, True),
        (1.5, {}, True),
    ],
)
def test_short_sprints_earn_nothing_from_a_speed_that_comes_too_seldom(every_s, facts, is_counted):
    metrics = measured(at([place * every_s for place in range(300)], [7.6] * 300, **facts)).metrics
    assert [metrics[name] for name in SHORT_EFFORTS] == [1.0 if is_counted else None] * 3
    assert (metrics["eff60_n"], metrics["eff70_n"]) == (1, 1)
    assert metrics["fast95_s"] == pytest.approx(299 * every_s + 1)


def test_what_was_seen_of_short_sprints_is_held_against_the_ceilings_all_the_same():
    exposure = measured(at(range(0, 600, 2), [7.6] * 300, hold_s=8.0))
    assert {exposure.metrics[f"eff{x}_ceil_n"] for x in (60, 70, 80, 90, 95)} == {1.0}
    assert {effort.percent for effort in exposure.efforts} == {60, 70, 80, 90, 95}


def test_every_effort_is_listed_with_what_was_measured():
    exposure = exposure_of(segment(60, 3.0, grade=0.0), segment(6, 6.0, grade=0.0), segment(60, 3.0, grade=0.0))
    [effort] = [effort for effort in exposure.efforts if effort.percent == 70]
    assert (effort.start_s, effort.seconds, effort.metres, effort.fastest_mps) == (61.0, 4.0, 24.0, 6.0)
    assert (effort.grade, effort.level, effort.fatigued) == (0.0, True, False)


def test_the_same_run_is_faster_for_a_slower_runner():
    slower = References(v_max_mps=6.0, v_max_kind="measured", v_thr_mps=3.0)
    run = recording(segment(60, 3.0), segment(10, 6.0), segment(60, 3.0))
    assert measured(run).metrics["eff95_n"] == 0
    assert measured(run, references=slower).metrics["eff95_n"] == 1
    assert measured(run, references=RUNNER).metrics["peak3_pct"] == 75.0
