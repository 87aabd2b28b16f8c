"""How sessions become outings with a time, a class and a morning, to the second."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cases import at, felt, only, run, volume_stage, with_runs

from rules.view import is_run, lacks_answer, look
from rules.vocabulary import DailyCheckIn, Response

A = volume_stage()
MORNING, EVENING = at("03-29 07:00"), at("03-29 19:00")
TWICE = with_runs(A, run("b", MORNING, 1800, 5000, felt()), run("c", EVENING, 1800, 5000, felt()))


def test_an_outing_begins_with_its_first_session_and_its_age_is_that_one_s():
    outing = look(TWICE).outings[-1]
    assert (outing.start, outing.last_start) == (MORNING, EVENING)
    assert outing.age_days == pytest.approx(35 / 24)


def test_an_outing_that_began_before_the_stage_is_not_of_the_stage():
    outing = look(replace(TWICE, stage_entered_at=at("03-29 12:00"))).outings[-1]
    assert [seen.since_entry for seen in outing.sessions] == [False, True]
    assert not outing.since_entry


def test_a_stage_that_asks_for_a_second_of_running_takes_a_second_for_a_run():
    stage = look(replace(A, stage_override={"each": {"run_s": 1}})).stage
    session = run("b", MORNING, 1, 3, felt())
    assert is_run(session, stage)
    assert not is_run(replace(session, metrics={**session.metrics, "run_s": 0.5}), stage)


def test_a_run_without_a_check_in_takes_the_class_of_the_daily_morning_and_still_lacks_its_answer():
    bare = replace(only(A, "a1"), sessions=(replace(A.sessions[-1], check_in=None),))
    (seen,) = look(replace(bare, daily=(DailyCheckIn(at=at("03-29 06:30"), morning=9),))).seen
    assert (seen.response, seen.morning) == (Response.RED, 9)
    assert lacks_answer(seen)
