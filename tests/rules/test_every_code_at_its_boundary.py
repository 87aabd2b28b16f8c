"""Every code of the decision where it just fires, and where it just does not: a table for a physio to read.

Unless a row says otherwise the runner is on the third stage of PHT: limits 3/3/+1 GREEN and 6/6/+3 RED, baseline
morning 1, the longest run of the month 7,200 m, and everything complete and tolerated on 30 March at 18:00.
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
from rules.vocabulary import References

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
    (False, "before this stage began", replace(red_a4(), stage_entered_at=at("03-26 00:00"))),
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
    (
        False,
        "profile IMT allows no rise in the morning, and there is none",
        each_run(replace(A, profile="IMT"), during=1, after=1),
    ),
    (True, "half a point of it", each_run(replace(A, profile="IMT"), during=1, after=1, morning=1.5)),
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
]
LAYOFF = [
    (True, "15 days since the start of the last run", replace(A, now=at("04-12 07:00"))),
    (False, "a second less", replace(A, now=at("04-12 07:00") - SECOND)),
    (
        True,
        "a walk in between ends no layoff",
        with_runs(replace(A, now=at("04-12 07:00")), run("w", at("04-10 07:00"), 0, 0, felt())),
    ),
    (
        False,
        "a run with a poor sensor ends it",
        with_runs(replace(A, now=at("04-12 07:00")), run("p", at("04-10 07:00"), 600, 1500, felt(), quality="POOR")),
    ),
    (
        False,
        "a second of running ends it",
        with_runs(replace(A, now=at("04-12 07:00")), run("p", at("04-10 07:00"), 1, 0, felt())),
    ),
    (
        False,
        "a metre of running ends it",
        with_runs(replace(A, now=at("04-12 07:00")), run("p", at("04-10 07:00"), 0, 1, felt())),
    ),
    (True, "entered 15 days ago and never run", replace(A, sessions=(), stage_entered_at=ago(days=15))),
    (
        False,
        "the last run long ago, but the stage is new",
        replace(A, now=at("04-12 07:00"), stage_entered_at=at("04-10 00:00")),
    ),
]
LAPSE = [
    (True, "8 days since the start of the last run", replace(A, now=at("04-05 07:00"))),
    (False, "a second less", replace(A, now=at("04-05 07:00") - SECOND)),
    (True, "a second before the layoff", replace(A, now=at("04-12 07:00") - SECOND)),
    (False, "15 days are a layoff", replace(A, now=at("04-12 07:00"))),
    (True, "entered 8 days ago and never run", replace(A, sessions=(), stage_entered_at=ago(days=8))),
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
]
CEILING = [
    (True, "61 % of top speed, where 60 is the most", with_run(A, "a5", peak3_pct=61)),
    (False, "exactly 60 %", with_run(A, "a5", peak3_pct=60)),
    (True, "exactly 7 days ago", with_run(A, "a4", start=ago(days=7), peak3_pct=61)),
    (False, "7 days and a second ago", with_run(A, "a4", start=ago(days=7) - SECOND, peak3_pct=61)),
    (False, "before this stage began", replace(with_run(A, "a5", peak3_pct=61), stage_entered_at=at("03-29 00:00"))),
    (False, "not measured breaks nothing", with_run(A, "a5", peak3_pct=None)),
    (True, "a poor sensor still breaks it", with_run(A, "a5", peak3_pct=61, quality="POOR")),
    (
        True,
        "eleven fast efforts downhill, where ten are the most",
        with_run(on("P6"), "a5", eff70_n=0, eff70_ceil_n=11),
    ),
    (False, "ten", with_run(on("P6"), "a5", eff70_n=0, eff70_ceil_n=10)),
    (True, "eleven, the slope never counted apart", with_run(on("P6"), "a5", eff70_n=11)),
    (False, "no speed of the runner is known at all", with_run(replace(A, references=NOBODY), "a5", peak3_pct=61)),
    (True, "top speed is an estimate", with_run(with_references(A, v_max_mps=None), "a5", peak3_pct=61)),
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
]
SPIKE_SMALL = [
    (False, "7,920 m after 7,200 m is exactly 1.10", with_run(A, "a5", run_m=7920)),
    (True, "7,921 m", with_run(A, "a5", run_m=7921)),
    (True, "9,360 m is exactly 1.30", with_run(A, "a5", run_m=9360)),
    (False, "9,361 m is the next step", with_run(A, "a5", run_m=9361)),
    (
        False,
        "500 m further than 4,000 m",
        with_references(with_run(with_run(only(A, "a4", "a5"), "a4", run_m=4000), "a5", run_m=4500), declared_at=None),
    ),
    (
        True,
        "501 m further",
        with_references(with_run(with_run(only(A, "a4", "a5"), "a4", run_m=4000), "a5", run_m=4501), declared_at=None),
    ),
    (True, "in a run of the stage before", replace(with_run(A, "a5", run_m=7921), stage_entered_at=at("03-29 00:00"))),
    (True, "with a poor sensor", with_run(A, "a5", run_m=7921, quality="POOR")),
    (
        False,
        "a RED run is a base as well",
        with_run(with_run(with_run(A, "a3", run_m=7300, stopped=True), "a4", run_m=7200), "a5", run_m=8030),
    ),
    (False, "8 days ago", with_run(A, "a5", run_m=7921, start=ago(days=7) - SECOND)),
    (
        False,
        "the base an hour before",
        with_run(with_run(A, "a4", start=at("03-28 06:00")), "a5", run_m=7900),
    ),
    (
        False,
        "the declared 6,000 m serve for 30 days",
        with_references(only(with_run(A, "a5", run_m=6600), "a5"), declared_at=at("03-28 07:00") - timedelta(days=30)),
    ),
    (
        True,
        "the day after, nothing is declared",
        with_references(
            only(with_run(A, "a5", run_m=3001), "a5"), declared_at=at("03-28 07:00") - timedelta(days=30) - SECOND
        ),
    ),
    (
        False,
        "without any base 2,500 m are one, and 500 m more are allowed",
        with_references(only(with_run(A, "a5", run_m=3000), "a5"), declared_longest_m=None),
    ),
]
SPIKE_MODERATE = [
    (True, "9,361 m after 7,200 m", with_run(A, "a5", run_m=9361)),
    (False, "9,360 m is exactly 1.30", with_run(A, "a5", run_m=9360)),
    (True, "14,400 m is exactly double", with_run(A, "a5", run_m=14400)),
    (False, "14,401 m is the next step", with_run(A, "a5", run_m=14401)),
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
SPIKE_LARGE = [
    (True, "14,401 m after 7,200 m", with_run(A, "a5", run_m=14401)),
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
SILENT = with_run(with_run(A, "a4", morning=None), "a5", morning=None)
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
    | {"SPIKE_LARGE", "SPIKE_MODERATE", "PHYSIO_HOLD", "SITE_CHANGED", "REGRESS_AT_FLOOR"},
    "INSUFFICIENT_DATA": {"LAPSE", "NO_SESSIONS", "MISSING_24H", "POOR_SENSOR", "DISTANCE_UNKNOWN"}
    | {"METRIC_UNMEASURED", "REF_MISSING", "REF_NOT_MEASURED", "PROGRAMME_INVALID"},
    "CONTINUE": {"SPIKE_SMALL", "TERMINAL"},
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
    "CEILING": ("peak3_pct", 61, 60, "%", "a5"),
    "WEEK_CEILING": ("runs", 5, 4, "sessions in 7 d", None),
    "SPIKE_SMALL": ("run_m", 1.1, 1.1, "x longest of 30 d", "a5"),
    "SPIKE_MODERATE": ("run_m", 1.3, 1.3, "x longest of 30 d", "a5"),
    "SPIKE_LARGE": ("run_m", 2, 2, "x longest of 30 d", "a5"),
    "PHYSIO_HOLD": (None, None, None, None, None),
    "SITE_CHANGED": ("site", 2, 2, "sessions", None),
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
