"""From when on the dose counts again."""

from __future__ import annotations

from dataclasses import replace

from cases import at, felt, run, volume_stage, with_run, with_runs

from rules.restart import Restart, restart
from rules.view import look

A = volume_stage()


def test_the_last_session_of_an_outing_that_was_too_much_does_not_count_and_the_next_one_does():
    since = Restart(after_red=at("03-28 19:00"), from_run=None)
    assert not since.includes(at("03-28 19:00"))
    assert since.includes(at("03-28 19:01"))


def test_of_two_layoffs_the_last_one_decides():
    runs = (run("x", at("02-20 07:00"), 1800, 5000, felt()), run("y", at("03-10 07:00"), 1800, 5000, felt()))
    twice = with_runs(replace(A, stage_entered_at=at("02-01 00:00"), sessions=()), *runs)
    assert restart(look(twice)) is None, "20 days without a run, until today"
    ended = with_runs(twice, run("z", at("03-29 07:00"), 1800, 5000, felt()))
    assert restart(look(ended)).from_run == at("03-29 07:00")


def test_a_red_run_of_the_former_stage_is_no_restart_even_if_its_outing_reaches_into_this_one():
    case = with_runs(
        replace(A, stage_entered_at=at("03-29 12:00")),
        run("b", at("03-29 07:00"), 1800, 5000, felt(during=8)),
        run("c", at("03-29 19:00"), 1800, 5000, felt()),
    )
    assert restart(look(case)).after_red is None
    red = with_run(case, "c", during=8)
    assert restart(look(red)).after_red == at("03-29 19:00")
