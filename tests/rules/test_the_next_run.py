"""What the next run may hold, and how much of it a run in progress has used."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from cases import NOW, at, felt, flag, only, run, sprint_stage, volume_stage, with_references, with_run, with_runs
from hypothesis import given
from hypothesis import strategies as st
from random_cases import random_cases, thoroughly

from rules.ceilings_now import ceilings_now
from rules.decide import decide
from rules.load import spike
from rules.next_session import allowance
from rules.programme import load
from rules.view import in_horizon
from rules.vocabulary import Decision, References

A, F = volume_stage(), sprint_stage()
P6 = load("PHT").stages[5]
KNOWN = References(v_max_mps=8.0, v_max_kind="measured", v_thr_mps=4.0)


def allowed(case):
    return allowance(case, decide(case))


def test_to_carry_on_means_the_ceilings_of_the_stage():
    next_run = allowed(with_run(A, "a4", fat_s=200))
    assert (next_run.may_run, next_run.stage) == (True, "P3")
    assert (next_run.minutes, next_run.fastest_mps) == (55, 4.8), "3300 s; 60 % of 8.0 m/s"
    assert (next_run.incline_minutes, next_run.incline_grade) == (3, 0.04)
    assert next_run.distance_m == 7920, "1.10 times the longest 7,200 m is no jump"
    assert next_run.strides is None, "this stage limits no fast efforts, for its peak does"


def test_strides_come_with_their_speed():
    next_run = allowed(replace(A, stage="P6"))
    assert (next_run.strides, next_run.strides_from_mps) == (10, 5.6)


def test_without_a_top_speed_no_pace_is_invented():
    next_run = allowed(with_references(A, v_max_mps=None, v_max_kind=None, v_thr_mps=None))
    assert next_run.fastest_mps is None
    assert allowed(with_references(A, v_max_mps=None, v_max_kind=None)).fastest_mps == 4.32, "estimated, for a ceiling"


def test_a_hold_repeats_the_last_tolerated_run_or_less():
    next_run = allowed(with_run(with_run(A, "a4", during=4), "a5", during=4))
    assert (next_run.minutes, next_run.distance_m) == (40, 6600), "the run of 21 March, the last GREEN one"
    limits = {limit.metric: limit.most for limit in next_run.limits}
    assert (limits["fat_s"], limits["inc4_s"], limits["peak3_pct"]) == (600, 0, 48)


def test_a_step_back_begins_at_70_percent_of_the_last_tolerated_distance():
    next_run = allowed(with_run(A, "a5", during=7))
    assert (next_run.stage, next_run.distance_m) == ("P2", 5040), "7,200 m of 25 March"
    assert next_run.minutes == 35, "the ceiling of the stage below"


def test_a_stop_allows_nothing_and_so_does_an_unknown_programme():
    assert not allowed(replace(A, flags=(flag(),))).may_run
    assert not allowed(replace(A, programme="NOPE")).may_run


def test_the_next_run_waits_for_the_spacing_and_for_room_in_the_week():
    assert allowed(A).earliest == NOW, "two days since the last"
    assert allowed(with_run(A, "a5", start=at("03-30 07:00"))).earliest == at("04-01 07:00")
    full = with_runs(A, *(run(f"b{i}", at(f"03-{26 + i} 20:00"), 900, 2000, felt()) for i in range(3)))
    assert allowed(full).earliest == at("04-02 20:00") + timedelta(seconds=1), "the first of four leaves the week"


def test_after_the_last_stage_and_long_without_speed_the_sprint_ceiling_returns():
    easy = run("easy", at("04-12 07:00"), 2400, 6500, felt(0, 0, 0))
    free = with_runs(replace(F, stage="F10"), easy)
    assert allowed(free).strides is None
    assert allowed(replace(free, now=at("04-18 07:00"))).strides == 8, "21 days since the last effort at 90 %"
    assert allowed(replace(free, now=at("04-18 06:59"))).strides is None


def test_nobody_who_never_ran_is_sent_on_a_long_run():
    new = only(with_references(replace(A, stage_entered_at=at("03-29 00:00")), declared_at=None))
    assert allowed(new).distance_m == 3000, "500 m above the 2,500 m that stand for no base at all"


@thoroughly
@given(random_cases(), st.sampled_from([0, 1, 3600, 86400]))
def test_the_run_that_is_allowed_is_never_a_jump_and_never_above_a_ceiling(case, seconds_later):
    next_run = allowed(case)
    if not next_run.may_run:
        return
    tried = run("next", next_run.earliest + timedelta(seconds=seconds_later), 600, next_run.distance_m, felt())
    assert spike(tried, in_horizon(case), case.references) is None
    verdict = decide(case)
    stage = load(case.programme).stages[load(case.programme).index(next_run.stage)]
    ceil = {**stage.ceil}
    for limit in next_run.limits:
        assert limit.metric not in ceil or limit.most <= ceil[limit.metric]
    if verdict.decision is Decision.REGRESS:
        assert next_run.stage == verdict.target_stage
    assert next_run.earliest >= case.now


def test_a_page_shows_what_is_left_while_running():
    so_far = {"run_s": 3600, "peak3_pct": 81.9, "eff70_n": 9, "eff70_ceil_n": 11, "inc4_s": None}
    state = {now.metric: (now.state, now.left, now.limit_mps) for now in ceilings_now(P6, KNOWN, so_far)}
    assert state == {
        "run_s": ("near", 300, None),
        "peak3_pct": ("near", 0.1, 6.56),
        "eff70_n": ("passed", 0, None),
        "inc4_s": ("cannot tell", None, None),
    }


def test_while_running_equal_is_within_and_one_more_is_passed():
    def state(run_s):
        return ceilings_now(P6, KNOWN, {"run_s": run_s})[0].state

    assert [state(value) for value in (3509, 3510, 3900, 3900.001)] == ["within", "near", "near", "passed"]
    assert state(float("nan")) == "cannot tell"


def test_without_a_top_speed_its_ceiling_cannot_be_told_while_running():
    (peak,) = (now for now in ceilings_now(P6, References(), {"peak3_pct": 20.0}) if now.metric == "peak3_pct")
    assert (peak.state, peak.limit_mps) == ("cannot tell", None)
