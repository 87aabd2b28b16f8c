"""From when on the next run may be, to the hour."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from cases import NOW, at, felt, run, volume_stage, with_runs

from rules.earliest import earliest_run
from rules.view import look

A = volume_stage()
SECOND = timedelta(seconds=1)


def earliest(case, **changes):
    return earliest_run(look(replace(case, stage_override=changes)))


def test_the_spacing_begins_at_the_last_run_and_not_at_a_session_that_was_none():
    short = run("b", at("03-30 12:00"), 599, 1500, felt())
    assert earliest(with_runs(A, short)) == NOW, "48 h after the run of the 28th, 07:00, are past"
    assert earliest(with_runs(A, replace(short, metrics={**short.metrics, "run_s": 600}))) == at("04-01 12:00")


def test_a_week_that_holds_as_many_runs_as_the_stage_allows_is_full():
    assert earliest(A, ceil7={"runs": 2}) == at("04-01 07:00") + SECOND, "the run of the 25th leaves its seven days"
    assert earliest(A, ceil7={"runs": 3}) == NOW


def test_a_stage_that_allows_one_run_a_week_waits_for_seven_days_after_it():
    assert earliest(A, ceil7={"runs": 1}) == at("04-04 07:00") + SECOND


def test_a_stage_that_allows_no_run_a_week_names_no_day_for_one():
    assert earliest(A, ceil7={"runs": 0}) == NOW
