"""The response class of a session: every limit of every profile, which morning speaks of it, and loosened limits."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from cases import NOW, at, felt, only, run, volume_stage, with_run, with_runs

from rules.view import look
from rules.vocabulary import CheckIn, DailyCheckIn

A = volume_stage(baseline_morning=0)
ONE = only(A, "a5")  # 28 March, 07:00 to 07:30
END = at("03-28 07:30")
SECOND = timedelta(seconds=1)


def label(case, id="a5"):
    """The class as people see it: PENDING while the morning may still come."""
    return next(seen.label for seen in look(case).seen if seen.id == id)


def answered(profile, baseline=0.0, **answers):
    check_in = replace(CheckIn(during=0, after=0, morning=0), **answers)
    return label(with_run(replace(ONE, profile=profile, baseline_morning=baseline), "a5", check_in=check_in))


# The page's table: GREEN up to the first number, RED from the second on.
LIMITS = {
    "TENDON": {"during": (3, 6), "after": (3, 6), "rise": (1, 3), "morning": (3, 6)},
    "FIBRE": {"during": (2, 5), "after": (2, 5), "rise": (1, 3), "morning": (3, 5)},
    "IMT": {"during": (2, 5), "after": (2, 5), "rise": (1, 3), "morning": (3, 5)},
    "NEURAL": {"during": (2, 5), "after": (2, 5), "rise": (1, 3), "morning": (3, 5)},
}
ROWS = [(profile, item, *limits) for profile, items in LIMITS.items() for item, limits in items.items()]


@pytest.mark.parametrize(("profile", "item", "green", "red"), ROWS)
def test_a_score_is_green_up_to_its_limit_and_red_from_the_other_on(profile, item, green, red):
    # A baseline of 10 leaves no rise; a rise of less than 3 from 0 is below the limit of the morning itself.
    name, baseline = ("morning", 0.0) if item == "rise" else (item, 10.0)
    scores = (green, green + 0.1, red - 0.1, red)
    labels = [answered(profile, baseline, **{name: score}) for score in scores]
    assert labels == ["GREEN", "AMBER", "AMBER", "RED"]


def test_a_morning_is_judged_by_itself_whatever_the_baseline():
    assert answered("TENDON", 5, morning=3) == "GREEN"
    assert answered("TENDON", 5, morning=5) == "AMBER", "no rise at all"
    assert answered("TENDON", 5, morning=6) == "RED", "a rise of one point"


def test_pain_while_sitting_is_amber_at_most_and_judged_in_a_tendon_programme_only():
    assert [answered("TENDON", sitting=score) for score in (3, 3.1, 10)] == ["GREEN", "AMBER", "AMBER"]
    assert [answered(profile, sitting=10) for profile in ("FIBRE", "IMT", "NEURAL")] == ["GREEN"] * 3
    assert answered("TENDON", sitting=None) == "GREEN", "not asked is not unknown"


def test_pain_that_moves_down_the_leg_is_amber_and_red_for_a_nerve():
    labels = {profile: answered(profile, distal_spread=True) for profile in LIMITS}
    assert labels == {"TENDON": "AMBER", "FIBRE": "AMBER", "IMT": "AMBER", "NEURAL": "RED"}
    assert answered("NEURAL", distal_spread=False) == "GREEN"


PAINKILLERS = [
    ("GREEN", {}, "UNKNOWN"),
    ("PENDING", {"morning": None, "start": at("03-30 07:00")}, "UNKNOWN"),
    ("UNKNOWN", {"during": None}, "UNKNOWN"),
    ("AMBER", {"during": 4}, "AMBER"),
    ("RED", {"during": 6}, "RED"),
]


@pytest.mark.parametrize(("without", "changes", "with_them"), PAINKILLERS)
def test_with_painkillers_nothing_is_green_or_pending(without, changes, with_them):
    for painkillers, expected in ((None, without), (False, without), (True, with_them)):
        taken = with_run(ONE, "a5", morning=0, painkillers=painkillers)
        assert label(with_run(taken, "a5", **changes)) == expected


# Which morning speaks of a session

SILENT = with_run(ONE, "a5", morning=None)


def daily(case, *answers):
    return replace(case, daily=tuple(DailyCheckIn(at=moment, morning=score) for moment, score in answers))


BORROWED = [
    ("5 hours after the end", [(END + timedelta(hours=5), 1)], "GREEN"),
    ("a second earlier", [(END + timedelta(hours=5) - SECOND, 1)], "UNKNOWN"),
    ("36 hours after the end", [(END + timedelta(hours=36), 1)], "GREEN"),
    ("a second later", [(END + timedelta(hours=36) + SECOND, 1)], "UNKNOWN"),
    ("it is judged as its own", [(at("03-29 07:00"), 6)], "RED"),
    ("the first of two", [(at("03-29 08:00"), 6), (at("03-29 07:00"), 1)], "GREEN"),
    ("the first of two, the worse", [(at("03-29 07:00"), 6), (at("03-29 08:00"), 1)], "RED"),
    ("the larger of two of one moment", [(at("03-29 07:00"), 1), (at("03-29 07:00"), 6)], "RED"),
    ("one without a score is none", [(at("03-29 07:00"), None), (at("03-29 08:00"), 1)], "GREEN"),
]


@pytest.mark.parametrize(("answers", "expected"), [row[1:] for row in BORROWED], ids=[row[0] for row in BORROWED])
def test_a_session_without_its_morning_takes_the_first_daily_answer_5_to_36_hours_after_its_end(answers, expected):
    assert label(daily(SILENT, *answers)) == expected


def test_its_own_morning_comes_before_every_other():
    assert label(daily(ONE, (at("03-29 07:00"), 9))) == "GREEN"


def test_an_answer_of_tomorrow_speaks_of_nothing_yet():
    today = with_run(SILENT, "a5", start=at("03-30 07:00"))
    assert label(daily(today, (NOW, 1))) == "GREEN", "10 hours and a half after the end"
    assert label(daily(today, (NOW + SECOND, 1))) == "PENDING"


def evening(case, morning, id="b", time="12:00"):
    return with_runs(case, run(id, at(f"03-28 {time}"), 600, 1000, felt(0, 0, morning)))


LATER_SESSIONS = [
    ("the morning of a later session", evening(SILENT, 1), "GREEN"),
    ("the largest of two later ones", evening(evening(SILENT, 1), 6, "c", "15:00"), "RED"),
    ("an earlier session's speaks of nothing later", evening(SILENT, 1, time="05:00"), "UNKNOWN"),
    ("a session of the same moment is not later", evening(SILENT, 1, time="07:00"), "UNKNOWN"),
    ("a session of the next outing is of another night", evening(SILENT, 1, time="19:30"), "UNKNOWN"),
    ("a daily answer comes first", daily(evening(SILENT, 6), (at("03-29 07:00"), 1)), "GREEN"),
]


@pytest.mark.parametrize(
    ("case", "expected"), [row[1:] for row in LATER_SESSIONS], ids=[row[0] for row in LATER_SESSIONS]
)
def test_else_it_takes_the_largest_own_morning_of_a_later_session_of_its_outing(case, expected):
    assert label(case) == expected


def test_no_session_borrows_what_another_borrowed():
    both = daily(evening(SILENT, None), (END + timedelta(hours=36, seconds=1), 1))
    assert label(both, "b") == "GREEN", "30 hours after its end"
    assert label(both, "a5") == "UNKNOWN", "36 hours and a second after its end, and b has no morning of its own"


# Limits that were loosened


def loosened(since, before, profile="TENDON", **answers):
    case = with_run(replace(ONE, profile=profile, profile_since=since, profile_before=before), "a5", **answers)
    return label(with_run(case, "a5", morning=answers.get("morning", 0)))


START = at("03-28 07:00")
STRICTER = [
    ("during", "TENDON", "FIBRE", {"during": 3}, "GREEN", "AMBER"),
    ("during, RED", "TENDON", "FIBRE", {"during": 5}, "AMBER", "RED"),
    ("after", "TENDON", "FIBRE", {"after": 3}, "GREEN", "AMBER"),
    ("morning, RED", "TENDON", "FIBRE", {"morning": 5}, "RED", "RED"),
    ("sitting: no limit is none", "FIBRE", "TENDON", {"sitting": 4}, "GREEN", "AMBER"),
    ("sitting: the limit stays", "TENDON", "FIBRE", {"sitting": 4}, "AMBER", "AMBER"),
    ("spread", "TENDON", "NEURAL", {"distal_spread": True}, "AMBER", "RED"),
    ("a stricter profile now is the stricter one before", "FIBRE", "TENDON", {"during": 3}, "AMBER", "AMBER"),
    ("limits as an object", "TENDON", {"name": "TENDON", "green": {"during": 1}}, {"during": 2}, "GREEN", "AMBER"),
]


@pytest.mark.parametrize(
    ("profile", "before", "answers", "now", "earlier"), [row[1:] for row in STRICTER], ids=[row[0] for row in STRICTER]
)
def test_a_session_of_before_the_limits_were_loosened_is_judged_by_the_stricter_of_each(
    profile, before, answers, now, earlier
):
    assert loosened(START, before, profile, **answers) == now, "in the second they were loosened"
    assert loosened(START + SECOND, before, profile, **answers) == earlier


def test_a_physio_may_change_the_limits_of_morning_and_sitting_and_sitting_is_never_red():
    strict = {"name": "TENDON", "green": {"morning": 1, "sitting": 1}, "red": {"morning": 2, "sitting": 2}}
    labels = [answered(strict, 10, morning=score) for score in (1, 1.1, 2)]
    assert labels == ["GREEN", "AMBER", "RED"]
    assert [answered(strict, sitting=score) for score in (1, 1.1, 10)] == ["GREEN", "AMBER", "AMBER"]
    assert answered({"name": "FIBRE", "green": {"sitting": 1}}, sitting=2) == "AMBER"


def test_a_limit_that_is_null_or_absent_is_that_of_the_named_profile():
    same = {"name": "TENDON", "green": {"morning": None}, "red": None}
    assert [answered(same, 10, morning=score) for score in (3, 3.1, 6)] == ["GREEN", "AMBER", "RED"]
