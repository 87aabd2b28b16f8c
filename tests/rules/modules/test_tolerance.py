"""What the answers must show before the next stage, requirement by requirement."""

from __future__ import annotations

from dataclasses import replace

from cases import NOW, at, felt, run, volume_stage, with_run, with_runs

from rules.tolerance import tolerance_requirements
from rules.view import look
from rules.vocabulary import DailyCheckIn

A = volume_stage()


def open_requirements(case, counted=()):
    view = look(case)
    seen = [one for one in view.seen if one.id in counted]
    return {part.item: part.measured for part in tolerance_requirements(view, seen) if not part.met}


def test_of_two_runs_that_have_not_settled_the_later_one_is_named():
    assert open_requirements(with_run(with_run(A, "a4", during=8), "a5", during=4))["settled"] == "AMBER"
    assert open_requirements(with_run(with_run(A, "a4", during=4), "a5", during=8))["settled"] == "RED"


def test_without_a_usual_morning_score_a_morning_of_1_is_no_rise_too_many():
    fine = replace(A, baseline_morning=None, daily=(DailyCheckIn(at=NOW, morning=1),))
    assert "latest_morning" not in open_requirements(fine)
    stiff = replace(fine, daily=(DailyCheckIn(at=NOW, morning=1.5),))
    assert open_requirements(stiff)["latest_morning"] == "AMBER"


def test_after_the_last_of_two_gaps_a_run_must_count():
    entered = replace(A, stage_entered_at=at("03-01 00:00"), sessions=())
    case = with_runs(
        entered,
        run("x", at("03-10 07:00"), 1800, 5000, felt()),
        run("y", at("03-12 07:00"), 1800, 5000, felt()),
        run("z", at("03-29 07:00"), 1800, 5000, felt()),
    )
    assert "after_gap" in open_requirements(case, counted=("x", "y"))
    assert "after_gap" not in open_requirements(case, counted=("x", "y", "z"))
