"""Outings: sessions with no night between them, judged together. Restarts: from when on the dose counts anew."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from cases import NOW, at, felt, only, run, volume_stage, with_run, with_runs

from rules.decide import decide
from rules.dose import weigh
from rules.outings import group_by_outing
from rules.view import look
from rules.vocabulary import Decision, Session

A = volume_stage()
SECOND = timedelta(seconds=1)


def session(id, start, end):
    return Session(id=id, start=at(start), end=at(end))


def grouped(*sessions):
    return ["+".join(member.id for member in outing) for outing in group_by_outing(sessions)]


def outings(case):
    return ["+".join(seen.id for seen in outing.sessions) for outing in look(case).outings]


def eligible(case):
    return [seen.id for seen in weigh(look(case)).eligible]


def missing(case):
    return {part.item: (part.measured, part.required) for part in decide(case).missing}


# Outings

MORNING = session("m", "03-28 07:00", "03-28 07:30")
EDGES = [
    ("a second less than 12 h after the end", ("03-28 19:29:59", "03-28 20:00"), ["m+x"]),
    ("12 h after the end", ("03-28 19:30", "03-28 20:00"), ["m", "x"]),
    ("at the same moment", ("03-28 07:00", "03-28 07:30"), ["m+x"]),
    ("before the end of the other", ("03-28 07:10", "03-28 07:20"), ["m+x"]),
]


@pytest.mark.parametrize(("times", "expected"), [row[1:] for row in EDGES], ids=[row[0] for row in EDGES])
def test_a_session_less_than_12_h_after_the_end_of_the_one_before_is_of_its_outing(times, expected):
    assert grouped(MORNING, session("x", *times)) == expected


def test_an_outing_begins_anew_20_h_after_its_first_start():
    evening = session("n", "03-28 18:00", "03-28 18:30")
    assert grouped(MORNING, evening, session("x", "03-29 02:59:59", "03-29 03:30")) == ["m+n+x"]
    assert grouped(MORNING, evening, session("x", "03-29 03:00", "03-29 03:30")) == ["m+n", "x"]


def test_the_12_h_run_from_the_end_of_the_session_before_whatever_ended_later():
    long = session("l", "03-28 07:00", "03-28 20:00")
    inside = session("n", "03-28 08:00", "03-28 08:30")
    assert grouped(long, inside, session("x", "03-28 20:30", "03-28 21:00")) == ["l+n", "x"]
    assert grouped(long, inside, session("x", "03-28 20:29:59", "03-28 21:00")) == ["l+n+x"]


def test_the_sessions_of_a_case_come_by_start_and_then_by_id():
    twins = (run("z", at("03-28 07:00"), 600, 2000, felt()), run("y", at("03-28 07:00"), 600, 2000, felt()))
    assert outings(with_runs(only(A, "a4"), *twins)) == ["a4", "y+z"]


CLASSES = {
    "RED": felt(7),
    "AMBER": felt(4),
    "UNKNOWN": felt(None),
    "PENDING": felt(morning=None),
    "GREEN": felt(),
}
WORST_FIRST = list(CLASSES)


@pytest.mark.parametrize("first", CLASSES)
@pytest.mark.parametrize("second", CLASSES)
def test_the_class_of_an_outing_is_the_worst_of_its_sessions(first, second):
    # A later answer would speak of the earlier session too, so that the one that is open comes last.
    checks = sorted((first, second), key=lambda label: label == "PENDING")
    starts = (at("03-30 07:00"), at("03-30 12:00"))
    sessions = (run(f"s{i}", starts[i], 600, 2000, CLASSES[label]) for i, label in enumerate(checks))
    (outing,) = look(replace(A, sessions=tuple(sessions))).outings
    assert outing.label == min(first, second, key=WORST_FIRST.index)


def test_an_outing_is_poor_if_one_of_its_sessions_is():
    for first, second, poor in (("OK", "OK", False), ("POOR", "OK", True), ("OK", "POOR", True)):
        pair = (
            run("m", at("03-30 07:00"), 600, 2000, felt(), quality=first),
            run("n", at("03-30 12:00"), 600, 2000, felt(), quality=second),
        )
        (outing,) = look(replace(A, sessions=pair)).outings
        assert outing.poor is poor


def test_a_rule_of_the_last_sessions_names_the_last_one_of_its_outing():
    evening = run("b", at("03-28 12:00"), 600, 2000, felt(7))
    (red,) = (reason for reason in decide(with_runs(A, evening)).reasons if reason.code == "RED_RESPONSE")
    assert red.session_id == "b", "RED_RESPONSE counts sessions: the RED one"


# Restarts


def test_after_a_red_session_the_dose_begins_anew():
    red = with_run(A, "a3", during=6)
    assert eligible(red) == ["a4", "a5"], "neither what was before it, nor itself"
    assert missing(red)["total.fat_s"] == (900, 1200)
    assert not decide(red).sufficient


def test_a_session_of_the_outing_of_a_red_one_does_not_count_before_it_or_after_it():
    around = with_runs(
        with_run(A, "a3", during=6),
        run("before", at("03-21 05:00"), 1500, 3000, felt()),
        run("after", at("03-21 15:00"), 1500, 3000, felt()),
    )
    assert outings(around)[2] == "before+a3+after"
    assert eligible(around) == ["a4", "a5"]
    assert "after" in eligible(with_run(around, "after", start=at("03-21 19:40"))), "12 hours after its end"


def test_the_last_of_two_red_outings_is_where_the_dose_begins_anew():
    assert eligible(with_run(with_run(A, "a2", stopped=True), "a4", during=6)) == ["a5"]


def test_a_red_session_before_this_stage_begins_nothing_anew():
    before = replace(with_run(A, "a1", during=6), stage_entered_at=at("03-16 00:00"))
    assert eligible(before) == ["a2", "a3", "a4", "a5"]


def test_an_amber_session_begins_nothing_anew():
    assert eligible(with_run(A, "a3", during=4)) == ["a1", "a2", "a4", "a5"]


def later(case, days):
    """The case with a4 and a5, and `now`, so many days later: a gap from a3 on 21 March."""
    moved = [replace(one, start=one.start + days, end=one.end + days) for one in case.sessions[3:]]
    return replace(case, sessions=(*case.sessions[:3], *moved), now=case.now + days)


FIFTEEN_DAYS = later(A, timedelta(days=11))  # from 21 March to 5 April, 07:00


def test_after_15_days_without_a_run_the_dose_begins_anew_with_the_run_that_ended_them():
    assert eligible(FIFTEEN_DAYS) == ["a4", "a5"]
    assert eligible(later(A, timedelta(days=11) - SECOND)) == ["a1", "a2", "a3", "a4", "a5"]


def test_a_jog_that_is_no_run_ends_no_gap_and_does_not_count():
    jog = run("jog", at("04-04 07:00"), 599, 1500, felt())
    assert eligible(with_runs(FIFTEEN_DAYS, jog)) == ["a4", "a5"]
    assert "jog" in eligible(with_run(with_runs(FIFTEEN_DAYS, jog), "jog", run_s=600)), "then there is no such gap"


def test_while_such_a_gap_lasts_there_is_no_dose():
    lasting = replace(A, now=at("04-12 07:00"))
    assert eligible(lasting) == []
    assert missing(lasting)["sessions"] == (0, 4)
    assert not decide(lasting).sufficient
    assert decide(replace(lasting, now=lasting.now - SECOND)).sufficient


def test_a_gap_of_15_days_before_the_first_run_of_the_stage_is_one_too():
    first = replace(only(A, "a4", "a5"), stage_entered_at=at("03-10 07:00"))
    jog = run("jog", at("03-20 07:00"), 599, 1500, felt())
    assert eligible(with_runs(first, jog)) == ["a4", "a5"]
    assert eligible(with_runs(replace(first, stage_entered_at=at("03-10 07:00") + SECOND), jog)) == ["jog", "a4", "a5"]


def test_of_a_red_session_and_a_gap_the_later_is_where_the_dose_begins_anew():
    assert eligible(with_run(FIFTEEN_DAYS, "a2", during=6)) == ["a4", "a5"]
    assert eligible(with_run(FIFTEEN_DAYS, "a4", during=6)) == ["a5"]


def test_at_the_first_stage_a_layoff_that_ended_still_begins_the_dose_anew():
    first = replace(FIFTEEN_DAYS, stage="P1", stage_override={"ceil": None})
    assert "LAYOFF" not in {reason.of for reason in decide(first).reasons}
    assert eligible(first) == ["a4", "a5"]
    assert decide(first).decision is not Decision.REGRESS


def test_no_session_of_before_a_restart_is_the_best_of_one():
    red = with_run(A, "a4", during=6)
    assert missing(red)["max.run_s"] == (1800, 2700), "a5 alone"
    assert NOW - red.sessions[-1].start < timedelta(days=7)
