"""What the next run may hold, and how much of it a run in progress has used."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from cases import NOW, at, felt, flag, hold, only, run, sprint_stage, volume_stage, with_references, with_run, with_runs
from hypothesis import given
from hypothesis import strategies as st
from random_cases import random_cases, thoroughly

from rules.ceilings_now import ceilings_now
from rules.decide import decide
from rules.load import spike
from rules.next_session import allowance
from rules.programme import load
from rules.speech.next_run import next_run_words
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


def test_a_step_back_on_the_first_stage_begins_easier_too():
    first = replace(A, stage="P1")
    assert allowed(with_run(first, "a5", during=7)).distance_m == 5040, "70 % of 7,200 m, though it is called a hold"
    assert allowed(with_run(first, "a5", run_m=9500)).distance_m == 9500, "a hold for another reason repeats the last"


def test_a_long_run_that_was_not_tolerated_is_no_measure_of_the_next():
    red = with_references(with_run(only(replace(A, stage="P1"), "a5"), "a5", during=7, run_m=9000), declared_at=None)
    assert allowed(red).distance_m == 1750, "70 % of the 2,500 m that stand for no base at all"
    silent = with_run(red, "a5", during=None, morning=None)
    held = allowed(replace(silent, holds=(hold("03-30 00:00"),)))
    assert held.distance_m == 3000, "nobody knows how the 9,000 m were tolerated"


def test_of_two_programmes_the_step_back_is_the_one_of_the_own_ladder():
    bad = with_run(A, "a5", during=7)
    back = decide(bad)
    both, other = replace(back, target_stage="N1 + P2"), replace(back, target_stage="N1")
    assert allowance(bad, both).stage == "P2"
    assert (allowance(bad, other).stage, allowance(bad, other).distance_m) == ("P3", 5040)


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


# In words


def said(case):
    verdict = decide(case)
    return next_run_words(allowance(case, verdict), verdict)


def test_the_next_run_is_said_in_minutes_pace_and_incline_with_what_is_still_to_earn():
    assert said(with_run(A, "a4", fat_s=200)) == (
        "The next run has its place on stage P3 from 30 March, 18:00 UTC on.",
        "At most 55 min of running.",
        "At most 7.6 km in all.",
        "Nowhere faster than 3:29 min/km.",
        "At most 3 min uphill (from 4 % on).",
        "Still to earn: running while fatigued, all together: 18 min 20 s of 20 min.",
    )


def test_on_a_hold_nothing_is_to_be_earned_and_nothing_new_is_allowed():
    words = said(with_run(with_run(A, "a4", during=4), "a5", during=4))
    assert words[3:] == ("Nowhere faster than 4:21 min/km.", "Nothing uphill (from 4 % on).")


def test_strides_are_said_with_their_pace_and_a_stop_says_no():
    assert "At most 10 fast efforts (from 2:59 min/km on)." in said(replace(A, stage="P6"))
    assert said(replace(A, flags=(flag(),))) == ("No run until this is settled.",)
    unknown = said(with_references(replace(A, stage="P6"), v_max_mps=None, v_max_kind=None, v_thr_mps=None))
    assert {"How fast cannot be told: your top speed is not known.", "No fast efforts."} <= set(unknown)


def test_nobody_is_called_a_second_too_early():
    full = with_runs(A, *(run(f"b{i}", at(f"03-{26 + i} 20:00"), 900, 2000, felt()) for i in range(3)))
    assert said(full)[0].endswith("from 2 April, 20:01 UTC on.")


@thoroughly
@given(random_cases())
def test_whatever_the_case_the_next_run_has_words(case):
    words = said(case)
    assert words
    assert not any("None" in sentence or "{" in sentence for sentence in words)
