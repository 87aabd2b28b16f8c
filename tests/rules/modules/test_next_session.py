"""The limits of the next run, to the number: what binds it, what the current outing has used, and how it is rounded."""

from __future__ import annotations

from dataclasses import replace

from cases import NOW, at, felt, hold, run, volume_stage, with_references, with_run, with_runs

from rules.decide import decide
from rules.next_session import allowance

A = volume_stage()
TWO_STAGES = {
    "name": "Two stages",
    "profile": "TENDON",
    "stages": [
        {"id": "X1", "n": 2, "each": {"run_s": 600}, "ceil": {"run_s": 4000}},
        {"id": "X2", "terminal": True},
    ],
}


def allowed(case):
    return allowance(case, decide(case))


def limited(**ceil):
    return replace(A, stage_override={"ceil": ceil})


def held(case):
    return replace(case, holds=(hold("03-30 00:00"),))


def now_after(*sessions):
    """The case at 18:00, minutes after these sessions, which a session now would join."""
    return with_runs(A, *sessions)


def test_a_limit_of_distance_binds_below_the_longest_run_and_not_above_it():
    assert allowed(limited(run_m=5000)).distance_m == 5000
    assert allowed(limited(run_m=9000)).distance_m == 7920, "1.10 times the longest of 7,200 m"


def test_what_the_outing_has_used_beyond_a_limit_leaves_nothing_and_never_less():
    steep = run("b", at("03-30 17:00"), 1800, 2000, felt(morning=None), inc4_s=300)
    limits = {limit.metric: limit.most for limit in allowed(now_after(steep)).limits}
    assert limits["inc4_s"] == 0


def test_what_was_not_measured_of_the_outing_takes_nothing_off_a_limit():
    unmeasured = run("b", at("03-30 17:00"), 1800, 2000, felt(morning=None), inc4_s=None)
    assert allowed(now_after(unmeasured)).incline_minutes == 3


def test_a_hold_repeats_the_minutes_of_the_last_run_that_was_tolerated_and_measured_well():
    assert allowed(held(A)).minutes == 30
    assert allowed(held(with_run(A, "a5", quality="POOR"))).minutes == 45
    assert allowed(held(with_run(A, "a5", run_s=599))).minutes == 45


def test_of_two_limits_of_fast_efforts_the_slower_one_is_named():
    fast = allowed(limited(eff70_n=10, eff80_n=4))
    assert (fast.strides, fast.strides_from_mps) == (10, 5.6)


def test_a_pace_has_three_decimals_and_minutes_have_one():
    case = replace(with_references(A, v_max_mps=7.777), stage_override={"ceil": {"run_s": 3334}})
    assert allowed(case).fastest_mps == 4.666, "60 % of 7.777 m/s is 4.6662"
    assert allowed(case).minutes == 55.6, "3,334 s are 55.57 min"


def test_long_without_speed_after_a_last_stage_the_limits_of_the_stage_before_count_even_if_that_is_the_first():
    last = replace(A, programme=TWO_STAGES, stage="X2", stage_entered_at=at("03-01 00:00"))
    assert (NOW - last.stage_entered_at).days >= 21
    assert allowed(last).minutes == 66.7, "4,000 s of X1"
    fresh = with_run(last, "a5", eff90_n=1)
    assert allowed(fresh).minutes is None


def test_a_last_stage_without_one_before_keeps_its_own_limits():
    alone = {**TWO_STAGES, "stages": [{"id": "X2", "terminal": True, "ceil": {"run_s": 3000}}, TWO_STAGES["stages"][0]]}
    last = replace(A, programme=alone, stage="X2", stage_entered_at=at("03-01 00:00"))
    assert allowed(last).minutes == 50
