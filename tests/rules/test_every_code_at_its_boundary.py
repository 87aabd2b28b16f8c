"""Every code of the decision where it just fires, and where it just does not: a table for a physio to read.

Unless a row says otherwise the runner is on the third stage of PHT: limits 3/3/+1 GREEN and 6/6/+3 RED, a morning of 3
GREEN and of 6 RED, baseline morning 1, the longest run of the month 7,200 m, and everything complete and tolerated on
30 March at 18:00. Each session is an outing by itself.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from cases import (
    NOW,
    at,
    codes,
    felt,
    flag,
    hold,
    mornings,
    only,
    run,
    sprint_stage,
    volume_stage,
    with_references,
    with_run,
    with_runs,
)

from rules.decide import CODES, decide
from rules.vocabulary import DailyCheckIn, References

A, F = volume_stage(), sprint_stage()
SECOND = timedelta(seconds=1)
NOBODY = References(declared_longest_m=6000, declared_at=at("03-14 00:00"))


def on(stage: str, case=A, **override):
    return replace(case, stage=stage, stage_override=override)


def each_run(case, **changes):
    for session in case.sessions:
        case = with_run(case, session.id, **changes)
    return case


def ago(**kw):
    return NOW - timedelta(**kw)


def red_a4(case=A):
    return with_run(case, "a4", during=6)


def later_on_28(case, id="b", time="12:00", run_s=600, run_m=1000, check_in=None, **done):
    """The case with another session on 28 March: with a5, from 07:00 to 07:30, it is one outing unless it is late."""
    return with_runs(case, run(id, at(f"03-28 {time}"), run_s, run_m, check_in or felt(), **done))


def after_red(red_s, run_s, case=A):
    """RED on 25 March after so many seconds, then on 28 March a GREEN run of so many."""
    return with_run(with_run(red_a4(case), "a4", run_s=red_s), "a5", run_s=run_s)


def daily(moment, morning):
    return (DailyCheckIn(at=moment, morning=morning),)


def loosened(case, since, before="FIBRE"):
    """The case with its profile in force since then, and a stricter one before."""
    return replace(case, profile_since=since, profile_before=before)


TEN_MINUTES = run("b", at("03-29 07:00"), 600, 1600, felt())
RED_FLAG = [
    (True, "a flag stands", replace(A, flags=(flag(),))),
    (True, "raised a year ago and never cleared", replace(A, flags=(flag(raised_at=at("01-01 00:00")),))),
    (True, "cleared by nobody", replace(A, flags=(flag(cleared_at=NOW),))),
    (True, "cleared by a blank name", replace(A, flags=(flag(cleared_at=NOW, cleared_by="  "),))),
    (True, "cleared, but only in a second", replace(A, flags=(flag(cleared_at=NOW + SECOND, cleared_by="Dr Oru"),))),
    (True, "a name, but no time of clearing", replace(A, flags=(flag(cleared_by="Dr Oru"),))),
    (True, "the programme is unknown", replace(A, flags=(flag(),), programme="NONE")),
    (
        True,
        "one of two is cleared",
        replace(A, flags=(flag(cleared_at=NOW, cleared_by="Dr Oru"), flag("fever_unwell"))),
    ),
    (False, "cleared this second by a named clinician", replace(A, flags=(flag(cleared_at=NOW, cleared_by="Dr Oru"),))),
]
RED_RESPONSE = [
    (True, "pain 6 in the latest run", with_run(A, "a5", during=6)),
    (False, "pain 5.9 is AMBER", with_run(A, "a5", during=5.9)),
    (True, "pain 6 later that day", with_run(A, "a5", after=6)),
    (True, "three points above the baseline next morning", with_run(A, "a5", morning=4)),
    (False, "two points above it", with_run(A, "a5", morning=3)),
    (
        True,
        "three points in the morning, where no baseline is known",
        with_run(replace(A, baseline_morning=None), "a5", morning=3),
    ),
    (True, "stopped because of pain", with_run(A, "a5", stopped=True)),
    (True, "something sharp and sudden", with_run(A, "a5", sharp_sudden=True)),
    (True, "RED even before the morning is known", with_run(A, "a5", stopped=True, morning=None)),
    (False, "pain that spread down the leg, in a tendon programme", with_run(A, "a5", distal_spread=True)),
    (
        True,
        "pain that spread down the leg, profile NEURAL",
        with_run(replace(A, profile="NEURAL"), "a5", distal_spread=True),
    ),
    (False, "RED, and a GREEN run after it", red_a4()),
    (False, "pain that did not spread, profile NEURAL", replace(A, profile="NEURAL")),
    (True, "RED, and only a run with a poor sensor after it", with_run(red_a4(), "a5", quality="POOR")),
    (True, "RED, and the run after it still open", with_run(red_a4(), "a5", morning=None)),
    (True, "RED, and a GREEN run at the same moment", with_run(red_a4(), "a5", start=at("03-25 07:00"))),
    (False, "half as long as the RED run: 22 min 30 s after 45 min", after_red(2700, 1350)),
    (True, "a second less than half", after_red(2700, 1349)),
    (False, "less than half, but the 25 min that each run of the stage needs", after_red(3300, 1500)),
    (True, "neither half nor these 25 min", after_red(3300, 1499)),
    (True, "the 25 min, but not the rest of what each run needs", after_red(3300, 1500, on("P3", each={"fat_s": 1}))),
    (False, "a stage that needs nothing of each run: half", after_red(3300, 1650, on("P3", each=None))),
    (True, "a stage that needs nothing of each run: a second less", after_red(3300, 1649, on("P3", each=None))),
    (False, "the RED run's time is not known: half of its duration", after_red(None, 1350)),
    (True, "the RED run's time is not known: less than half of its duration", after_red(None, 1349)),
    (
        False,
        "half of the whole outing of 45 and 15 min",
        with_runs(
            after_red(2700, 1800, on("P3", each={"run_s": 2000})), run("e", at("03-25 12:00"), 900, 2500, felt())
        ),
    ),
    (
        True,
        "half of the RED run, but not of its whole outing of 45 and 16 min",
        with_runs(
            after_red(2700, 1800, on("P3", each={"run_s": 2000})), run("e", at("03-25 12:00"), 960, 2500, felt())
        ),
    ),
    (False, "two runs of 10 min, of two outings", with_runs(after_red(2700, 600), TEN_MINUTES)),
    (True, "two runs of 10 min, of one outing", later_on_28(after_red(2700, 600))),
    (True, "one of 10 min and one of 9 min 59 s", with_runs(after_red(2700, 599), TEN_MINUTES)),
    (
        False,
        "one of 10 min, and one of 1,500 m whose time is not known",
        with_runs(with_run(after_red(2700, None), "a5", run_m=1500), TEN_MINUTES),
    ),
    (
        True,
        "one of 10 min, and one of 1,499 m whose time is not known",
        with_runs(with_run(after_red(2700, None), "a5", run_m=1499), TEN_MINUTES),
    ),
    (True, "a run of the same outing settles nothing", later_on_28(with_run(A, "a5", during=6), run_s=1800)),
    (
        True,
        "a second less than 12 h after its end is the same outing",
        later_on_28(with_run(A, "a5", during=6), time="19:29:59", run_s=1800),
    ),
    (False, "12 h after its end is another", later_on_28(with_run(A, "a5", during=6), time="19:30", run_s=1800)),
    (True, "RED two weeks ago, and never a GREEN run since", only(with_run(A, "a1", during=6), "a1")),
    (
        True,
        "RED exactly 60 days ago, and never a GREEN run since",
        replace(only(with_run(A, "a1", start=ago(days=60), during=6), "a1"), stage_entered_at=at("01-01 00:00")),
    ),
    (
        False,
        "RED 60 days and a second ago",
        replace(
            only(with_run(A, "a1", start=ago(days=60) - SECOND, during=6), "a1"), stage_entered_at=at("01-01 00:00")
        ),
    ),
    (
        True,
        "two RED in the week, each settled",
        with_runs(with_run(red_a4(), "a5", during=6), run("a6", at("03-29 07:00"), 1800, 5000, felt())),
    ),
    (
        False,
        "two RED, one of them 7 days and a second ago",
        with_runs(
            with_run(red_a4(), "a3", start=ago(days=7) - SECOND, during=6),
            run("a6", at("03-29 07:00"), 1800, 5000, felt()),
        ),
    ),
]
RED_SETTLED = [
    (True, "one RED of the week and a GREEN run after it", red_a4()),
    (True, "it was exactly 7 days ago", with_run(red_a4(), "a4", start=ago(days=7))),
    (False, "it was 7 days and a second ago", with_run(red_a4(), "a4", start=ago(days=7) - SECOND)),
    (False, "nothing settled it", with_run(A, "a5", during=6)),
    (True, "before this stage began", replace(red_a4(), stage_entered_at=at("03-26 00:00"))),
    (
        False,
        "two of the week are named as RED_RESPONSE, though both are settled",
        with_runs(with_run(red_a4(), "a5", during=6), run("a6", at("03-29 07:00"), 1800, 5000, felt())),
    ),
    (
        True,
        "settled before this stage began, beside a RED of this stage that is not",
        replace(
            with_runs(with_run(red_a4(), "a5", during=6), run("b", at("03-26 07:00"), 1800, 5000, felt())),
            stage_entered_at=at("03-27 00:00"),
        ),
    ),
]
RED_BEFORE_ENTRY_UNSETTLED = [
    (True, "RED the day before the stage began", replace(only(red_a4(), "a4"), stage_entered_at=at("03-26 00:00"))),
    (False, "a GREEN run since", replace(red_a4(), stage_entered_at=at("03-26 00:00"))),
    (
        False,
        "AMBER the day before",
        replace(only(with_run(A, "a4", during=4), "a4"), stage_entered_at=at("03-26 00:00")),
    ),
    (
        True,
        "exactly 7 days ago",
        replace(only(with_run(red_a4(), "a4", start=ago(days=7)), "a4"), stage_entered_at=at("03-26 00:00")),
    ),
    (
        False,
        "7 days and a second ago",
        replace(only(with_run(red_a4(), "a4", start=ago(days=7) - SECOND), "a4"), stage_entered_at=at("03-26 00:00")),
    ),
    (False, "in the very second the stage began", replace(only(red_a4(), "a4"), stage_entered_at=at("03-25 07:00"))),
]
REPEATED_POOR_RESPONSE = [
    (True, "three of the last four AMBER", each_run(only(A, "a3", "a4", "a5"), during=4)),
    (True, "three of four, the latest GREEN", with_run(each_run(A, during=4), "a5", during=2)),
    (
        True,
        "two of them AMBER and one RED",
        with_run(with_run(with_run(A, "a2", during=4), "a3", during=6), "a4", during=4),
    ),
    (False, "two of the last four", with_run(with_run(A, "a2", during=4), "a3", during=4)),
    (False, "profile IMT: 2 in the run and one point of rise", each_run(replace(A, profile="IMT"), morning=2)),
    (True, "profile IMT: a tenth more of rise", each_run(replace(A, profile="IMT"), morning=2.1)),
    (True, "profile IMT: a tenth more in the run", each_run(replace(A, profile="IMT"), during=2.1)),
    (
        True,
        "the third of them one session of an outing whose other is GREEN",
        later_on_28(with_run(with_run(A, "a3", during=4), "a4", during=4), check_in=felt(4)),
    ),
    (
        False,
        "three AMBER sessions of one outing",
        later_on_28(later_on_28(with_run(A, "a5", during=4), check_in=felt(4)), "c", "15:00", check_in=felt(4)),
    ),
    (
        False,
        "the third of them five sessions back",
        with_run(with_run(with_run(A, "a1", during=4), "a3", during=4), "a5", during=4),
    ),
    (
        False,
        "the third of them 28 days and a second ago",
        replace(
            with_run(each_run(only(A, "a3", "a4", "a5"), during=4), "a3", start=ago(days=28) - SECOND),
            stage_entered_at=at("02-01 00:00"),
        ),
    ),
    (
        True,
        "the third of them exactly 28 days ago",
        replace(
            with_run(each_run(only(A, "a3", "a4", "a5"), during=4), "a3", start=ago(days=28)),
            stage_entered_at=at("02-01 00:00"),
        ),
    ),
    (
        False,
        "two of them before this stage",
        replace(each_run(only(A, "a3", "a4", "a5"), during=4), stage_entered_at=at("03-26 00:00")),
    ),
]
POOR_2_OF_3 = [
    (True, "the last two AMBER", with_run(with_run(A, "a4", during=4), "a5", during=4)),
    (True, "pain 4 later that day in two", with_run(with_run(A, "a4", after=4), "a5", after=4)),
    (True, "two points above the baseline on two mornings", with_run(with_run(A, "a4", morning=3), "a5", morning=3)),
    (False, "one point above it", with_run(with_run(A, "a4", morning=2), "a5", morning=2)),
    (
        True,
        "stiffness 30 minutes above the baseline in two",
        with_run(with_run(A, "a4", stiff_min=30), "a5", stiff_min=30),
    ),
    (False, "29 minutes", with_run(with_run(A, "a4", stiff_min=29), "a5", stiff_min=29)),
    (
        True,
        "40 minutes in two, where 10 are the baseline",
        with_run(with_run(replace(A, baseline_stiff_min=10), "a4", stiff_min=40), "a5", stiff_min=40),
    ),
    (
        False,
        "39 minutes, where 10 are the baseline",
        with_run(with_run(replace(A, baseline_stiff_min=10), "a4", stiff_min=39), "a5", stiff_min=39),
    ),
    (False, "one of the last three", with_run(A, "a4", during=4)),
    (True, "two sessions in all, both AMBER", each_run(only(A, "a4", "a5"), during=4)),
    (True, "the first and the last of three", with_run(with_run(A, "a3", during=4), "a5", during=4)),
    (False, "two of the last four, one of the last three", with_run(with_run(A, "a2", during=4), "a4", during=4)),
    (
        False,
        "three of the last four, two of them among the last three",
        with_run(with_run(with_run(A, "a2", during=4), "a3", during=4), "a4", during=4),
    ),
    (False, "three of the last four: the stronger row speaks", each_run(A, during=4)),
    (False, "not answered is not poor", each_run(A, during=None)),
    (False, "two AMBER sessions of one outing", later_on_28(with_run(A, "a5", during=4), check_in=felt(4))),
    (
        True,
        "one AMBER session in each of two outings",
        later_on_28(with_run(A, "a4", during=4), check_in=felt(4)),
    ),
    (
        True,
        "one of them exactly 28 days ago",
        replace(
            with_run(each_run(only(A, "a4", "a5"), during=4), "a4", start=ago(days=28)),
            stage_entered_at=at("02-01 00:00"),
        ),
    ),
    (
        False,
        "one of them 28 days and a second ago",
        replace(
            with_run(each_run(only(A, "a4", "a5"), during=4), "a4", start=ago(days=28) - SECOND),
            stage_entered_at=at("02-01 00:00"),
        ),
    ),
]
A_LAYOFF = replace(A, now=at("04-12 07:00"))  # 15 days after the start of a5


def jog(run_s=600, run_m=1500, start="04-10 07:00", case=A_LAYOFF, **more):
    return with_runs(case, run("jog", at(start), run_s, run_m, felt(**more)))


def monthly(first_back, case=A, entered="02-01 00:00"):
    """A layoff since the stage began, ended by a run at that moment, and a run each ten days since."""
    later = [
        run(f"m{days}", ago(days=days), 1800, 2500, felt()) for days in range(5, 41, 10) if ago(days=days) > first_back
    ]
    return replace(case, stage_entered_at=at(entered), sessions=(run("back", first_back, 1800, 2500, felt()), *later))


LAYOFF = [
    (True, "15 days since the start of the last run", A_LAYOFF),
    (False, "a second less", replace(A, now=at("04-12 07:00") - SECOND)),
    (True, "a walk in between ends no layoff", jog(0, 0)),
    (False, "a run with a poor sensor ends it", with_run(jog(), "jog", quality="POOR")),
    (False, "so does one that was not tolerated", jog(during=9)),
    (False, "10 min are a run", jog(600, 0)),
    (True, "9 min 59 s are none", jog(599, 5000)),
    (
        False,
        "where the time is not known, 1,500 m are",
        with_run(jog(), "jog", run_s=None),
    ),
    (True, "and 1,499 m are none", with_run(jog(run_m=1499), "jog", run_s=None)),
    (True, "neither time nor distance is known", with_run(jog(run_m=None), "jog", run_s=None)),
    (
        False,
        "a stage that asks for 5 min of each run: 5 min",
        jog(300, 0, case=on("P3", A_LAYOFF, each={"run_s": 300})),
    ),
    (True, "a stage that asks for 5 min: a second less", jog(299, 0, case=on("P3", A_LAYOFF, each={"run_s": 300}))),
    (
        True,
        "a stage that asks for 0 s of each run: 10 min are a run",
        jog(599, 0, case=on("P3", A_LAYOFF, each={"run_s": 0})),
    ),
    (True, "entered 15 days ago and never run", replace(A, sessions=(), stage_entered_at=ago(days=15))),
    (
        False,
        "the last run long ago, but the stage is new",
        replace(A, now=at("04-12 07:00"), stage_entered_at=at("04-10 00:00")),
    ),
    (True, "15 days that a run ended do not go away", replace(jog(start="04-12 07:00"), now=at("04-13 18:00"))),
    (
        False,
        "a second less, and a run",
        replace(with_run(jog(), "jog", start=at("04-12 07:00") - SECOND), now=at("04-13 18:00")),
    ),
    (
        False,
        "a stage entered since, the same one too",
        replace(jog(start="04-12 07:00"), now=at("04-13 18:00"), stage_entered_at=at("04-12 00:00")),
    ),
    (
        True,
        "15 days from the entry to the first run",
        replace(only(A), sessions=(TEN_MINUTES,), stage_entered_at=at("03-14 07:00")),
    ),
    (False, "a second less", replace(only(A), sessions=(TEN_MINUTES,), stage_entered_at=at("03-14 07:00") + SECOND)),
    (
        True,
        "of the last 60 days: the first 15 of them, ended 45 days ago",
        monthly(ago(days=45), entered="01-01 00:00"),
    ),
    (False, "the first 14 and most of a day of them", monthly(ago(days=45) - SECOND, entered="01-01 00:00")),
    (True, "at the last stage, ended exactly 28 days ago", monthly(ago(days=28), on("P10"))),
    (False, "at the last stage, ended a second earlier", monthly(ago(days=28) - SECOND, on("P10"))),
    (True, "at any other stage, ended a second earlier", monthly(ago(days=28) - SECOND)),
    (True, "at the last stage, not ended", on("P10", A_LAYOFF)),
    (False, "a stage that begins tomorrow", replace(A, stage_entered_at=NOW + timedelta(days=1))),
]
LAPSE = [
    (True, "8 days since the start of the last run", replace(A, now=at("04-05 07:00"))),
    (False, "a second less", replace(A, now=at("04-05 07:00") - SECOND)),
    (True, "a second before the layoff", replace(A, now=at("04-12 07:00") - SECOND)),
    (False, "15 days are a layoff", replace(A, now=at("04-12 07:00"))),
    (True, "entered 8 days ago and never run", replace(A, sessions=(), stage_entered_at=ago(days=8))),
    (
        True,
        "a jog of 9 min 59 s since is no run",
        jog(599, start="04-04 07:00", case=replace(A, now=at("04-05 07:00"))),
    ),
    (False, "a jog of 10 min is one", jog(600, start="04-04 07:00", case=replace(A, now=at("04-05 07:00")))),
    (
        False,
        "8 days after a layoff that ended: the layoff stands",
        replace(jog(start="04-12 07:00"), now=at("04-20 07:00")),
    ),
    (
        True,
        "at the first stage no layoff stands once it has ended",
        replace(on("P1", jog(start="04-12 07:00")), now=at("04-20 07:00")),
    ),
]
NO_SESSIONS = [
    (True, "no run at all, the stage a week old", replace(A, sessions=(), stage_entered_at=ago(days=7))),
    (
        True,
        "only a run of 61 days ago",
        replace(only(with_run(A, "a1", start=ago(days=61)), "a1"), stage_entered_at=ago(days=7)),
    ),
    (
        True,
        "only a walk",
        replace(A, sessions=(run("w", at("03-28 07:00"), 0, 0, felt()),), stage_entered_at=ago(days=7)),
    ),
    (
        True,
        "only a jog of 9 min 59 s",
        replace(A, sessions=(with_run(jog(599), "jog", start=ago(days=1)).sessions[-1],), stage_entered_at=ago(days=7)),
    ),
    (False, "a run before this stage", replace(A, stage_entered_at=at("03-29 00:00"))),
    (False, "8 days without one are a lapse", replace(A, sessions=(), stage_entered_at=ago(days=8))),
]
QUIET = only(with_run(with_run(A, "a4", morning=None), "a5", morning=None), "a4", "a5")
MORNING_TREND = [
    (
        True,
        "however bad the week before was",
        with_run(replace(QUIET, daily=mornings(3, 3, 3)), "a4", start=ago(days=9), morning=9),
    ),
    (True, "median 2.5 of three mornings, baseline 1", replace(QUIET, daily=mornings(1, 2.5, 3))),
    (False, "median 2 is not above baseline + 1", replace(QUIET, daily=mornings(1, 2, 9))),
    (False, "two mornings are no trend", replace(QUIET, daily=mornings(9, 9))),
    (
        True,
        "sessions and days count together",
        replace(only(each_run(A, morning=2.5), "a4", "a5"), daily=mornings(2.5)),
    ),
    (
        True,
        "a session before this stage counts",
        replace(only(each_run(A, morning=2.5), "a4", "a5"), daily=mornings(2.5), stage_entered_at=at("03-29 00:00")),
    ),
    (
        True,
        "the first of them exactly 7 days ago",
        replace(QUIET, daily=(*mornings(3, until=ago(days=7)), *mornings(3, 3))),
    ),
    (
        False,
        "the first of them a second older",
        replace(QUIET, daily=(*mornings(3, until=ago(days=7) - SECOND), *mornings(3, 3))),
    ),
    (False, "the third of them tomorrow", replace(QUIET, daily=mornings(3, 3, 3, until=NOW + timedelta(days=1)))),
    (True, "no baseline is a baseline of 0", replace(QUIET, baseline_morning=None, daily=mornings(1.5, 1.5, 1.5))),
    (False, "the middle of four: 1 and 3 make 2", replace(QUIET, daily=mornings(1, 1, 3, 3))),
    (
        False,
        "three sessions of one outing are one morning",
        later_on_28(
            later_on_28(with_run(only(A, "a5"), "a5", morning=3), check_in=felt(morning=3)),
            "c",
            "15:00",
            check_in=felt(morning=3),
        ),
    ),
    (
        True,
        "of an outing the largest: 1 and 3, with days of 2 and 3",
        replace(later_on_28(only(A, "a5"), check_in=felt(morning=3)), daily=mornings(2, 3)),
    ),
    (
        False,
        "a day counts once, also where a session borrows it",
        replace(QUIET, daily=(*daily(at("03-26 07:00"), 3), *daily(at("03-29 07:00"), 3))),
    ),
    (
        True,
        "of two answers of one moment the larger",
        replace(QUIET, daily=(*mornings(3, 3, 1), *mornings(3))),
    ),
    (False, "two answers of one moment are one", replace(QUIET, daily=(*mornings(3, 3), *mornings(2.5)))),
]
GOOD_SINCE = only(A, "a1", "a2", "a3")  # the last run on 21 March, nine days ago
BAD_MORNING = [
    (True, "6 this morning", replace(A, daily=mornings(6))),
    (False, "5.9", replace(A, daily=mornings(5.9))),
    (False, "6 about a run is its response", with_run(A, "a5", morning=6)),
    (True, "exactly 7 days ago, and tolerated runs since", replace(A, daily=daily(ago(days=7), 6))),
    (False, "7 days and a second ago, and tolerated runs since", replace(A, daily=daily(ago(days=7) - SECOND, 6))),
    (True, "8 days ago, and no run since", replace(GOOD_SINCE, daily=daily(ago(days=8), 6))),
    (False, "8 days ago, and a tolerated run since", replace(only(A, "a4"), daily=daily(ago(days=8), 6))),
    (
        True,
        "8 days ago, and only an AMBER run since",
        replace(with_run(only(A, "a4"), "a4", during=4), daily=daily(ago(days=8), 6)),
    ),
    (
        True,
        "8 days ago, and only a run with a poor sensor",
        replace(with_run(only(A, "a4"), "a4", quality="POOR"), daily=daily(ago(days=8), 6)),
    ),
    (
        True,
        "8 days ago, and only a jog of 9 min 59 s",
        replace(with_run(only(A, "a4"), "a4", run_s=599), daily=daily(ago(days=8), 6)),
    ),
    (True, "nine days ago, and the run of that very second", replace(GOOD_SINCE, daily=daily(at("03-21 07:00"), 6))),
    (False, "a second before it", replace(GOOD_SINCE, daily=daily(at("03-21 07:00") - SECOND, 6))),
    (True, "exactly 60 days ago, and no run since", replace(only(A), daily=daily(ago(days=60), 6))),
    (False, "60 days and a second ago", replace(only(A), daily=daily(ago(days=60) - SECOND, 6))),
    (False, "tomorrow", replace(A, daily=daily(NOW + SECOND, 9))),
    (True, "before this stage", replace(A, daily=daily(at("03-27 07:00"), 6), stage_entered_at=at("03-29 00:00"))),
    (True, "5 under the profile IMT", replace(A, profile="IMT", daily=mornings(5))),
    (False, "4.9 under the profile IMT", replace(A, profile="IMT", daily=mornings(4.9))),
    (True, "however high the baseline", replace(A, baseline_morning=5, daily=mornings(6))),
    (True, "the larger of two answers of one moment", replace(A, daily=(*mornings(2), *mornings(6)))),
    (
        True,
        "5 a second before the limits were loosened",
        loosened(replace(A, daily=daily(at("03-29 07:00") - SECOND, 5)), at("03-29 07:00")),
    ),
    (
        False,
        "5 in the very second they were loosened",
        loosened(replace(A, daily=daily(at("03-29 07:00"), 5)), at("03-29 07:00")),
    ),
]
SLOW = with_references(A, v_max_mps=4.0, v_thr_mps=None)
CEILING = [
    (
        True,
        "61.81 % of top speed, where 60 is the most and 3 % the error of a sensor",
        with_run(A, "a5", peak3_pct=61.81),
    ),
    (False, "exactly 61.8 %", with_run(A, "a5", peak3_pct=61.8)),
    (True, "exactly 7 days ago", with_run(A, "a4", start=ago(days=7), peak3_pct=62)),
    (False, "7 days and a second ago", with_run(A, "a4", start=ago(days=7) - SECOND, peak3_pct=62)),
    (False, "before this stage began", replace(with_run(A, "a5", peak3_pct=62), stage_entered_at=at("03-29 00:00"))),
    (False, "not measured breaks nothing", with_run(A, "a5", peak3_pct=None)),
    (True, "a poor sensor still breaks it", with_run(A, "a5", peak3_pct=62, quality="POOR")),
    (True, "62 % over five seconds, whatever it was over three", with_run(A, "a5", peak3_pct=50, peak5_pct=62)),
    (False, "70 % over three seconds, but 60 % over five", with_run(A, "a5", peak3_pct=70, peak5_pct=60)),
    (True, "five seconds not measured: over three", with_run(A, "a5", peak3_pct=62, peak5_pct=None)),
    (
        True,
        "eleven fast efforts downhill, where ten are the most",
        with_run(on("P6"), "a5", eff70_n=0, eff70_ceil_n=11),
    ),
    (False, "ten", with_run(on("P6"), "a5", eff70_n=0, eff70_ceil_n=10)),
    (True, "eleven, the slope never counted apart", with_run(on("P6"), "a5", eff70_n=11)),
    (False, "3,399 s of running, where 3,300 are the most", with_run(A, "a5", run_s=3399)),
    (True, "a millisecond more", with_run(A, "a5", run_s=3399.001)),
    (False, "1,800 and 1,599 s in one outing", later_on_28(A, run_s=1599)),
    (True, "1,800 and 1,600 s in one outing", later_on_28(A, run_s=1600)),
    (False, "1,800 and 1,600 s, 12 hours apart", later_on_28(A, run_s=1600, time="19:30")),
    (False, "five and five efforts in one outing", later_on_28(with_run(on("P6"), "a5", eff70_n=5), eff70_n=5)),
    (True, "five and six efforts in one outing", later_on_28(with_run(on("P6"), "a5", eff70_n=5), eff70_n=6)),
    (False, "a steep of 185 s, and one that was not measured", later_on_28(with_run(A, "a5", inc4_s=None), inc4_s=185)),
    (True, "a steep of 186 s, and one that was not measured", later_on_28(with_run(A, "a5", inc4_s=None), inc4_s=186)),
    (True, "that outing the other way round", later_on_28(with_run(A, "a5", inc4_s=186), inc4_s=None)),
    (False, "neither was measured", later_on_28(with_run(A, "a5", inc4_s=None), inc4_s=None)),
    (
        False,
        "the longest bout of an outing is none of its sums",
        later_on_28(on("P3", only(A, "a5"), ceil={"cont_run_s": 2000}), run_s=1500),
    ),
    (
        True,
        "a bout of 2,061 s, where 2,000 are the most",
        with_run(on("P3", ceil={"cont_run_s": 2000}), "a5", cont_run_s=2061),
    ),
    (False, "tempo that only noise made", with_run(A, "a5", t_thr95_s=500, t_thr95_ceil_s=123.6)),
    (True, "tempo beyond noise", with_run(A, "a5", t_thr95_s=0, t_thr95_ceil_s=123.7)),
    (
        True,
        "tempo beyond noise was not measured: 123.7 s of tempo",
        with_run(A, "a5", t_thr95_s=123.7, t_thr95_ceil_s=None),
    ),
    (False, "no speed of the runner is known at all", with_run(replace(A, references=NOBODY), "a5", peak3_pct=62)),
    (True, "top speed is an estimate", with_run(with_references(A, v_max_mps=None), "a5", peak3_pct=62)),
    (False, "top speed 4.0 m/s: 2.5 m/s may be run, 62.5 %, and 3 % more", with_run(SLOW, "a5", peak3_pct=64.375)),
    (True, "top speed 4.0 m/s: a little faster", with_run(SLOW, "a5", peak3_pct=64.376)),
    (
        False,
        "threshold 3.0 m/s: 95 % of it may be run, 71.25 %, and 3 % more",
        with_run(with_references(SLOW, v_thr_mps=3.0), "a5", peak3_pct=73.387),
    ),
    (
        True,
        "threshold 3.0 m/s: a little faster",
        with_run(with_references(SLOW, v_thr_mps=3.0), "a5", peak3_pct=73.388),
    ),
]
SHORT = tuple(run(f"s{i}", NOW - timedelta(hours=24 * i), 600, 2000, felt()) for i in range(1, 5))
FIFTH = run("s5", NOW - timedelta(days=7), 600, 2000, felt())
WEEK_CEILING = [
    (True, "five sessions in seven days, where four are the most", replace(A, sessions=(*SHORT, FIFTH))),
    (False, "the fifth a second earlier", replace(A, sessions=(*SHORT, replace(FIFTH, start=FIFTH.start - SECOND)))),
    (False, "four", replace(A, sessions=SHORT)),
    (
        True,
        "a walk and a poor sensor count as well",
        replace(A, sessions=(*SHORT[:3], replace(SHORT[3], quality="POOR"), run("w", NOW, 0, 0, None))),
    ),
    (
        False,
        "three of them before this stage",
        replace(A, sessions=(*SHORT, FIFTH), stage_entered_at=NOW - timedelta(days=2)),
    ),
    (
        True,
        "of one outing each session counts",
        replace(A, sessions=(*SHORT, run("s5", ago(hours=20), 600, 2000, felt()))),
    ),
]
DECLARED_4_KM = with_references(only(A, "a5"), declared_longest_m=4000)
UNDECLARED = with_references(only(A, "a4", "a5"), declared_at=None)
SPIKE_SMALL = [
    (False, "8,157.6 m after 7,200 m: a tenth more, and 3 % for the sensor", with_run(A, "a5", run_m=8157.6)),
    (True, "8,157.7 m", with_run(A, "a5", run_m=8157.7)),
    (True, "9,360 m is exactly 1.30", with_run(A, "a5", run_m=9360)),
    (False, "9,361 m is the next step", with_run(A, "a5", run_m=9361)),
    (False, "500 m further than 4,000 m, and 3 % for the sensor", with_run(DECLARED_4_KM, "a5", run_m=4635)),
    (True, "a little further", with_run(DECLARED_4_KM, "a5", run_m=4635.1)),
    (True, "in a run of the stage before", replace(with_run(A, "a5", run_m=8158), stage_entered_at=at("03-29 00:00"))),
    (True, "with a poor sensor", with_run(A, "a5", run_m=8158, quality="POOR")),
    (True, "exactly 7 days ago, 8,200 m after 6,600 m", with_run(A, "a5", run_m=8200, start=ago(days=7))),
    (False, "a second earlier", with_run(A, "a5", run_m=8200, start=ago(days=7) - SECOND)),
    (True, "a RED run is no base: 7,478 m after 6,600 m", with_run(with_run(A, "a4", stopped=True), "a5", run_m=7478)),
    (False, "7,477 m", with_run(with_run(A, "a4", stopped=True), "a5", run_m=7477)),
    (False, "an AMBER run is one", with_run(with_run(A, "a4", during=4), "a5", run_m=8157)),
    (False, "a run without an answer is one", with_run(with_run(A, "a4", morning=None), "a5", run_m=8157)),
    (True, "a run with a poor sensor is none", with_run(with_run(A, "a4", quality="POOR"), "a5", run_m=7478)),
    (
        True,
        "9 min 59 s of running are none, whatever their distance",
        with_run(with_run(A, "a4", run_s=599), "a5", run_m=7478),
    ),
    (
        True,
        "an outing with one RED session is none",
        with_runs(with_run(A, "a5", run_m=7478), run("e", at("03-25 12:00"), 600, 100, felt(6))),
    ),
    (
        False,
        "of an outing its runs are one, 6,600 and 1,000 m",
        with_runs(with_run(A, "a5", run_m=8610), run("e", at("03-21 12:00"), 600, 1000, felt())),
    ),
    (
        True,
        "and its sessions that are no runs are none: 6,600 m, and 1,000 m in 9 min 59 s",
        with_runs(with_run(A, "a5", run_m=8610), run("e", at("03-21 12:00"), 599, 1000, felt())),
    ),
    (True, "5,000 and 3,158 m in one outing", later_on_28(A, run_m=3158)),
    (False, "5,000 and 3,157 m in one outing", later_on_28(A, run_m=3157)),
    (True, "a distance that is not known, and 8,158 m", later_on_28(with_run(A, "a5", run_m=None), run_m=8158)),
    (False, "5,000 and 3,158 m, 12 hours apart", later_on_28(A, run_m=3158, time="19:30")),
    (
        False,
        "the declared 6,000 m serve for 30 days",
        with_references(only(with_run(A, "a5", run_m=6798), "a5"), declared_at=at("03-28 07:00") - timedelta(days=30)),
    ),
    (
        True,
        "the day after, nothing is declared",
        with_references(
            only(with_run(A, "a5", run_m=3091), "a5"), declared_at=at("03-28 07:00") - timedelta(days=30) - SECOND
        ),
    ),
    (
        False,
        "without any base 2,500 m are one, and 500 m more are allowed, and 3 % for the sensor",
        with_references(only(with_run(A, "a5", run_m=3090), "a5"), declared_longest_m=None),
    ),
    (
        False,
        "a jump from nothing to 9,000 m is a base of 3,250 m, 30 % more than 2,500 m: 3,862.5 m",
        with_run(with_run(UNDECLARED, "a4", run_m=9000), "a5", run_m=3862.5),
    ),
    (True, "3,862.6 m", with_run(with_run(UNDECLARED, "a4", run_m=9000), "a5", run_m=3862.6)),
]
SPIKE_MODERATE = [
    (True, "9,361 m after 7,200 m", with_run(A, "a5", run_m=9361)),
    (False, "9,360 m is exactly 1.30", with_run(A, "a5", run_m=9360)),
    (True, "14,400 m is exactly double", with_run(A, "a5", run_m=14400)),
    (False, "14,401 m is the next step", with_run(A, "a5", run_m=14401)),
    (True, "7,200 and 5,000 m an hour apart, after 6,600 m", with_run(A, "a4", start=at("03-28 06:00"))),
    (
        False,
        "the base exactly 30 days before",
        with_references(
            with_run(
                only(with_run(A, "a4", start=at("03-28 07:00") - timedelta(days=30), run_m=9000), "a4", "a5"),
                "a5",
                run_m=9361,
            ),
            declared_at=None,
        ),
    ),
    (
        False,
        "the base 30 days and a second before: a jump to 3.7 times",
        with_references(
            with_run(
                only(with_run(A, "a4", start=at("03-28 07:00") - timedelta(days=30) - SECOND, run_m=9000), "a4", "a5"),
                "a5",
                run_m=9361,
            ),
            declared_at=None,
        ),
    ),
]
A_MONTH_AGO = with_run(with_run(UNDECLARED, "a4", start=ago(days=30), run_m=9000), "a5", run_m=9000)
AT_THE_END_OF_THE_30_DAYS = with_references(only(A, "a5"), declared_at=at("02-26 12:00"))
SPIKE_LARGE = [
    (True, "14,401 m after 7,200 m", with_run(A, "a5", run_m=14401)),
    (True, "a jump of the last 30 days is a base of no more than 3,250 m", A_MONTH_AGO),
    (
        False,
        "one of a second earlier, long tolerated, is one of 9,000 m",
        with_run(A_MONTH_AGO, "a4", start=ago(days=30) - SECOND),
    ),
    (
        True,
        "what was declared serves by the start of each session",
        later_on_28(AT_THE_END_OF_THE_30_DAYS, time="12:00:01"),
    ),
    (False, "a second earlier", later_on_28(AT_THE_END_OF_THE_30_DAYS, time="12:00")),
    (False, "exactly double", with_run(A, "a5", run_m=14400)),
    (True, "9,361 m, the last base 30 days and a second before", SPIKE_MODERATE[-1][2]),
    (False, "9,361 m, a base of 9,000 m exactly 30 days before", SPIKE_MODERATE[-2][2]),
    (
        False,
        "6,600 m, where 6,000 m were declared exactly 30 days before",
        with_references(only(with_run(A, "a5", run_m=6600), "a5"), declared_at=at("03-28 07:00") - timedelta(days=30)),
    ),
]
PHYSIO_HOLD = [
    (True, "from this second on", replace(A, holds=(hold("03-30 18:00"),))),
    (False, "from the next second on", replace(A, holds=(replace(hold("03-30 18:00"), from_=NOW + SECOND),))),
    (False, "until this second", replace(A, holds=(hold("03-20 00:00", "03-30 18:00"),))),
    (True, "until the next second", replace(A, holds=(replace(hold("03-20 00:00"), until=NOW + SECOND),))),
    (True, "until it is lifted", replace(A, holds=(hold("01-01 00:00"),))),
]
ELSEWHERE = with_run(with_run(A, "a4", site="back"), "a5", site="calf")
SITE_CHANGED = [
    (True, "two sessions of the week hurt elsewhere", ELSEWHERE),
    (False, "one of them at the programme's site", with_run(ELSEWHERE, "a5", site="buttock")),
    (False, "one of them without an answer", with_run(ELSEWHERE, "a5", site=None)),
    (False, "one of them 7 days and a second ago", with_run(ELSEWHERE, "a4", start=ago(days=7) - SECOND)),
    (True, "before this stage", replace(ELSEWHERE, stage_entered_at=at("03-29 00:00"))),
    (False, "a programme without a site of its own", replace(ELSEWHERE, programme="NEURAL", stage="N3")),
]
NUMB = with_run(with_run(A, "a4", character=("numb",)), "a5", distal_spread=True)


def nervous(case=A, **answers):
    return with_run(case, "a5", **answers)


def mine(**changes):
    """A physio's own programme on the ladder of another."""
    return {"extends": "PHT", "profile": "TENDON", **changes}


NERVE_SIGNS = [
    (True, "numb in one run, and pain that moved down the leg in another", NUMB),
    *(
        (True, f"{word}, and pain that moved down", nervous(character=(word,), distal_spread=True))
        for word in ("tingling", "numb", "numbness", "shooting")
    ),
    (False, "a tight muscle is no sign of a nerve", nervous(character=("tight", "sharp"), distal_spread=True)),
    (False, "tingling and numb are one kind", nervous(character=("tingling", "numb"))),
    (False, "pain that moves down alone", nervous(distal_spread=True)),
    (
        True,
        "pain while sitting and with a cough, of two runs, and it moved down",
        with_run(nervous(sitting=0.5, distal_spread=True), "a4", cough=True),
    ),
    (False, "sitting without a cough", nervous(sitting=3, distal_spread=True)),
    (False, "a cough, and no pain while sitting", nervous(sitting=0, cough=True, distal_spread=True)),
    (True, "sitting hurts less than running", nervous(sitting=1, cough=True, distal_spread=True)),
    (True, "another place, and shooting", nervous(site="back", character=("shooting",))),
    (False, "the programme's own place", nervous(site="ischial", character=("shooting",))),
    (
        True,
        "no place of its own: two places, and shooting",
        with_run(nervous(replace(A, programme=mine()), site="ischial", character=("shooting",)), "a4", site="back"),
    ),
    (
        False,
        "no place of its own: one place",
        nervous(replace(A, programme=mine()), site="back", character=("shooting",)),
    ),
    (False, "a programme for nerves", replace(NUMB, programme="NEURAL", stage="N3")),
    (False, "one that extends it", replace(NUMB, programme=mine(extends="NEURAL"), stage="N3")),
    (
        False,
        "one for nerves, whatever the limits of pain",
        replace(NUMB, programme="NEURAL", stage="N3", profile="TENDON"),
    ),
    (True, "only the limits of pain are those for nerves", replace(NUMB, profile="NEURAL")),
    (True, "one of them exactly 14 days ago", with_run(NUMB, "a4", start=ago(days=14))),
    (False, "one of them a second earlier", with_run(NUMB, "a4", start=ago(days=14) - SECOND)),
    (True, "before this stage", replace(NUMB, stage_entered_at=at("03-29 00:00"))),
    (False, "the nerves were examined when the first of them began", replace(NUMB, nerve_checked_at=at("03-25 07:00"))),
    (True, "a second before", replace(NUMB, nerve_checked_at=at("03-25 07:00") - SECOND)),
    (False, "this second", replace(NUMB, nerve_checked_at=NOW)),
    (True, "an examination of the next second has not been", replace(NUMB, nerve_checked_at=NOW + SECOND)),
]
SILENT = with_run(with_run(A, "a4", morning=None), "a5", morning=None)
ONE_AWAY = with_run(A, "a4", morning=None)
AFTER_A5 = at("03-28 07:30")
MISSING_24H = [
    (True, "two of the last three mornings never came", SILENT),
    (False, "one of the last three", with_run(A, "a4", morning=None)),
    (False, "two of the last four", with_run(with_run(A, "a2", morning=None), "a4", morning=None)),
    (True, "the second of them due this second", with_run(SILENT, "a5", start=ago(hours=37), end=ago(hours=36))),
    (
        False,
        "the second of them due in a second",
        with_run(SILENT, "a5", start=ago(hours=37), end=ago(hours=36) + SECOND),
    ),
    (True, "RED for another answer", with_run(SILENT, "a5", during=7)),
    (True, "no check-in at all", with_run(with_run(A, "a4", check_in=None), "a3", check_in=None)),
    (True, "before this stage", replace(SILENT, stage_entered_at=at("03-29 00:00"))),
    (
        False,
        "one of them 28 days and a second ago",
        only(with_run(SILENT, "a4", start=ago(days=28) - SECOND), "a4", "a5"),
    ),
    (True, "exactly 28 days ago", only(with_run(SILENT, "a4", start=ago(days=28)), "a4", "a5")),
    (True, "two of the last three without the pain during the run", each_run(only(A, "a4", "a5"), during=None)),
    (True, "one without it, and one without its morning", with_run(ONE_AWAY, "a5", during=None)),
    (True, "painkillers in two", with_run(with_run(A, "a3", painkillers=True), "a5", painkillers=True)),
    (True, "painkillers in one, and one without its morning", with_run(ONE_AWAY, "a5", painkillers=True)),
    (False, "no painkillers, and one without its morning", with_run(ONE_AWAY, "a5", painkillers=False)),
    (True, "the first of them in the second from which on was asked", replace(SILENT, asked_since=at("03-25 07:00"))),
    (False, "the first of them before anybody asked", replace(SILENT, asked_since=at("03-25 07:00") + SECOND)),
    (False, "two sessions of one outing", later_on_28(with_run(A, "a5", morning=None), check_in=felt(morning=None))),
    (True, "one session of an outing of two", later_on_28(ONE_AWAY, check_in=felt(morning=None))),
    (False, "the morning of the later session of the outing speaks of both", later_on_28(SILENT)),
    (True, "that of the earlier one does not", later_on_28(SILENT, time="05:00")),
    (
        False,
        "a day's answer, 5 hours after the end of the run",
        replace(SILENT, daily=daily(AFTER_A5 + timedelta(hours=5), 1)),
    ),
    (True, "a second earlier", replace(SILENT, daily=daily(AFTER_A5 + timedelta(hours=5) - SECOND, 1))),
    (False, "36 hours after", replace(SILENT, daily=daily(AFTER_A5 + timedelta(hours=36), 1))),
    (True, "a second later", replace(SILENT, daily=daily(AFTER_A5 + timedelta(hours=36) + SECOND, 1))),
]
POOR = with_run(with_run(A, "a3", quality="POOR"), "a5", quality="POOR")
POOR_SENSOR = [
    (True, "two of the last three measured poorly", POOR),
    (False, "one of them", with_run(A, "a5", quality="POOR")),
    (False, "two of four", with_run(with_run(A, "a2", quality="POOR"), "a4", quality="POOR")),
    (True, "before this stage", replace(POOR, stage_entered_at=at("03-29 00:00"))),
    (
        False,
        "one of them 28 days and a second ago",
        only(with_run(POOR, "a3", start=ago(days=28) - SECOND), "a3", "a5"),
    ),
    (True, "exactly 28 days ago", only(with_run(POOR, "a3", start=ago(days=28)), "a3", "a5")),
    (False, "two of one outing", later_on_28(with_run(A, "a5", quality="POOR"), quality="POOR")),
    (True, "one session of an outing of two", later_on_28(with_run(A, "a3", quality="POOR"), quality="POOR")),
]
CLOCK_FUTURE = [
    (True, "a session begins in the next second", with_runs(A, run("b", NOW + SECOND, 600, 2000, felt(9)))),
    (False, "a session begins this second", with_runs(A, run("b", NOW, 600, 2000, None))),
    (
        False,
        "beside an unknown programme",
        with_runs(replace(A, programme="NONE"), run("b", NOW + SECOND, 600, 2000, None)),
    ),
]
DISTANCE_UNKNOWN = [
    (True, "a run of the week without a distance", with_run(A, "a5", run_m=None)),
    (True, "not a number", with_run(A, "a5", run_m=float("nan"))),
    (True, "exactly 7 days ago", with_run(A, "a4", run_m=None, start=ago(days=7))),
    (False, "7 days and a second ago", with_run(A, "a4", run_m=None, start=ago(days=7) - SECOND)),
    (True, "before this stage", replace(with_run(A, "a5", run_m=None), stage_entered_at=at("03-29 00:00"))),
    (False, "a walk of 0 m", with_run(A, "a5", run_m=0)),
]
FLAT = on("P4", each_run(A, inc2_s=None))
METRIC_UNMEASURED = [
    (True, "no session ever measured the incline", FLAT),
    (False, "one did", with_run(FLAT, "a1", inc2_s=0)),
    (False, "a single session is an accident", only(FLAT, "a5")),
    (True, "two of them", only(FLAT, "a4", "a5")),
    (True, "poor sensors and RED sessions are sessions", each_run(FLAT, quality="POOR", during=7)),
    (
        True,
        "the one that did was before this stage",
        replace(with_run(FLAT, "a1", inc2_s=0), stage_entered_at=at("03-17 00:00")),
    ),
    (
        True,
        "the one that did was 28 days and a second ago",
        replace(with_run(FLAT, "a1", inc2_s=0, start=ago(days=28) - SECOND), stage_entered_at=at("02-01 00:00")),
    ),
    (
        False,
        "it was exactly 28 days ago",
        replace(with_run(FLAT, "a1", inc2_s=0, start=ago(days=28)), stage_entered_at=at("02-01 00:00")),
    ),
    (False, "the stage never asks for it", each_run(A, inc2_s=None)),
    (
        False,
        "the last stage asks for nothing, whatever was written into it",
        on("P10", each_run(A, inc2_s=None), total={"inc2_s": 600}),
    ),
]
REF_MISSING = [
    (True, "sprints, and neither top speed nor threshold is known", replace(F, references=NOBODY)),
    (False, "sprints, top speed estimated from the threshold", with_references(F, v_max_mps=None)),
    (True, "tempo without a threshold", with_references(on("P5"), v_thr_mps=None)),
    (False, "tempo without a top speed", with_references(on("P5"), v_max_mps=None)),
    (True, "fast uphill without a threshold", with_references(on("P8"), v_thr_mps=None)),
    (False, "easy running needs neither", replace(A, references=NOBODY)),
    (
        False,
        "the last stage asks for nothing, whatever was written into it",
        on("P10", replace(A, references=NOBODY), total={"eff90_n": 1}),
    ),
    (
        True,
        "a measured top speed is asked for, and there is none",
        on("P3", replace(A, references=NOBODY), need_vmax_measured=True),
    ),
    (False, "a measured top speed is asked for, and there is one", on("P3", need_vmax_measured=True)),
]
REF_NOT_MEASURED = [
    (True, "sprints, top speed estimated", with_references(F, v_max_kind="estimated")),
    (False, "no speed is known at all: it is missing, not estimated", replace(F, references=NOBODY)),
    (True, "nobody said whether it was measured", with_references(F, v_max_kind=None)),
    (True, "estimated from the threshold", with_references(F, v_max_mps=None)),
    (False, "measured", F),
    (False, "strides at 70 % on an estimate", with_references(on("P6"), v_max_kind="estimated")),
    (
        True,
        "a physio's own metric whose name does not tell its percent as others do",
        with_references(on("P3", total={"eff92.5_n": 1}), v_max_kind="estimated"),
    ),
    (True, "nor does this one", with_references(on("P3", total={"eff95_hills": 1}), v_max_kind="estimated")),
    (False, "a physio's own 75 %", with_references(on("P3", total={"eff75_n": 1}), v_max_kind="estimated")),
    (
        False,
        "the last stage asks for nothing, whatever was written into it",
        with_references(on("P10", need_vmax_measured=True), v_max_kind="estimated"),
    ),
    (
        True,
        "a dose at 90 % where the stage says nothing of it",
        with_references(on("P6", total={"eff90_n": 1}), v_max_kind="estimated"),
    ),
    (True, "a dose of 90 % of top speed", with_references(on("P3", max={"peak3_pct": 90}), v_max_kind="estimated")),
    (False, "a dose of 89.9 %", with_references(on("P3", max={"peak3_pct": 89.9}), v_max_kind="estimated")),
    (
        True,
        "80 % in each session, and 90 % once",
        with_references(on("P3", each={"peak3_pct": 80}, max={"peak3_pct": 90}), v_max_kind="estimated"),
    ),
    (
        False,
        "a dose that a physio set to null",
        with_references(on("P6", total={"eff90_n": None}), v_max_kind="estimated"),
    ),
    (
        True,
        "the stage says so, without a dose of speed",
        with_references(on("P3", need_vmax_measured=True), v_max_kind="estimated"),
    ),
]
PROGRAMME_INVALID = [
    (True, "an unknown programme", replace(A, programme="XYZ")),
    (True, "an unknown stage", replace(A, stage="F3")),
    (True, "an unknown profile", replace(A, profile="TENDONS")),
    (True, "no session asked for", on("P3", n=0)),
    (True, "half a session asked for", on("P3", n=0.5)),
    (True, "the number of sessions deleted", on("P3", n=None)),
    (True, "every dose deleted", on("P3", each=None, total=None, max=None)),
    (True, "every dose 0", on("P3", each={"run_s": 0}, total={"fat_s": 0}, max={"run_s": 0})),
    (False, "one dose is enough", on("P3", each=None, total=None)),
    (True, "an add-on without a profile", replace(A, programme="FIELD", stage="G1")),
    (False, "an add-on with one", replace(A, programme="FIELD", stage="G1", profile="FIBRE")),
    (
        True,
        "a plan that extends the add-on, without one",
        replace(A, programme={"extends": "FIELD", "profile": "FIBRE"}, stage="G1"),
    ),
    (
        False,
        "a plan that extends the add-on, with one",
        replace(A, programme={"extends": "FIELD"}, stage="G1", profile="FIBRE"),
    ),
    (True, "limits of no name", replace(A, profile={"green": {"during": 2}})),
    (True, "limits of an unknown name", replace(A, profile={"name": "TENDONS"})),
    (False, "changed limits of a name", replace(A, profile={"name": "TENDON", "green": {"during": 2}})),
    (True, "the profile before was an unknown one", loosened(A, at("03-20 00:00"), before="TENDONS")),
    (False, "the profile before was a known one", loosened(A, at("03-20 00:00"), before="NEURAL")),
    (True, "a programme without a stage", replace(A, programme={"name": "mine", "profile": "TENDON"})),
    (True, "an override past the last stage", replace(A, programme={"extends": "PHT", "override": {"11": {"n": 1}}})),
    (
        False,
        "an override of the last stage",
        replace(A, programme={"extends": "PHT", "override": {"10": {"name": "the end"}}}),
    ),
    (True, "an override of stage 0", replace(A, programme={"extends": "PHT", "override": {"0": {"n": 1}}})),
    (True, "an extension of nothing known", replace(A, programme={"extends": "ABC"})),
    (False, "the last stage asks for nothing", on("P10")),
]
BAD_AT_FIRST = on("P1", with_run(A, "a5", during=6))
REGRESS_AT_FLOOR = [
    (True, "RED on the first stage", BAD_AT_FIRST),
    (True, "a layoff on the first stage", on("P1", replace(A, now=at("04-12 07:00")))),
    (
        False,
        "a layoff on the first stage that a run ended",
        replace(on("P1", jog(start="04-12 07:00")), now=at("04-13 07:00")),
    ),
    (True, "three of four AMBER on the first stage", on("P1", each_run(A, during=4))),
    (False, "RED on the second", on("P2", with_run(A, "a5", during=6))),
    (False, "a hold stays a hold", on("P1", red_a4())),
]
DOSE = [
    (True, "always, at a stage with a dose", A),
    (True, "whatever else fires", BAD_AT_FIRST),
    (False, "none to earn", on("P10")),
]
TERMINAL = [(True, "the last stage", on("P10")), (False, "any other", A)]

TABLE = {
    name: rows
    for name, rows in globals().items()
    if name.isupper() and isinstance(rows, list) and rows and isinstance(rows[0], tuple) and name != "TABLE"
}
ROWS = [(code, *row) for code, rows in TABLE.items() for row in rows]


@pytest.mark.parametrize(
    ("code", "fires", "case"),
    [(code, fires, case) for code, fires, _, case in ROWS],
    ids=[f"{code}: {story}" for code, _, story, _ in ROWS],
)
def test_a_code_fires_where_the_table_says_so(code, fires, case):
    assert (code in codes(case)) is fires


def test_every_code_stands_in_the_table_firing_and_silent():
    assert set(TABLE) == set(CODES)
    assert all({fires for fires, *_ in rows} == {True, False} for rows in TABLE.values())


VERDICTS = {
    "STOP_REFER": {"RED_FLAG"},
    "REGRESS": {"RED_RESPONSE", "REPEATED_POOR_RESPONSE", "LAYOFF"},
    "HOLD": {"RED_SETTLED", "RED_BEFORE_ENTRY_UNSETTLED", "POOR_2_OF_3", "MORNING_TREND", "CEILING", "WEEK_CEILING"}
    | {
        "SPIKE_LARGE",
        "SPIKE_MODERATE",
        "SPIKE_SMALL",
        "BAD_MORNING",
        "NERVE_SIGNS",
        "PHYSIO_HOLD",
        "SITE_CHANGED",
        "REGRESS_AT_FLOOR",
    },
    "INSUFFICIENT_DATA": {"LAPSE", "NO_SESSIONS", "MISSING_24H", "POOR_SENSOR", "DISTANCE_UNKNOWN"}
    | {"METRIC_UNMEASURED", "REF_MISSING", "REF_NOT_MEASURED", "PROGRAMME_INVALID", "CLOCK_FUTURE"},
    "CONTINUE": {"TERMINAL"},
}


@pytest.mark.parametrize(
    ("verdict", "code"), [(name, code) for name, some in VERDICTS.items() for code in sorted(some)]
)
def test_a_code_weighs_what_the_table_says(verdict, code):
    firing = [case for fires, _, case in TABLE[code] if fires]
    weights = {reason.verdict.name for case in firing for reason in decide(case).reasons if reason.code == code}
    assert weights == {verdict}


def test_every_code_but_the_dose_weighs_something():
    assert set().union(*VERDICTS.values()) == set(CODES) - {"DOSE"}


def test_nothing_speaks_of_readiness_where_there_is_no_programme():
    spoken = [(reason.code, reason.verdict.name) for reason in decide(replace(A, programme="NONE")).reasons]
    assert spoken == [("PROGRAMME_INVALID", "INSUFFICIENT_DATA"), ("DOSE", "CONTINUE")]


SAYS = {
    "RED_FLAG": ("saddle_numbness", None, None, None, None),
    "RED_RESPONSE": ("response", "RED", "GREEN", None, "a5"),
    "RED_SETTLED": ("response", "RED", "GREEN", None, "a4"),
    "RED_BEFORE_ENTRY_UNSETTLED": ("response", "RED", "GREEN", None, "a4"),
    "REPEATED_POOR_RESPONSE": ("response", 3, 3, "sessions AMBER or RED", None),
    "POOR_2_OF_3": ("response", 2, 2, "sessions AMBER or RED", None),
    "LAYOFF": ("gap", 15, 15, "d", None),
    "LAPSE": ("gap", 8, 8, "d", None),
    "NO_SESSIONS": ("sessions", 0, 1, "sessions", None),
    "MORNING_TREND": ("morning", 3, 2, "0-10", None),
    "BAD_MORNING": ("morning", 6, 6, "0-10", None),
    "CEILING": ("peak3_pct", 61.81, 60, "%", "a5"),
    "WEEK_CEILING": ("runs", 5, 4, "sessions in 7 d", None),
    "SPIKE_SMALL": ("run_m", 1.133, 1.1, "x longest of 30 d", "a5"),
    "SPIKE_MODERATE": ("run_m", 1.3, 1.3, "x longest of 30 d", "a5"),
    "SPIKE_LARGE": ("run_m", 2, 2, "x longest of 30 d", "a5"),
    "PHYSIO_HOLD": (None, None, None, None, None),
    "SITE_CHANGED": ("site", 2, 2, "sessions", None),
    "NERVE_SIGNS": ("nerve_signs", 2, 2, "kinds in 14 d", None),
    "CLOCK_FUTURE": ("start", None, None, None, "b"),
    "MISSING_24H": ("morning", 2, 2, "sessions", None),
    "POOR_SENSOR": ("quality", 2, 2, "sessions", None),
    "DISTANCE_UNKNOWN": ("run_m", None, None, "m", "a5"),
    "METRIC_UNMEASURED": ("inc2_s", None, 300, "s", None),
    "REF_MISSING": ("eff90_n", None, "v_max", None, None),
    "REF_NOT_MEASURED": ("eff90_n", "estimated", "measured", None, None),
    "REGRESS_AT_FLOOR": ("response", "RED", "GREEN", None, "a5"),
    "DOSE": ("sessions", 5, 4, "sessions", None),
    "TERMINAL": (None, None, None, None, None),
}


@pytest.mark.parametrize("code", SAYS)
def test_a_code_says_how_much_there_was_and_how_much_is_asked(code):
    case = next(case for fires, _, case in TABLE[code] if fires)
    first = next(reason for reason in decide(case).reasons if reason.code == code)
    assert (first.item, first.measured, first.required, first.unit, first.session_id) == SAYS[code]


def test_a_top_speed_that_is_missing_is_named_once():
    sprints = on("P3", replace(A, references=NOBODY), total={"eff90_n": 1}, need_vmax_measured=True)
    assert [reason.item for reason in decide(sprints).reasons if reason.code == "REF_MISSING"] == ["eff90_n"]


def test_what_needs_a_measured_top_speed_is_named_by_its_dose():
    strides = with_references(on("P6", need_vmax_measured=True), v_max_kind="estimated")
    assert [reason.item for reason in decide(strides).reasons if reason.code == "REF_NOT_MEASURED"] == ["eff70_n"]


def test_a_metric_that_only_the_total_asks_for_is_asked_for_as_much():
    climbs = on("P3", each_run(A, inc2_s=None), total={"inc2_s": 600})
    (unmeasured,) = (reason for reason in decide(climbs).reasons if reason.code == "METRIC_UNMEASURED")
    assert (unmeasured.item, unmeasured.required) == ("inc2_s", 600)


def named(case, code):
    """The sessions that the reasons of one code name, in their order."""
    return [reason.session_id for reason in decide(case).reasons if reason.code == code]


def test_a_passed_ceiling_belongs_to_the_session_that_passed_it_and_to_later_ones_of_the_outing():
    outing = later_on_28(later_on_28(A, "b", "12:00", run_s=1600), "c", "15:00", run_s=60)
    assert named(outing, "CEILING") == ["b", "c"], "1,800 s of a5 are within, 3,400 s are not"
    fast = later_on_28(with_run(A, "a5", peak3_pct=62))
    assert named(fast, "CEILING") == ["a5"], "a top speed is of one session"


def test_a_jump_is_told_once_for_each_session_of_an_outing_that_has_made_it():
    outing = later_on_28(later_on_28(A, "b", "12:00", run_m=3158), "c", "15:00", run_m=1300)
    assert named(outing, "SPIKE_SMALL") == ["b"], "8,158 m after 7,200 m"
    assert named(outing, "SPIKE_MODERATE") == ["c"], "9,458 m"


def test_each_session_that_begins_after_now_is_named():
    ahead = with_runs(A, *(run(f"b{i}", NOW + timedelta(hours=i), 600, 2000, None) for i in (1, 2)))
    assert named(ahead, "CLOCK_FUTURE") == ["b1", "b2"]
    assert "CLOCK_FUTURE" in decide(ahead).notes


def test_every_red_run_of_the_week_that_is_settled_is_named():
    two = replace(
        with_runs(with_run(red_a4(), "a5", during=6), run("b", at("03-29 07:00"), 1800, 5000, felt())),
        stage_entered_at=at("03-29 00:00"),
    )
    assert named(two, "RED_SETTLED") == ["a4", "a5"], "both from before this stage"
    assert named(two, "RED_RESPONSE") == []


def test_a_layoff_leads_back_by_its_longest_gap():
    one_stage = replace(A_LAYOFF, stage="P8")
    assert decide(one_stage).target_stage == "P7"
    long_ago = replace(jog(start="04-25 07:00", case=one_stage), now=at("05-10 08:00"))
    verdict = decide(long_ago)
    assert verdict.target_stage == "P6", "28 days that a run ended, and 15 since"
    assert [reason.measured for reason in verdict.reasons if reason.code == "LAYOFF"] == [28]


def test_what_was_declared_serves_a_base_by_the_time_of_its_outing():
    base = with_run(with_run(UNDECLARED, "a4", run_m=6700), "a5", run_m=6000)
    until_a4 = with_references(base, declared_at=at("02-23 07:00"))
    assert named(until_a4, "SPIKE_LARGE") == [], "6,700 m after the 6,000 m declared 30 days before"
    assert named(until_a4, "SPIKE_MODERATE") == [], "and 6,000 m after 6,700 m"
    expired = with_references(base, declared_at=at("02-23 07:00") - SECOND)
    assert named(expired, "SPIKE_LARGE") == ["a4"], "6,700 m after 2,500 m"
    assert named(expired, "SPIKE_MODERATE") == ["a5"], "6,000 m after 3,250 m: a jump raises the base by 30 %"
