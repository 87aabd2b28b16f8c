"""The same history under another stage, day by day, so that a physio sees a change before saving it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from cases import NOW, at, flag, sprint_stage, volume_stage, with_run

from rules.combine import cautious
from rules.decide import decide
from rules.vocabulary import Decision
from rules.what_if import compare, what_if

A = volume_stage()


def test_without_a_change_nothing_differs_and_today_is_todays_verdict():
    days = what_if(A)
    assert len(days) == 17, "16 whole days since the stage began, and today"
    assert not any(day.differs for day in days)
    assert days[-1].as_it_is == decide(A)
    assert [day.at for day in days] == [NOW - timedelta(days=back) for back in range(16, -1, -1)]


def test_a_smaller_dose_would_have_been_complete_earlier():
    def first_ready(column):
        return next(day.at for day in days if getattr(day, column).decision is Decision.PROGRESS_READY)

    days = what_if(A, stage_override={"n": 3, "total": {"fat_s": 900}, "max": {"run_s": 2400}, "min_days": 7})
    assert first_ready("as_it_would_be") == at("03-22 18:00")
    assert first_ready("as_it_is") == at("03-29 18:00"), "once the morning after the run of 28 March is known"


def test_a_lower_ceiling_would_have_held():
    days = what_if(A, stage_override={"ceil": {"run_s": 2600}})
    held = [day.at for day in days if day.as_it_would_be.decision is Decision.HOLD]
    assert held == [NOW - timedelta(days=back) for back in range(5, -1, -1)], "from the run of 25 March on"


def test_a_day_knows_no_run_and_no_morning_that_came_later():
    red = with_run(A, "a5", morning=9)
    days = {day.at: day.as_it_is for day in what_if(replace(red, now=at("03-28 12:00")))}
    assert "RED_RESPONSE" not in days[at("03-28 12:00")].codes, "the morning after comes after"
    later = {day.at: day.as_it_is for day in what_if(red)}
    assert "RED_RESPONSE" in later[at("03-29 18:00")].codes
    assert "CLOCK_FUTURE" not in later[at("03-20 18:00")].notes


def test_a_flag_counts_from_the_day_it_was_raised():
    days = what_if(replace(A, flags=(flag(),)))
    assert [day.as_it_is.decision is Decision.STOP_REFER for day in days[-2:]] == [False, True]


def test_a_change_of_programme_needs_its_stage():
    assert {day.as_it_would_be.decision for day in what_if(A, programme="FIBRE")} == {Decision.INSUFFICIENT_DATA}
    assert what_if(A, programme="FIBRE", stage="F4")[-1].as_it_would_be.decision is not Decision.INSUFFICIENT_DATA


def test_it_looks_back_no_further_than_asked():
    assert len(what_if(A, days=3)) == 4
    assert len(what_if(replace(A, stage_entered_at=NOW + timedelta(days=2)))) == 1
    with pytest.raises(TypeError):
        what_if(A, colour="blue")


def test_of_two_programmes_the_more_cautious_verdict_counts_on_every_day():
    second = replace(A, programme="FIBRE", stage="F9", stage_entered_at=at("03-20 00:00"))
    first, both = what_if(A), compare((A, second), (A, second))
    assert [day.at for day in both] == [day.at for day in first]
    assert both[-1].as_it_is == cautious([decide(A), decide(second)])
    for one, of_two in zip(first, both, strict=True):
        if one.at < second.stage_entered_at:
            assert of_two == one, "the second speaks from the day on which its stage began"
        assert of_two.as_it_is.decision <= one.as_it_is.decision
    assert any(of_two.as_it_is.decision < one.as_it_is.decision for one, of_two in zip(first, both, strict=True))


def test_a_change_of_one_programme_permits_no_more_than_the_other_does():
    easy = replace(A, stage_override={"n": 1, "each": {"run_s": 1}, "total": None, "max": None, "min_days": 1})
    ready = [day.at for day in compare((A,), (easy,)) if day.as_it_would_be.decision is Decision.PROGRESS_READY]
    strict = replace(A, programme="FIBRE", stage="F9")
    assert len(ready) > 5
    beside = {day.at: day.as_it_would_be for day in compare((A, strict), (easy, strict))}
    assert all(beside[moment].decision < Decision.PROGRESS_READY for moment in ready)
    given_up = [day.as_it_would_be for day in compare((A, strict), (easy,))]
    assert given_up == [day.as_it_would_be for day in compare((A,), (easy,))], "it has no word any more"


def test_the_days_begin_where_the_earlier_of_two_stages_began():
    second = replace(sprint_stage(), stage_entered_at=at("03-25 00:00"))
    assert len(compare((second, A), (second, A))) == len(what_if(A))
    assert len(compare((second,), (second,))) == 6
