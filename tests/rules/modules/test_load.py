"""What earlier outings give to the longest distance, to the metre and the second."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from cases import NOW, at, felt, run, volume_stage, with_references, with_run, with_runs

from rules.load import Comparison, comparisons, history
from rules.view import look

BARE = with_references(volume_stage(sessions=()), declared_longest_m=None, declared_at=None)
DECLARED = with_references(BARE, declared_longest_m=6000, declared_at=at("03-14 00:00"))


def longest(case, moment=NOW, **more):
    return history(look(case)).longest_before(moment, **more)


def test_the_run_of_yesterday_evening_counts_and_one_of_this_moment_does_not():
    case = with_runs(DECLARED, run("b", at("03-29 20:00"), 2400, 6900, felt()))
    assert longest(case, at("03-30 08:00")) == 6900
    assert longest(case, at("03-29 20:00")) == 6000
    assert longest(case, at("03-29 20:00") + timedelta(days=30)) == 6900
    assert longest(case, at("03-29 20:00") + timedelta(days=30, seconds=1)) == 2500


def test_a_distance_that_is_not_known_adds_no_metre():
    morning, evening = at("03-28 07:00"), at("03-28 19:00")
    case = with_runs(DECLARED, run("b", morning, 2400, 6900, felt()), run("c", evening, 1800, None, felt()))
    assert longest(case) == 6900
    assert comparisons(look(case)).keys() == {"b"}
    later = with_run(case, "c", run_m=100)
    unknown_first = with_run(later, "b", run_m=None)
    assert comparisons(look(unknown_first))["c"].run_m == 100


def test_a_ratio_is_the_distance_over_the_longest():
    assert Comparison(run_m=5000, longest_m=2500, jump=None).ratio == 2


def test_a_declared_longest_serves_a_session_for_thirty_days():
    assert longest(DECLARED, at("04-12 23:59")) == 6000
    assert longest(DECLARED, at("04-13 00:01")) == 2500
    assert longest(replace(DECLARED), at("03-20 00:00"), session_start=at("04-14 00:00")) == 2500
