"""Incline: bands with their edges, fast hills, and what nobody knows. v_thr 4.0."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from measured_runs import exposure_of, measured, recording, segment

from rules.signal.grade import cost, equivalent_speed
from rules.vocabulary import References
from sensors.recording import CHANNELS, Recording

MEASURED = ("inc1_s", "inc2_s", "inc4_s", "inc8_s", "inc2_m", "dn4_s", "vert_up_m", "uf_n", "uf_s")


def incline(*segments, **asked):
    return exposure_of(*segments, **asked).metrics


@pytest.mark.parametrize(
    ("grade", "joule"), [(0.0, 3.6), (0.04, 4.4512), (0.10, 5.9682), (-0.20, 1.8000), (0.9, cost(np.array(0.45)))]
)
def test_the_cost_of_running_follows_minetti(grade, joule):
    assert float(cost(np.array(grade))) == pytest.approx(float(joule), abs=5e-5)


def test_the_equivalent_speed_is_the_one_that_costs_as_much():
    """3.0 m/s up 4 % cost 4.4512 J/kg/m, as much as 3.7094 m/s on the level (worked example M1)."""
    assert float(equivalent_speed(np.array(3.0), np.array(0.04))) == pytest.approx(3.7094, abs=1e-4)


@pytest.mark.parametrize(
    ("grade", "inc1", "inc2", "inc4", "inc8", "dn4"),
    [
        (0.0099, 0, 0, 0, 0, 0),
        (0.01, 100, 0, 0, 0, 0),
        (0.0199, 100, 0, 0, 0, 0),
        (0.02, 100, 100, 0, 0, 0),
        (0.0399, 100, 100, 0, 0, 0),
        (0.04, 100, 100, 100, 0, 0),
        (0.08, 100, 100, 100, 100, 0),
        (0.0, 0, 0, 0, 0, 0),
        (-0.0399, 0, 0, 0, 0, 0),
        (-0.04, 0, 0, 0, 0, 100),
        (-0.2, 0, 0, 0, 0, 100),
    ],
)
def test_a_band_includes_its_edge(grade, inc1, inc2, inc4, inc8, dn4):
    metrics = incline(segment(100, 3.0, grade=grade))
    assert [metrics[name] for name in ("inc1_s", "inc2_s", "inc4_s", "inc8_s", "dn4_s")] == [
        inc1,
        inc2,
        inc4,
        inc8,
        dn4,
    ]


def test_distance_and_climb_uphill():
    # 100 s at 3.0 up 5 %: 300 m and 15 m of climb; down 5 % and flat add neither
    metrics = incline(segment(100, 3.0, grade=0.05), segment(50, 3.0, grade=-0.05), segment(50, 3.0, grade=0.0))
    assert (metrics["inc2_m"], metrics["vert_up_m"]) == (300, 15)


def test_walking_uphill_is_not_running_uphill():
    metrics = incline(segment(100, 1.4, grade=0.10), segment(100, 3.0, grade=0.0))
    assert (metrics["inc2_s"], metrics["inc8_s"], metrics["uf_s"]) == (0, 0, 0)


@pytest.mark.parametrize(("known_s", "inc2_s"), [(79, None), (80, 80), (100, 100)])
def test_a_grade_known_for_less_than_80_percent_of_the_running_time_is_not_known(known_s, inc2_s):
    metrics = incline(segment(known_s, 3.0, grade=0.03), segment(100 - known_s, 3.0))
    assert metrics["inc2_s"] == inc2_s
    assert (metrics["uf_s"] is None) is (inc2_s is None)


def test_the_80_percent_are_of_running_time_and_not_of_the_session():
    metrics = incline(segment(80, 3.0, grade=0.03), segment(20, 3.0), segment(500, 1.0))
    assert metrics["inc2_s"] == 80


def test_no_grade_at_all_is_unmeasured_and_never_zero():
    metrics = incline(segment(600, 3.0))
    assert {name: metrics[name] for name in MEASURED} == dict.fromkeys(MEASURED)


def test_no_grade_at_all_on_a_walk_is_unmeasured_too():
    assert incline(segment(600, 1.5))["inc2_s"] is None
    assert incline(segment(600, 1.5, grade=0.05))["inc2_s"] == 0


def test_a_grade_without_a_speed_tells_nothing_of_running():
    assert incline(segment(600, None, grade=0.05))["inc2_s"] is None


@pytest.mark.parametrize(
    ("speed", "grade", "for_s", "uf_n", "uf_s"),
    [
        (3.4, 0.04, 10, 1, 8),  # C(.04)/C(0) is 1.23645: 3.4 m/s cost 4.204, and 105 % of 4.0 is 4.2
        (3.39, 0.04, 10, 0, 8),  # 4.1916
        (3.4, 0.04, 9, 0, 7),
        (3.5, 0.0399, 10, 0, 8),
        (3.5, 0.03, 10, 0, 8),  # 3 % is enough for the seconds, at 100 %: 3.5 x 1.1734 is 4.107
        (3.4, 0.03, 10, 0, 0),  # 3.989
        (3.5, 0.0299, 10, 0, 0),
    ],
)
def test_a_fast_hill_is_judged_by_what_it_costs(speed, grade, for_s, uf_n, uf_s):
    """The three-second speed blunts the first and the last second of the hill: 10 s are 8 s at speed."""
    metrics = incline(segment(60, 2.5, grade=0.0), segment(for_s, speed, grade=grade), segment(60, 2.5, grade=0.0))
    assert (metrics["uf_n"], metrics["uf_s"]) == (uf_n, uf_s)


FLAT = segment(60, 2.2, grade=0.0)


@pytest.mark.parametrize(("between_s", "uf_n"), [(7, 1), (8, 2)])
def test_two_hills_are_two_when_ten_seconds_lie_between(between_s, uf_n):
    """The blunted seconds at the end of the first hill and at the beginning of the second lie between them too."""
    hill = segment(10, 3.6, grade=0.05)  # 3.6 x 1.3014 is 4.685; blunted 3.133 x 1.3014 is 4.078, below 4.2
    metrics = incline(FLAT, hill, segment(between_s, 2.2, grade=0.0), hill, FLAT)
    assert (metrics["uf_n"], metrics["uf_ceil_n"]) == (uf_n, uf_n)


def test_two_short_hills_close_together_are_no_long_one():
    """Each has 6 s at speed, and 8 s without a break are needed, for a dose and for a ceiling."""
    hill = segment(8, 3.6, grade=0.05)
    metrics = incline(FLAT, hill, segment(5, 2.2, grade=0.0), hill, FLAT)
    assert (metrics["uf_n"], metrics["uf_ceil_n"]) == (0, 0)


def test_lost_samples_make_no_fast_hill_of_a_dose_and_hide_none_from_a_ceiling():
    """A hill of 12 s whose sixth and seventh second are lost: no piece of 8 s; 6 s are held before and 4 s after."""
    hill = segment(12, 3.6, grade=0.05)
    whole = recording(FLAT, hill, FLAT, from_packets=True)
    kept = [place for place in range(len(whole)) if place not in (65, 66)]
    lossy = replace(whole, **{name: getattr(whole, name)[kept] for name in ("t_s", *CHANNELS)})
    assert (measured(whole).metrics["uf_n"], measured(whole).metrics["uf_ceil_n"]) == (1, 1)
    assert (measured(lossy).metrics["uf_n"], measured(lossy).metrics["uf_ceil_n"]) == (0, 1)


def test_fast_hills_need_threshold_speed():
    metrics = incline(segment(100, 5.0, grade=0.05), references=References(v_max_mps=8.0))
    assert (metrics["inc4_s"], metrics["uf_n"], metrics["uf_s"]) == (100, None, None)


def test_a_steep_walk_is_no_fast_hill():
    # 1.7 m/s up 30 % costs as much as running above threshold; it is still walking
    assert incline(segment(100, 1.7, grade=0.3), segment(100, 3.0, grade=0.0))["uf_n"] == 0


@pytest.mark.parametrize("facts", [{"hold_s": 8.0}, {"from_packets": True}])
def test_fast_hills_earn_no_dose_from_a_speed_that_comes_too_seldom(facts):
    metrics = incline(segment(100, 5.0, grade=0.05), hz=0.5, **facts)
    assert (metrics["uf_n"], metrics["uf_ceil_n"]) == (None, 1), "what was seen is held against the ceiling"
    assert (metrics["uf_s"], metrics["inc4_s"]) == (99, 99), "a sample every 2 s, the last of which holds for 1 s"


@pytest.mark.parametrize(("unknown_s", "uf_n"), [(0, 2), (1, 1), (3, 1)])
def test_running_on_an_unknown_grade_between_two_hills_may_be_the_same_hill(unknown_s, uf_n):
    # between the fast seconds of the two lie 10 s, of which the grade of some is not known
    hill, between = segment(10, 3.6, grade=0.05), (segment(8 - unknown_s, 2.2, grade=0.0), segment(unknown_s, 2.2))
    assert incline(FLAT, hill, *between, hill, FLAT)["uf_n"] == uf_n


def test_an_unknown_grade_divides_a_hill_that_is_too_short_without_it():
    hill = segment(6, 3.6, grade=0.05)
    assert incline(FLAT, hill, segment(1, 3.6), hill, FLAT)["uf_n"] == 0


def test_a_hill_at_the_edge_of_the_recording_counts_by_what_lies_away_from_it():
    # the first two samples lie within 1.5 s of the beginning, and the last is blunted by the flat: 11 s leave 8
    for for_s, uf_n in ((11, 1), (10, 0)):
        metrics = incline(segment(for_s, 3.6, grade=0.05), FLAT)
        assert (metrics["uf_n"], metrics["uf_ceil_n"]) == (uf_n, 1)


def test_an_incline_that_the_runner_typed_in_is_held_against_ceilings_and_earns_nothing():
    exposure = exposure_of(segment(100, 5.0, grade=0.05), sources={"grade": "runner"})
    assert {name: exposure.metrics[name] for name in MEASURED} == dict.fromkeys(MEASURED)
    limits = {"inc2_ceil_s": 100, "inc4_ceil_s": 100, "dn4_ceil_s": 0, "uf_ceil_n": 1}
    assert {name: exposure.metrics[name] for name in limits} == limits
    assert "grade_entered_by_runner" in exposure.notes


def test_a_treadmills_incline_is_not_taken_for_a_runners():
    exposure = exposure_of(segment(100, 5.0, grade=0.05), sources={"grade": "ftms_treadmill"})
    assert exposure.metrics["inc4_ceil_s"] is None
    assert (exposure.metrics["uf_n"], exposure.metrics["uf_ceil_n"]) == (1, 1)
    assert exposure.sources["grade"] == "ftms_treadmill"


def hill_run(source, climb_pct=3.0):
    metres = 3.0 * np.arange(600.0)
    altitude = 100 + metres * climb_pct / 100
    return Recording.of(range(600), speed_mps=[3.0] * 600, altitude_m=altitude, sources={"altitude_m": source})


def test_altitude_from_a_barometer_is_a_grade_and_from_satellites_is_none():
    assert measured(hill_run("barometer")).metrics["inc2_s"] == 600
    for source in ("gps", "", "smoothed gps"):
        assert measured(hill_run(source)).metrics["inc2_s"] is None


def test_a_grade_that_a_watch_worked_out_of_satellite_altitude_is_none():
    exposure = exposure_of(segment(100, 3.0, grade=0.05), sources={"grade": "gps", "altitude_m": "gps"})
    assert exposure.metrics["inc2_s"] is None
    assert "grade" not in exposure.sources


def test_a_grade_that_a_watch_worked_out_of_its_barometer_is_worked_out_again():
    level = [segment(1, 3.0, grade=0.05, altitude_m=100.0)] * 100
    exposure = exposure_of(*level, sources={"grade": "barometer", "altitude_m": "barometer"})
    assert (exposure.metrics["inc2_s"], exposure.sources["grade"]) == (0, "barometer")


def test_a_treadmills_incline_comes_before_the_barometer():
    run = hill_run("barometer")
    stated = recording(*(segment(1, 3.0, grade=0.0, altitude_m=a) for a in run.altitude_m), sources=run.sources)
    assert measured(stated).metrics["inc2_s"] == 0


@pytest.mark.parametrize(
    ("heights", "climbed_m"),
    [
        ([0, 0, 0, 10, 10, 10, 10, 10], 10),
        ([0] * 5 + [1.9] * 5 + [0] * 5 + [1.9] * 5, 0),  # less than 2 m is the weather of a barometer
        ([0] * 5 + [2] * 5 + [0] * 5 + [2] * 5, 4),
        ([10] * 5 + [0] * 5 + [7] * 5, 7),  # down is not up
        ([0] * 5 + [5] * 5 + [4] * 5 + [9] * 5, 10),  # a dip of 1 m on the way: 5 and, from 4, another 5
    ],
)
def test_climb_by_altitude_counts_rises_of_two_metres(heights, climbed_m):
    steady = 20  # seconds between the corners, so that the median over 5 s leaves them as they are
    altitude = np.interp(np.arange(len(heights) * steady), np.arange(len(heights)) * steady, heights)
    run = Recording.of(
        range(len(altitude)), speed_mps=[3.0] * len(altitude), altitude_m=altitude, sources={"altitude_m": "barometer"}
    )
    assert measured(run).metrics["vert_up_m"] == pytest.approx(climbed_m, abs=0.5)
