"""A speed that this runner, or any runner, does not reach: the session is POOR, and its fast parts are not measured."""

from __future__ import annotations

import pytest
from measured_runs import RUNNER, exposure_of, segment

from rules.ceilings import held, passed
from rules.trace import trace
from rules.triggers import METRICS
from rules.vocabulary import References
from sensors.recording import Recording

NOTE = "SPEED_IMPLAUSIBLE"
FAST_PARTS = [name for name in METRICS if name.startswith(("peak", "fast", "eff", "ff80"))]
ESTIMATED = References(v_max_mps=8.0, v_max_kind="estimated", v_thr_mps=4.0)
UNKNOWN_TOP = References(v_thr_mps=4.0)  # 7.2 m/s, estimated


def burst(v_mps, seconds=3, references=RUNNER):
    """A run of 10 min with a burst in it, up and down within 6 m/s in a second."""
    ramp = segment(2, 5.0)
    return exposure_of(segment(300, 3.0), ramp, segment(seconds, v_mps), ramp, segment(300, 3.0), references=references)


@pytest.mark.parametrize(
    ("references", "v_mps", "is_implausible"),
    [
        (RUNNER, 9.6, False),  # 1.2 x 8.0 exactly
        (RUNNER, 9.601, True),
        (References(v_max_mps=7.0, v_max_kind="measured"), 8.4, False),  # 1.2 x 7.0 is a hair less in binary fractions
        (References(v_max_mps=7.0, v_max_kind="measured"), 8.401, True),
        (ESTIMATED, 9.5, False),  # an estimate says nothing of what the runner can do
        (ESTIMATED, 9.501, True),
        (UNKNOWN_TOP, 9.5, False),
        (UNKNOWN_TOP, 9.501, True),
        (References(), 9.5, False),
        (References(), 9.501, True),
    ],
)
def test_a_speed_20_percent_above_the_measured_top_speed_or_above_any_runner_is_implausible(
    references, v_mps, is_implausible
):
    exposure = burst(v_mps, references=references)
    assert (NOTE in exposure.notes) == is_implausible
    assert exposure.quality == ("POOR" if is_implausible else "OK")


def test_three_seconds_are_needed():
    assert NOTE in burst(9.9, 3).notes
    assert NOTE not in burst(9.9, 2).notes  # (9.9 + 9.9 + 5.0) / 3 is 8.27


def test_nothing_of_a_fast_part_is_measured_and_the_rest_stays():
    exposure = burst(10.0)
    assert {exposure.metrics[name] for name in FAST_PARTS} == {None}
    assert exposure.efforts == ()
    assert (exposure.metrics["run_s"], exposure.metrics["fat_s"]) == (607, 0)
    assert exposure.metrics["t_thr95_s"] is not None
    assert exposure.histogram


def test_the_fast_parts_break_no_ceiling_and_are_unchecked():
    ceil = {"peak3_pct": 60, "eff80_n": 0}
    assert held(burst(10.0).metrics, ceil) == {"peak3_pct": None, "eff80_n": None}
    assert passed(held(burst(10.0).metrics, ceil), ceil) == ()


def test_no_effort_is_drawn():
    speed = [3.0] * 100 + [5.0] + [10.0] * 5 + [5.0] + [3.0] * 100
    assert trace(Recording.of(range(len(speed)), speed_mps=speed), RUNNER).efforts == ()


@pytest.mark.parametrize(
    ("v_mps", "for_s", "is_implausible"),
    [(6.0, 600, False), (6.001, 600, True), (6.001, 599, False), (6.5, 3600, True)],
)
def test_nobody_runs_ten_minutes_at_more_than_six_metres_a_second(v_mps, for_s, is_implausible):
    assert (NOTE in exposure_of(segment(for_s, v_mps)).notes) == is_implausible


def test_the_median_is_of_running_time():
    # more than half of it is slow, or fast; how long the runner walked before says nothing
    slow, fast = segment(299, 3.0), segment(300, 8.0)
    assert NOTE not in exposure_of(segment(302, 3.0), segment(298, 8.0)).notes
    assert NOTE in exposure_of(slow, segment(303, 8.0)).notes
    assert NOTE in exposure_of(segment(600, 1.0), slow, fast, segment(3, 8.0)).notes


def test_a_car_within_a_run_is_not_believed():
    exposure = exposure_of(segment(900, 3.0), segment(1500, 11.1), segment(900, 3.0))
    assert (exposure.quality, exposure.metrics["peak3_pct"], exposure.metrics["fast80_m"]) == ("POOR", None, None)
    assert (exposure.metrics["eff90_n"], exposure.metrics["eff90_ceil_n"]) == (None, None)


def test_a_slow_bus_is_found_by_its_median():
    # 25 min at 25 km/h are 6.94 m/s, which a runner with a top speed of 8.0 reaches, but not for so long
    exposure = exposure_of(segment(900, 3.0), segment(1500, 6.94))
    assert (NOTE in exposure.notes, exposure.quality) == (True, "POOR")
