"""A simulated run is a pure function of its plan and body, and looks like a run."""

from __future__ import annotations

from itertools import pairwise

import pytest

from gateway.virtual.runs import Body, easy_run, length_s, perform, standing


@pytest.mark.parametrize("minutes", [1, 5, 30, 90])
def test_a_run_lasts_as_long_as_it_was_asked_for(minutes: float) -> None:
    plan = easy_run(minutes, Body(seed=1))
    assert length_s(plan) == pytest.approx(minutes * 60)
    assert all(segment.for_s > 0 for segment in plan)


def test_the_same_body_runs_the_same_plan_alike_and_another_does_not() -> None:
    plan = easy_run(10, Body(seed=1))
    assert perform(plan, Body(seed=1)) == perform(plan, Body(seed=1))
    assert perform(plan, Body(seed=1)) != perform(plan, Body(seed=2))


def test_half_an_hour_has_strides_a_slight_incline_and_a_late_part() -> None:
    body = Body(seed=4)
    run = perform(easy_run(30, body), body)
    assert 0.7 < max(m.speed_mps for m in run) / body.speed_max_mps < 0.9
    assert sum(m.grade > 0.02 for m in run) == pytest.approx(0.14 * 1800, abs=2)
    assert max(m.grade for m in run) <= 0.04
    fast = [m.elapsed_s for m in run if m.speed_mps > 5]
    assert min(fast) < 1200 < 1500 < max(fast)
    assert 2.2 < run[-1].distance_m / 1800 < 3.5


def test_nobody_starts_or_stops_at_once() -> None:
    body = Body(seed=5)
    run = perform((standing(5), *easy_run(5, body), standing(20)), body)
    for before, after in pairwise(run):
        assert after.speed_mps - before.speed_mps < 1.6
        assert abs(after.heart_rate_bpm - before.heart_rate_bpm) < 12
    assert run[0].speed_mps == 0 and run[-1].speed_mps == 0


def test_heart_and_cadence_stay_within_what_people_have() -> None:
    body = Body(seed=6)
    for moment in perform(easy_run(60, body), body):
        assert 40 <= moment.heart_rate_bpm <= body.heart_max_bpm
        assert moment.cadence_spm == 0 or 90 <= moment.cadence_spm <= 210
