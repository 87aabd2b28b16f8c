"""Which morning holds, and when a week of mornings is a trend."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from cases import NOW, codes, felt, mornings, run, volume_stage

from rules.decide import decide

A = volume_stage()
QUIET = replace(A, baseline_morning=0, sessions=())


def own_scores(*ages_days):
    """A runner whose runs so many days ago were each followed by a morning of 3."""
    runs = (
        run(f"r{age}", NOW - timedelta(days=age), 1800, 5000, felt(during=0, after=0, morning=3)) for age in ages_days
    )
    return replace(QUIET, stage_entered_at=NOW - timedelta(days=20), sessions=tuple(runs))


def test_of_two_bad_mornings_the_worse_one_is_named():
    for values in ((7, 9), (9, 7)):
        (reason,) = [one for one in decide(replace(A, daily=mornings(*values))).reasons if one.code == "BAD_MORNING"]
        assert reason.measured == 9


def test_without_a_usual_score_mornings_of_1_are_no_trend():
    assert "MORNING_TREND" not in codes(replace(QUIET, baseline_morning=None, daily=mornings(1, 1, 1)))
    assert "MORNING_TREND" in codes(replace(QUIET, baseline_morning=None, daily=mornings(1.5, 1.5, 1.5)))


def test_answers_about_the_runs_of_the_last_seven_days_make_a_trend_and_older_ones_do_not():
    assert "MORNING_TREND" in codes(own_scores(3, 5, 7))
    assert "MORNING_TREND" not in codes(own_scores(3, 5, 7.1))
