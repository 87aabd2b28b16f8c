"""What the next run may hold, and how much of it a run in progress has used."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from cases import NOW, at, felt, flag, hold, only, run, sprint_stage, volume_stage, with_references, with_run, with_runs
from hypothesis import given
from hypothesis import strategies as st
from random_cases import random_cases, thoroughly

from rules.ceilings_now import ceilings_now
from rules.decide import decide
from rules.load import comparisons
from rules.next_distance import distance_limit
from rules.next_session import allowance, shown_distance
from rules.programme import load
from rules.speech.next_run import next_run_words
from rules.view import look
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
    assert next_run.shown_distance_m == 7600, "97 % of it, in whole 100 m"
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


def test_a_hold_after_a_jump_says_no_more_than_what_the_jump_was_measured_against():
    jump = with_references(with_run(only(A, "a5"), "a5", run_m=9500), declared_longest_m=6300)
    assert decide(jump).decision is Decision.HOLD
    assert (allowed(jump).distance_m, allowed(jump).shown_distance_m) == (6300, 6100), "97 % of 6,300 m are 6,111 m"
    twice = with_runs(jump, run("b", at("03-29 12:00"), 1800, 9700, felt()))
    assert allowed(twice).distance_m == 6300, "of two jumps, after 6,300 and 8,190 m, the smaller"


HELD = [
    ("the last GREEN run", {}, 5000),
    ("measured poorly: the one before it", {"quality": "POOR"}, 7200),
    ("its distance is not known: the one before it", {"run_m": None}, 7200),
    ("AMBER: the one before it", {"during": 4}, 7200),
    ("a GREEN session that is no run", {"run_s": 599, "run_m": 3000}, 3000),
    ("never below 2,500 m", {"run_s": 600, "run_m": 1500}, 2500),
    ("no further than the longest of the 30 days", {"run_m": 7920}, 7920),
]


@pytest.mark.parametrize(("changes", "distance_m"), [row[1:] for row in HELD], ids=[row[0] for row in HELD])
def test_a_hold_goes_no_further_than_the_last_tolerated_session(changes, distance_m):
    held = replace(with_run(A, "a5", **changes), holds=(hold("03-30 00:00"),))
    assert allowed(held).distance_m == distance_m


def test_where_it_cannot_be_told_the_limits_are_those_of_a_hold():
    lapse = replace(A, now=at("04-06 18:00"))
    assert decide(lapse).decision is Decision.INSUFFICIENT_DATA
    assert (allowed(lapse).distance_m, allowed(lapse).shown_distance_m) == (5000, 4800)


def test_a_step_back_begins_at_70_percent_of_the_longest_tolerated_run_of_30_days():
    next_run = allowed(with_run(A, "a5", during=7))
    assert (next_run.stage, next_run.distance_m) == ("P2", 5040), "7,200 m of 25 March"
    assert next_run.minutes == 35, "the ceiling of the stage below"


STEPS_BACK = [
    ("a RED run is none, nor one measured poorly", {"quality": "POOR"}, 4620),
    ("9 min 59 s are no run", {"run_s": 599}, 4620),
    ("an AMBER run is not tolerated", {"during": 4}, 4620),
    ("never below 2,500 m", None, 2500),
]


@pytest.mark.parametrize(("a4", "distance_m"), [row[1:] for row in STEPS_BACK], ids=[row[0] for row in STEPS_BACK])
def test_only_a_tolerated_run_is_a_measure_of_a_step_back(a4, distance_m):
    red = with_run(A, "a5", during=7)
    short = with_run(only(red, "a3", "a5"), "a3", run_m=3000)
    red = short if a4 is None else with_run(red, "a4", **a4)
    assert allowed(red).distance_m == distance_m, "70 % of the 6,600 m of 21 March, or of 3,000 m"


def test_without_a_tolerated_run_a_step_back_begins_at_70_percent_of_the_longest():
    red = with_run(with_run(only(A, "a4", "a5"), "a4", during=4), "a5", during=7)
    assert allowed(red).distance_m == 5040, "7,200 m of 25 March, AMBER"


def test_a_run_of_exactly_30_days_ago_is_still_a_measure_of_a_step_back():
    old = with_run(only(with_run(A, "a5", during=7), "a4", "a5"), "a4", start=NOW - timedelta(days=30), run_m=8000)
    assert allowed(old).distance_m == 5600
    older = with_run(old, "a4", start=NOW - timedelta(days=30, seconds=1))
    assert allowed(older).distance_m == 4200, "70 % of the 6,000 m that were declared"


def test_a_step_back_on_the_first_stage_keeps_the_limits_of_a_hold_too():
    first = replace(A, stage="P1", stage_override={"ceil": None})
    assert allowed(with_run(first, "a5", during=7)).distance_m == 5040, "70 % of 7,200 m, though it is called a hold"
    short = with_run(with_run(first, "a5", during=7), "a4", run_s=600, run_m=3000)
    assert allowed(short).distance_m == 3000, "the last GREEN run; 70 % of 6,600 m are more"
    assert allowed(with_run(first, "a5", run_m=9500)).distance_m == 7200, "a hold for a jump after 7,200 m"


def test_a_long_run_that_was_not_tolerated_is_no_measure_of_the_next():
    red = with_references(with_run(only(replace(A, stage="P1"), "a5"), "a5", during=7, run_m=9000), declared_at=None)
    assert (allowed(red).distance_m, allowed(red).shown_distance_m) == (2500, 2400), "never below the floor"
    silent = with_run(red, "a5", during=None, morning=None)
    held = allowed(replace(silent, holds=(hold("03-30 00:00"),)))
    assert held.distance_m == 2500, "what the jump to 9,000 m was measured against"


def today(start="15:00", run_m=2000, **done):
    """A with another session on 30 March, three hours before now unless another time is given."""
    return with_runs(A, run("b", at(f"03-30 {start}"), 600, run_m, felt(morning=None), **done))


def test_what_the_current_outing_has_is_taken_off_every_limit():
    next_run = allowed(today(inc4_s=60, fat_s=30))
    assert (next_run.distance_m, next_run.shown_distance_m) == (5920, 5700), "7,920 m less 2,000 m"
    limits = {limit.metric: limit.most for limit in next_run.limits}
    assert (limits["run_s"], limits["inc4_s"], limits["t_thr95_s"]) == (2700, 120, 120)
    assert limits["peak3_pct"] == 60, "a top speed is of one session"
    assert (next_run.minutes, next_run.incline_minutes) == (45, 2)


def test_nothing_is_left_where_the_current_outing_has_had_it_all():
    assert allowed(today(run_m=8000)).distance_m == 0
    assert allowed(today(inc4_s=500)).incline_minutes == 0


def test_a_session_belongs_to_the_outing_of_now_for_12_hours_after_its_end():
    early = today("05:50")
    assert allowed(early).distance_m == 7920, "it ended at 06:00"
    assert allowed(with_run(early, "b", start=at("03-30 05:50:01"))).distance_m == 5920
    assert allowed(today("18:00")).distance_m == 5920, "a session that has just begun"
    assert allowed(today("18:00:01")).distance_m == 5000, "one that begins later is left out: it cannot be told"


def test_inside_an_outing_the_longest_is_that_of_its_own_time():
    short = [run(f"r{day}", at(f"03-{day} 07:00"), 600, 1000, felt()) for day in (10, 20)]
    base = run("base", at("02-28 15:00"), 2700, 8000, felt())
    case = with_references(
        replace(today(run_m=1000), stage_entered_at=at("02-20 00:00"), sessions=(base, *short)), declared_at=None
    )
    case = with_runs(case, run("b", at("03-30 15:00"), 600, 1000, felt(morning=None)))
    verdict = decide(case)
    assert distance_limit(look(case), verdict, NOW) == 7800, "8,800 m after 8,000 m exactly 30 days before, less 1,000"
    assert distance_limit(look(case), verdict, at("03-31 15:10")) == 3000, "a new outing: the 8,000 m are too long ago"


@pytest.mark.parametrize(
    ("limit_m", "shown_m"),
    [(0, 0), (99, 0), (2500, 2400), (6300, 6100), (10_000, 9700), (10_309.27, 9900), (10_309.28, 10_000)],
)
def test_people_read_97_percent_of_the_distance_in_whole_100_m(limit_m, shown_m):
    assert shown_distance(limit_m) == shown_m


def test_of_two_programmes_the_step_back_is_the_one_of_the_own_ladder():
    bad = with_run(A, "a5", during=7)
    back = decide(bad)
    both, other = replace(back, target_stage="N1 + P2"), replace(back, target_stage="N1")
    assert allowance(bad, both).stage == "P2"
    assert (allowance(bad, other).stage, allowance(bad, other).distance_m) == ("P3", 5040)


def test_a_stop_allows_nothing_and_so_does_an_unknown_programme():
    stopped = allowed(replace(A, flags=(flag(),)))
    assert (stopped.may_run, stopped.distance_m, stopped.shown_distance_m) == (False, 0, 0)
    assert not allowed(replace(A, programme="NOPE")).may_run


def test_the_next_run_waits_for_the_spacing_and_for_room_in_the_week():
    assert allowed(A).earliest == NOW, "two days since the last"
    assert allowed(with_run(A, "a5", start=at("03-30 07:00"))).earliest == at("04-01 07:00")
    full = with_runs(A, *(run(f"b{i}", at(f"03-{26 + i} 20:00"), 900, 2000, felt()) for i in range(3)))
    assert allowed(full).earliest == at("04-02 20:00") + timedelta(seconds=1), "the first of four leaves the week"


def test_after_the_last_stage_and_long_without_speed_the_sprint_ceiling_returns():
    easy = run("easy", at("04-12 07:00"), 2400, 6500, felt(0, 0, 0))
    free = with_runs(replace(F, stage="F10"), run("easier", at("04-05 07:00"), 2400, 6500, felt(0, 0, 0)), easy)
    assert allowed(free).strides is None
    assert allowed(replace(free, now=at("04-18 07:00"))).strides == 8, "21 days since the last effort at 90 %"
    assert allowed(replace(free, now=at("04-18 06:59"))).strides is None


def test_nobody_who_never_ran_is_sent_on_a_long_run():
    new = only(with_references(replace(A, stage_entered_at=at("03-29 00:00")), declared_at=None))
    assert allowed(new).distance_m == 2500, "nothing can be told yet, and 2,500 m stand for no base at all"


@thoroughly
@given(random_cases(), st.sampled_from([0, 1, 3600, 86400]))
def test_the_run_that_is_allowed_is_never_a_jump_and_never_above_a_ceiling(case, seconds_later):
    next_run = allowed(case)
    if not next_run.may_run:
        return
    assert next_run.shown_distance_m <= next_run.distance_m
    moment = next_run.earliest + timedelta(seconds=seconds_later)
    known = replace(case, now=moment, sessions=tuple(one for one in case.sessions if one.start <= case.now))
    tried = with_runs(known, run("next", moment, 600, next_run.distance_m, felt()))
    if next_run.distance_m > 0:  # else the outing that still goes on may have been a jump already
        assert comparisons(look(tried))["next"].jump is None
    verdict = decide(case)
    ceil = look(replace(case, stage=next_run.stage, stage_override={})).ceil
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
        "dn4_s": ("cannot tell", None, None),
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
