"""The most metres of the next run, to the number."""

from __future__ import annotations

from dataclasses import replace

from cases import NOW, at, felt, flag, hold, only, run, volume_stage, with_references, with_run, with_runs

from rules.decide import decide
from rules.next_distance import distance_limit
from rules.view import look
from rules.vocabulary import Decision

A = volume_stage()


def limit(case, moment=NOW):
    return distance_limit(look(case), decide(case), moment)


def test_under_a_red_flag_there_is_no_distance():
    assert limit(replace(A, flags=(flag(),))) == 0


def test_all_runs_of_the_current_outing_are_taken_off():
    morning = run("b", at("03-30 16:00"), 600, 1500, felt(morning=None))
    again = run("c", at("03-30 17:00"), 600, 1000, felt(morning=None))
    assert limit(with_runs(A, morning, again)) == 7920 - 2500


def test_on_a_hold_a_tolerated_run_of_long_ago_permits_no_more_than_the_longest_of_30_days():
    long_ago = run("z", at("02-10 07:00"), 3600, 9000, felt())
    alone = with_references(only(A, "a2"), declared_longest_m=None, declared_at=None)
    sore = with_run(alone, "a2", during=4)
    case = replace(with_runs(sore, long_ago), holds=(hold("03-30 00:00"),))
    assert limit(case) == 3250, "130 % of the floor of 2,500 m, which is what the run of the 18th raises it to"


def test_a_step_back_goes_by_the_tolerated_runs_whose_distance_is_known():
    red = run("b", at("03-27 07:00"), 1800, 5000, felt(during=8))
    again = run("c", at("03-29 07:00"), 1800, 5000, felt(during=8))
    case = with_run(with_runs(A, red, again), "a5", run_m=None)
    assert decide(case).decision is Decision.REGRESS
    assert limit(case) == 5040, "70 % of the longest tolerated run, 7,200 m"
