"""Alerts: each sign just there and just not there, and each episode heard once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from cases import NOW, at, felt, flag, mornings, only, run, sprint_stage, volume_stage, with_run, with_runs
from hypothesis import given
from random_cases import random_cases, thoroughly

from rules.alerts import alerts
from rules.decide import decide
from rules.signs.alert_kinds import KINDS, Urgency
from rules.signs.alert_signs import StageEvent
from rules.vocabulary import DailyCheckIn

A, F = volume_stage(), sprint_stage()
SECOND = timedelta(seconds=1)
FREE = replace(F, stage="F10")


def heard(case, **more):
    return alerts("runner-7", case, decide(case), **more)


def codes(case, **more):
    return {alert.code for alert in heard(case, **more)}


def back(moment, index=2):
    return StageEvent(at=moment, kind="REGRESS", stage_index=index)


def ago(**kw):
    return NOW - timedelta(**kw)


def nervous(**said):
    return with_run(with_run(A, "a4", **said), "a5", **said)


def sore(*ids):
    case = A
    for id in ids:
        case = with_run(case, id, during=4)
    return case


def pains(*scores):
    """The last four runs with these pains during them."""
    case = A
    for id, score in zip(("a2", "a3", "a4", "a5"), scores, strict=True):
        case = with_run(case, id, during=score)
    return case


def times(*seconds):
    """The five runs with so many seconds of running."""
    case = A
    for session, run_s in zip(A.sessions, seconds, strict=True):
        case = with_run(case, session.id, run_s=run_s)
    return case


def morning_of_a5(case):
    return replace(case, daily=(DailyCheckIn(at=at("03-29 07:00"), morning=1),))


OPEN = with_run(A, "a5", morning=None)
END = at("03-28 07:30")

SIGNS = [
    (True, "MISSING_24H", "30 hours after the run", replace(OPEN, now=END + timedelta(hours=30)), {}),
    (False, "MISSING_24H", "a second before", replace(OPEN, now=END + timedelta(hours=30) - SECOND), {}),
    (False, "MISSING_24H", "36 hours after: too late for a nudge", replace(OPEN, now=END + timedelta(hours=36)), {}),
    (False, "MISSING_24H", "answered", replace(A, now=END + timedelta(hours=30)), {}),
    (True, "STALLED", "two steps back to the same stage", A, {"events": [back(ago(days=56)), back(ago(days=5))]}),
    (
        False,
        "STALLED",
        "the first of them a second too old",
        A,
        {"events": [back(ago(days=56) - SECOND), back(ago(days=5))]},
    ),
    (False, "STALLED", "the second on a higher stage", A, {"events": [back(ago(days=40), 2), back(ago(days=5), 4)]}),
    (True, "STALLED", "the second on a lower stage", A, {"events": [back(ago(days=40), 3), back(ago(days=5), 2)]}),
    (False, "STALLED", "steps forward", A, {"events": [replace(back(ago(days=9)), kind="PROGRESS")] * 2}),
    (True, "STALLED", "43 days on a stage of 14", replace(A, stage_entered_at=ago(days=43)), {}),
    (False, "STALLED", "42 days", replace(A, stage_entered_at=ago(days=42)), {}),
    (False, "STALLED", "long after the last stage", replace(FREE, stage_entered_at=ago(days=200)), {}),
    (True, "NERVE_SIGNS", "tingling, and it moves down", nervous(character=("tingling",), distal_spread=True), {}),
    (False, "NERVE_SIGNS", "tingling alone", nervous(character=("tingling", "numb")), {}),
    (
        False,
        "NERVE_SIGNS",
        "examined since",
        replace(nervous(character=("numb",), distal_spread=True), nerve_checked_at=NOW),
        {},
    ),
    (True, "BAD_MORNING", "6 this morning", replace(A, daily=mornings(6)), {}),
    (False, "BAD_MORNING", "5.9", replace(A, daily=mornings(5.9)), {}),
    (True, "LAYOFF", "15 days without a run", replace(A, now=at("04-12 07:00")), {}),
    (True, "LAYOFF", "on the first stage too", replace(A, stage="P1", now=at("04-12 07:00")), {}),
    (False, "LAYOFF", "a second less", replace(A, now=at("04-12 07:00") - SECOND), {}),
    (True, "REPEATED_POOR_RESPONSE", "three of the last four", sore("a2", "a3", "a5"), {}),
    (False, "REPEATED_POOR_RESPONSE", "two of them", sore("a2", "a3"), {}),
    (True, "POOR_2_OF_3", "two of the last three", sore("a3", "a5"), {}),
    (False, "POOR_2_OF_3", "one of them", sore("a5"), {}),
    (True, "MORNING_TREND", "mornings of 2.5, baseline 1", replace(A, daily=mornings(*[2.5] * 6)), {}),
    (False, "MORNING_TREND", "mornings of 2", replace(A, daily=mornings(*[2] * 6)), {}),
    (True, "MISSING_FIRST", "36 hours after the run", replace(OPEN, now=END + timedelta(hours=36)), {}),
    (False, "MISSING_FIRST", "a second before", replace(OPEN, now=END + timedelta(hours=36) - SECOND), {}),
    (True, "MISSING_FIRST", "the pain during the run", with_run(A, "a5", during=None), {}),
    (False, "MISSING_FIRST", "answered by a day's morning", morning_of_a5(OPEN), {}),
    (True, "MISSING_FIRST", "7 days after the run", with_run(A, "a4", morning=None, start=ago(days=7)), {}),
    (False, "MISSING_FIRST", "a second later", with_run(A, "a4", morning=None, start=ago(days=7) - SECOND), {}),
    (False, "MISSING_FIRST", "before anybody was asked", replace(OPEN, asked_since=at("03-28 07:00") + SECOND), {}),
    (True, "MISSING_FIRST", "in the second from which on was asked", replace(OPEN, asked_since=at("03-28 07:00")), {}),
    (True, "DURING_RISING", "0, 1, 1, 2", pains(0, 1, 1, 2), {}),
    (True, "DURING_RISING", "the fifth before them was higher", with_run(pains(0, 1, 1, 2), "a1", during=3), {}),
    (False, "DURING_RISING", "0, 1, 1, 1.9", pains(0, 1, 1, 1.9), {}),
    (False, "DURING_RISING", "0, 2, 1, 3: it fell", pains(0, 2, 1, 3), {}),
    (False, "DURING_RISING", "one of them not answered", pains(0, 1, None, 3), {}),
    (
        False,
        "DURING_RISING",
        "three since the stage began",
        replace(pains(0, 1, 2, 3), stage_entered_at=at("03-20 00:00")),
        {},
    ),
    (True, "BROKE_OFF", "three of five shorter than half of 2,700 s", times(1349, 2700, 1349, 2700, 1349), {}),
    (False, "BROKE_OFF", "one of them half", times(1350, 2700, 1349, 2700, 1349), {}),
    (False, "BROKE_OFF", "one of them not measured", times(None, 2700, 1349, 2700, 1349), {}),
    (
        False,
        "BROKE_OFF",
        "one of them before the stage began",
        replace(times(1349, 2700, 1349, 2700, 1349), stage_entered_at=at("03-16 00:00")),
        {},
    ),
    (
        False,
        "BROKE_OFF",
        "a stage that asks for no time",
        replace(times(*[60] * 5), stage_override={"each": None, "max": None}),
        {},
    ),
    (
        True,
        "BROKE_OFF",
        "half of what each run needs, where that is more",
        replace(times(*[1599] * 5), stage_override={"each": {"run_s": 3200}}),
        {},
    ),
    (True, "SPEED_IMPLAUSIBLE", "a run measured as such", A, {"implausible": ["a5"]}),
    (False, "SPEED_IMPLAUSIBLE", "a run of somebody else", A, {"implausible": ["x9"]}),
    (
        True,
        "NOVEL_SPEED",
        "five strides, two before, dose of none",
        with_run(with_run(A, "a3", eff80_n=2), "a5", eff80_n=5),
        {},
    ),
    (False, "NOVEL_SPEED", "four are twice as many", with_run(with_run(A, "a3", eff80_n=2), "a5", eff80_n=4), {}),
    (
        False,
        "NOVEL_SPEED",
        "not above the dose",
        with_run(replace(A, stage_override={"total": {"eff80_n": 5}}), "a5", eff80_n=5),
        {},
    ),
    (
        True,
        "NOVEL_INCLINE",
        "more than one session of the stage needs, less than all of them together",
        with_run(with_run(replace(A, stage="P4"), "a3", inc2_s=300), "a5", inc2_s=700),
        {},
    ),
    (True, "NOVEL_INCLINE", "the first fast uphill efforts", with_run(A, "a5", uf_n=1), {}),
    (True, "NOVEL_INCLINE", "601 s up after 300 s", with_run(with_run(A, "a3", inc2_s=300), "a5", inc2_s=601), {}),
    (False, "NOVEL_INCLINE", "not measured", with_run(A, "a5", inc2_s=None, uf_n=None), {}),
    (
        True,
        "WEEK_JUMP",
        "18 km after 6.6 km",
        with_runs(only(A, "a3", "a5"), run("b", at("03-29 07:00"), 3000, 13000, felt())),
        {},
    ),
    (False, "WEEK_JUMP", "5 km more exactly", with_run(only(A, "a3", "a5"), "a5", run_m=11600), {}),
    (False, "WEEK_JUMP", "nothing the week before", only(A, "a5"), {}),
    (
        True,
        "MORNING_WORSE",
        "higher than the week before",
        replace(A, daily=(*mornings(4, 4, 4), *mornings(1, 1, until=ago(days=8)))),
        {},
    ),
    (False, "MORNING_WORSE", "the same", replace(A, daily=mornings(*[1] * 14)), {}),
    (True, "SPEED_NUDGE", "10 days since the last effort at 90 %", replace(FREE, now=at("04-07 07:00")), {}),
    (False, "SPEED_NUDGE", "a second less", replace(FREE, now=at("04-07 07:00") - SECOND), {}),
    (True, "SPEED_STALE", "21 days", replace(FREE, now=at("04-18 07:00")), {}),
    (False, "SPEED_STALE", "a second less", replace(FREE, now=at("04-18 07:00") - SECOND), {}),
    (False, "SPEED_NUDGE", "21 days: the stronger one", replace(FREE, now=at("04-18 07:00")), {}),
    (False, "SPEED_STALE", "before the last stage", replace(F, now=at("04-18 07:00")), {}),
    (True, "VMAX_EXCEEDED", "103.1 % of the top speed on record", with_run(A, "a5", peak3_pct=103.1), {}),
    (False, "VMAX_EXCEEDED", "103 %", with_run(A, "a5", peak3_pct=103), {}),
    (True, "RED_FLAG", "a flag", replace(A, flags=(flag(),)), {}),
    (True, "RED_RESPONSE", "a RED run", with_run(A, "a5", during=7), {}),
    (True, "RED_RESPONSE", "on the first stage too", with_run(replace(A, stage="P1"), "a5", during=7), {}),
    (True, "SPIKE_LARGE", "a jump", with_run(A, "a5", run_m=20000), {}),
    (True, "SPIKE_MODERATE", "a jump", with_run(A, "a5", run_m=9500), {}),
    (True, "SPIKE_SMALL", "a jump", with_run(A, "a5", run_m=8200), {}),
    (True, "CEILING", "too fast", with_run(A, "a5", peak3_pct=62), {}),
    (True, "LAPSE", "9 days", replace(A, now=at("04-06 18:00")), {}),
    (True, "POOR_SENSOR", "two of three", with_run(with_run(A, "a4", quality="POOR"), "a5", quality="POOR"), {}),
    (False, "RED_FLAG", "nothing at all", A, {}),
]


@pytest.mark.parametrize(
    ("stands", "code", "case", "more"),
    [(row[0], row[1], row[3], row[4]) for row in SIGNS],
    ids=[f"{row[1]}: {row[2]}" for row in SIGNS],
)
def test_an_alert_stands_where_the_table_says_so(stands, code, case, more):
    assert (code in codes(case, **more)) is stands


def test_every_kind_of_alert_is_tried():
    assert {row[1] for row in SIGNS if row[0]} == set(KINDS)


def test_a_quiet_history_alerts_nobody():
    assert heard(A) == ()


def test_a_red_flag_pages_through_the_night_and_everything_else_waits():
    assert [kind.urgency for code, kind in KINDS.items() if kind.urgency is Urgency.PAGE] == [Urgency.PAGE]
    (page,) = heard(replace(A, flags=(flag(),)))
    assert (page.code, page.waits_for_morning, page.audience) == ("RED_FLAG", False, ("physio", "runner"))
    assert all(alert.waits_for_morning for alert in heard(with_run(A, "a5", run_m=20000, during=7)))


def only_alert(case, code, **more):
    (alert,) = (alert for alert in heard(case, **more) if alert.code == code)
    return alert


HEARERS = [
    ("NERVE_SIGNS", nervous(character=("tingling",), distal_spread=True), Urgency.HIGH, ("physio",)),
    ("BAD_MORNING", replace(A, daily=mornings(6)), Urgency.HIGH, ("physio", "runner")),
    ("LAYOFF", replace(A, now=at("04-12 07:00")), Urgency.NORMAL, ("physio", "runner")),
    ("REPEATED_POOR_RESPONSE", sore("a3", "a4", "a5"), Urgency.HIGH, ("physio", "runner")),
    ("POOR_2_OF_3", sore("a4", "a5"), Urgency.NORMAL, ("physio", "runner")),
    ("MORNING_TREND", replace(A, daily=mornings(*[2.5] * 6)), Urgency.NORMAL, ("physio", "runner")),
    ("MISSING_FIRST", OPEN, Urgency.LOW, ("physio",)),
    ("DURING_RISING", pains(0, 1, 1, 2), Urgency.NORMAL, ("physio",)),
    ("BROKE_OFF", times(*[1349] * 5), Urgency.NORMAL, ("physio",)),
]


@pytest.mark.parametrize(("code", "case", "urgency", "audience"), HEARERS, ids=[row[0] for row in HEARERS])
def test_an_alert_is_as_urgent_and_for_those_whom_the_table_names(code, case, urgency, audience):
    alert = only_alert(case, code)
    assert (alert.urgency, alert.audience) == (urgency, audience)


def test_an_implausible_speed_is_for_the_physio_and_names_its_run():
    alert = only_alert(A, "SPEED_IMPLAUSIBLE", implausible=["a4"])
    assert (alert.urgency, alert.audience, alert.session_id) == (Urgency.NORMAL, ("physio",), "a4")
    assert alert.words["physio"].startswith("Run on 25 March: the recorded speed is not plausible")


def test_a_missing_answer_is_the_runners_while_it_is_in_time_and_the_physios_once_it_is_missing():
    (nudge,) = heard(replace(OPEN, now=END + timedelta(hours=30)))
    assert (nudge.code, nudge.audience, nudge.session_id) == ("MISSING_24H", ("runner",), "a5")
    (first,) = heard(replace(OPEN, now=END + timedelta(hours=36)))
    assert (first.code, first.audience, first.session_id) == ("MISSING_FIRST", ("physio",), "a5")
    silent = with_run(OPEN, "a4", morning=None)
    pattern = only_alert(replace(silent, now=END + timedelta(hours=36)), "MISSING_24H")
    assert (pattern.audience, pattern.session_id) == (("physio",), None)
    assert pattern.words["physio"].startswith("2 of the last 3 runs have no answer in time")


def test_of_missing_answers_in_a_row_the_first_alone_is_an_alert_of_its_own():
    silent = with_run(OPEN, "a4", morning=None)
    assert only_alert(silent, "MISSING_FIRST").session_id == "a4"
    again = with_runs(OPEN, run("b", at("03-26 07:00"), 600, 2000, felt()))
    both = with_run(again, "a4", morning=None)
    named = [alert.session_id for alert in heard(both) if alert.code == "MISSING_FIRST"]
    assert sorted(named) == ["a4", "a5"], "answered between them"


def test_of_an_outing_the_missing_answer_is_named_by_its_last_session():
    evening = with_runs(with_run(A, "a5", during=None), run("b", at("03-28 12:00"), 600, 1000, felt()))
    assert only_alert(evening, "MISSING_FIRST").session_id == "b"


def test_a_layoff_is_an_alert_again_each_week_while_it_stands():
    layoff = replace(A, now=at("04-12 07:00"))
    first = heard(layoff)
    assert [alert.episode for alert in first if alert.code == "LAYOFF"] == ["runner-7/LAYOFF/2026-04-12"]

    def later(day, open_before):
        return [a for a in heard(replace(A, now=at(f"{day} 07:00")), open_before=open_before) if a.code == "LAYOFF"]

    assert [alert.episode for alert in later("04-18", first)] == ["runner-7/LAYOFF/2026-04-12"]
    second = later("04-19", first)
    assert [alert.episode for alert in second] == ["runner-7/LAYOFF/2026-04-19"]
    assert [alert.episode for alert in later("04-25", second)] == ["runner-7/LAYOFF/2026-04-19"]
    assert [alert.episode for alert in later("04-26", second)] == ["runner-7/LAYOFF/2026-04-26"]


def test_an_episode_of_a_session_keeps_its_key_whenever_it_is_looked_at():
    jump = with_run(A, "a5", run_m=9500)
    later = replace(jump, now=NOW + timedelta(days=3))
    assert (
        {a.episode for a in heard(jump)} == {a.episode for a in heard(later)} == {"runner-7/SPIKE_MODERATE/session:a5"}
    )


def test_an_episode_of_days_keeps_the_key_of_its_first_day_while_it_goes_on():
    first = heard(replace(A, now=at("04-06 18:00")))
    assert [alert.episode for alert in first] == ["runner-7/LAPSE/2026-04-06"]
    next_day = replace(A, now=at("04-07 18:00"))
    assert [alert.episode for alert in heard(next_day, open_before=first)] == ["runner-7/LAPSE/2026-04-06"]
    assert [alert.episode for alert in heard(next_day)] == ["runner-7/LAPSE/2026-04-07"], "after a pause it is another"


def test_two_flags_are_two_episodes():
    both = heard(replace(A, flags=(flag(), flag("fever_unwell"))))
    assert [alert.episode for alert in both] == [
        "runner-7/RED_FLAG:fever_unwell/2026-03-30",
        "runner-7/RED_FLAG:saddle_numbness/2026-03-30",
    ]


def test_an_alert_says_what_was_seen():
    (alert,) = heard(with_run(A, "a5", uf_n=3))
    (words,) = alert.words.values()
    assert words.startswith("Run of 28 March: 3 of fast uphill efforts, more than twice the most of the 30 days before")
    (lapse,) = heard(replace(A, now=at("04-06 18:00")))
    assert lapse.words["runner"] == "No run for 9 days. Did you run? Then record it or add it by hand."


def test_without_a_programme_a_flag_is_still_heard():
    assert codes(replace(A, programme="NOPE", flags=(flag(),))) == {"RED_FLAG"}


@thoroughly
@given(random_cases())
def test_looking_twice_tells_nobody_twice_and_changes_no_decision(case):
    before = decide(case)
    first = heard(case)
    assert {alert.episode for alert in heard(case, open_before=first)} == {alert.episode for alert in first}
    assert len({alert.episode for alert in first}) == len(first)
    assert all(alert.words and all(words.strip() for words in alert.words.values()) for alert in first)
    assert decide(case) == before
