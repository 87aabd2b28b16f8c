"""What is missing beside the dose: how the latest outings were tolerated, each line at its boundary and in order."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from cases import NOW, at, felt, mornings, only, run, volume_stage, with_run, with_runs

from rules.decide import decide
from rules.vocabulary import DailyCheckIn, Decision, Missing

A = volume_stage()
SECOND = timedelta(seconds=1)


def ago(**kw):
    return NOW - timedelta(**kw)


def lines(case):
    return {part.item: (part.measured, part.required) for part in decide(case).missing}


def bad(*ids, case=A, during=4):
    for id in ids:
        case = with_run(case, id, during=during)
    return case


def daily(moment, morning, case=A):
    return replace(case, daily=(*case.daily, DailyCheckIn(at=moment, morning=morning)))


def evening(case, check_in, id="b", day="03-28"):
    """The case with a session at noon, of the outing of that day's run."""
    return with_runs(case, run(id, at(f"{day} 12:00"), 600, 1000, check_in))


LONG_AGO = replace(A, stage_entered_at=at("02-01 00:00"))
SHORT_A5 = with_run(A, "a5", run_s=1349)  # less than half of a4, and than the 25 min that each run needs
OPEN_A4 = with_run(with_run(A, "a4", start=at("03-29 10:00"), morning=None), "a5", start=at("03-30 00:00"))
STRICTER = {"name": "TENDON", "green": {"morning": 2}}

TOLERATED = [
    ("two of the last four AMBER", bad("a2", "a4"), (2, 3)),
    ("one of them RED", bad("a2", case=bad("a4", during=6)), (2, 3)),
    ("one of the last four", bad("a4"), None),
    ("one of the last four, and the fifth", bad("a1", "a4"), None),
    ("two outings, both AMBER", bad("a4", "a5", case=only(A, "a4", "a5")), (0, 1)),
    ("two outings, one AMBER", bad("a5", case=only(A, "a4", "a5")), None),
    ("one outing, AMBER", bad("a5", case=only(A, "a5")), None),
    ("two without an answer", bad("a3", "a4", during=None), None),
    ("no outing since the stage began", replace(bad("a4", "a5"), stage_entered_at=at("03-29 00:00")), None),
    ("one of two before the stage began", replace(bad("a4", "a5"), stage_entered_at=at("03-26 00:00")), None),
    ("an AMBER session beside a GREEN one of its outing", evening(bad("a3"), felt(4)), (2, 3)),
    ("two AMBER sessions of one outing", evening(bad("a5"), felt(4)), None),
    (
        "exactly 28 days ago",
        with_run(bad("a2", "a4", case=only(LONG_AGO, "a2", "a4", "a5")), "a2", start=ago(days=28)),
        (1, 2),
    ),
    (
        "28 days and a second ago",
        with_run(bad("a2", "a4", case=only(LONG_AGO, "a2", "a4", "a5")), "a2", start=ago(days=28) - SECOND),
        None,
    ),
]
SETTLED = [
    ("AMBER, then the 25 min that each run needs", bad("a4"), None),
    ("AMBER, then too short a run", bad("a4", case=SHORT_A5), ("AMBER", "SETTLED")),
    ("RED, then too short a run", bad("a4", case=SHORT_A5, during=6), ("RED", "SETTLED")),
    (
        "RED and then AMBER, neither settled: the later",
        bad("a3", during=6, case=bad("a4", case=SHORT_A5)),
        ("AMBER", "SETTLED"),
    ),
    (
        "AMBER and then RED, neither settled: the later",
        bad("a3", case=bad("a4", case=SHORT_A5, during=6)),
        ("RED", "SETTLED"),
    ),
    (
        "AMBER, then two runs of 10 min",
        with_runs(bad("a4", case=with_run(A, "a5", run_s=600)), run("b", at("03-29 07:00"), 600, 2000, felt())),
        None,
    ),
    ("without an answer, then too short a run", with_run(SHORT_A5, "a4", during=None), None),
    ("before the stage began", replace(bad("a4", case=SHORT_A5), stage_entered_at=at("03-26 00:00")), None),
    (
        "exactly 28 days ago",
        with_run(bad("a4", case=only(with_run(LONG_AGO, "a5", run_s=1349), "a4", "a5")), "a4", start=ago(days=28)),
        ("AMBER", "SETTLED"),
    ),
    (
        "28 days and a second ago",
        with_run(
            bad("a4", case=only(with_run(LONG_AGO, "a5", run_s=1349), "a4", "a5")), "a4", start=ago(days=28) - SECOND
        ),
        None,
    ),
]
LATEST = [
    ("the evening of a GREEN run is open", evening(A, felt(morning=None), day="03-30"), ("PENDING", "GREEN")),
    ("the evening of an AMBER run is GREEN", evening(bad("a5"), felt()), ("AMBER", "GREEN")),
    ("painkillers", with_run(A, "a5", painkillers=True), ("UNKNOWN", "GREEN")),
    (
        "painkillers, and the morning is open",
        with_run(A, "a5", painkillers=True, morning=None, start=at("03-30 07:00")),
        ("UNKNOWN", "GREEN"),
    ),
    ("a day's answer speaks of the morning", daily(at("03-29 07:00"), 1, with_run(A, "a5", morning=None)), None),
]
LATEST_MORNING = [
    ("a rise of one point", daily(NOW, 2), None),
    ("a tenth more", daily(NOW, 2.1), ("AMBER", "GREEN")),
    ("3, where 3 is the baseline", daily(NOW, 3, replace(A, baseline_morning=3)), None),
    ("3.1, where 3 is the baseline", daily(NOW, 3.1, replace(A, baseline_morning=3)), ("AMBER", "GREEN")),
    ("no baseline is one of 0", daily(NOW, 1.1, replace(A, baseline_morning=None)), ("AMBER", "GREEN")),
    ("72 hours ago", daily(ago(hours=72), 4), ("AMBER", "GREEN")),
    ("72 hours and a second ago", daily(ago(hours=72) - SECOND, 4), None),
    ("a better one since", daily(NOW, 1, daily(ago(hours=1), 4)), None),
    ("a worse one since", daily(NOW, 4, daily(ago(hours=1), 1)), ("AMBER", "GREEN")),
    ("the larger of two of one moment", daily(NOW, 4, daily(NOW, 1)), ("AMBER", "GREEN")),
    ("tomorrow's", daily(NOW + SECOND, 4), None),
    ("RED", daily(NOW, 9), ("AMBER", "GREEN")),
    (
        "before the stage began",
        daily(at("03-28 06:00"), 4, replace(A, stage_entered_at=at("03-28 06:30"))),
        ("AMBER", "GREEN"),
    ),
    (
        "a second before the limits were loosened",
        daily(NOW, 3, replace(A, baseline_morning=2, profile_since=NOW + SECOND, profile_before=STRICTER)),
        ("AMBER", "GREEN"),
    ),
    (
        "in the second they were loosened",
        daily(NOW, 3, replace(A, baseline_morning=2, profile_since=NOW, profile_before=STRICTER)),
        None,
    ),
]
PREVIOUS = [
    ("the morning of the one before the latest", with_run(A, "a4", morning=None), ("UNKNOWN", "ANSWERED")),
    ("the morning of the second before", with_run(A, "a3", morning=None), ("UNKNOWN", "ANSWERED")),
    ("the morning of the third before", with_run(A, "a2", morning=None), None),
    ("the morning of the latest", with_run(A, "a5", morning=None), None),
    ("the pain during the run", with_run(A, "a4", during=None), ("UNKNOWN", "ANSWERED")),
    ("no check-in", with_run(A, "a4", check_in=None), ("UNKNOWN", "ANSWERED")),
    ("painkillers", with_run(A, "a4", painkillers=True), ("UNKNOWN", "ANSWERED")),
    ("AMBER, and no morning", with_run(bad("a4"), "a4", morning=None), ("UNKNOWN", "ANSWERED")),
    ("AMBER, with painkillers", with_run(bad("a4"), "a4", painkillers=True), ("UNKNOWN", "ANSWERED")),
    ("AMBER, answered", bad("a4"), None),
    ("the morning is open", OPEN_A4, ("PENDING", "ANSWERED")),
    (
        "the morning is open, and the pain during the run is missing",
        with_run(OPEN_A4, "a4", during=None),
        ("UNKNOWN", "ANSWERED"),
    ),
    ("the morning is open, after painkillers", with_run(OPEN_A4, "a4", painkillers=True), ("UNKNOWN", "ANSWERED")),
    ("one morning is open, another is missing", with_run(OPEN_A4, "a3", morning=None), ("UNKNOWN", "ANSWERED")),
    ("the morning is due in a second", with_run(OPEN_A4, "a4", end=ago(hours=36) + SECOND), ("PENDING", "ANSWERED")),
    ("the morning is due this second", with_run(OPEN_A4, "a4", end=ago(hours=36)), ("UNKNOWN", "ANSWERED")),
    ("a day's answer speaks of it", daily(at("03-26 07:00"), 1, with_run(A, "a4", morning=None)), None),
    ("one session of an outing of two", evening(A, felt(None), day="03-25"), ("UNKNOWN", "ANSWERED")),
    ("two outings before, of one of them both sessions answered", evening(A, felt(), day="03-25"), None),
    ("before the stage began", replace(with_run(A, "a4", morning=None), stage_entered_at=at("03-26 00:00")), None),
]
TEN_DAYS = only(A, "a1", "a4", "a5")  # none between 15 and 25 March
AFTER_GAP = [
    ("10 days, and a run that counts ended them", TEN_DAYS, None),
    ("only a later run counts", with_run(TEN_DAYS, "a4", run_s=1499), None),
    ("no run counts since", with_run(with_run(TEN_DAYS, "a4", run_s=1499), "a5", run_s=1499), (0, 1)),
    (
        "a second less than 8 days",
        with_run(
            with_run(with_run(TEN_DAYS, "a1", start=at("03-17 07:00") + SECOND), "a4", run_s=1499), "a5", run_s=1499
        ),
        None,
    ),
    (
        "8 days",
        with_run(with_run(with_run(TEN_DAYS, "a1", start=at("03-17 07:00")), "a4", run_s=1499), "a5", run_s=1499),
        (0, 1),
    ),
    ("8 days that last", replace(A, now=at("04-05 07:00")), (0, 1)),
    ("8 days less a second", replace(A, now=at("04-05 07:00") - SECOND), None),
    ("8 days before the first run of the stage", with_run(only(A, "a4"), "a4", run_s=1499), (0, 1)),
    ("15 days that last", replace(A, now=at("04-12 07:00")), (0, 1)),
]
LINES = {
    "tolerated_of_4": TOLERATED,
    "settled": SETTLED,
    "latest_24h": LATEST,
    "latest_morning": LATEST_MORNING,
    "previous_24h": PREVIOUS,
    "after_gap": AFTER_GAP,
}
ROWS = [(item, *row) for item, rows in LINES.items() for row in rows]


@pytest.mark.parametrize(
    ("item", "case", "expected"),
    [(item, case, expected) for item, _, case, expected in ROWS],
    ids=[f"{item}: {story}" for item, story, _, _ in ROWS],
)
def test_a_line_is_missing_where_the_table_says_so(item, case, expected):
    assert lines(case).get(item) == expected
    if expected is not None:
        assert decide(case).decision is not Decision.PROGRESS_READY


def everything_missing():
    case = replace(A, stage_override={"each": {"run_s": 2000}, "min_days": 17, "earliest_day": 1}, daily=mornings(4))
    runs = (
        run("b1", at("03-26 07:00"), 900, 2000, felt(4, morning=None)),
        run("b2", at("03-28 07:00"), 900, 2000, felt(4)),
    )
    return with_runs(only(case, "a1"), *runs)


def test_what_is_missing_comes_in_the_order_of_the_page():
    assert decide(everything_missing()).missing == (
        Missing(item="sessions", measured=0, required=4, unit="sessions"),
        Missing(item="total.fat_s", measured=0, required=1200, unit="s"),
        Missing(item="max.run_s", measured=1800, required=2700, unit="s"),
        Missing(item="each.run_s", measured=1800, required=2000, unit="s"),
        Missing(item="min_days", measured=16, required=17, unit="d"),
        Missing(item="earliest_day", measured=None, required=1, unit="d"),
        Missing(item="tolerated_of_4", measured=1, required=2, unit="outings"),
        Missing(item="settled", measured="AMBER", required="SETTLED"),
        Missing(item="latest_24h", measured="AMBER", required="GREEN"),
        Missing(item="latest_morning", measured="AMBER", required="GREEN"),
        Missing(item="previous_24h", measured="UNKNOWN", required="ANSWERED"),
        Missing(item="after_gap", measured=0, required=1, unit="sessions"),
    )


def test_tolerance_is_no_part_of_the_loading():
    for case in (daily(NOW, 4), bad("a5"), evening(A, felt(None)), evening(A, felt(None), day="03-25")):
        assert decide(case).sufficient
        assert decide(case).decision is not Decision.PROGRESS_READY


def test_at_the_last_stage_nothing_is_missing():
    assert decide(replace(everything_missing(), stage="P10", stage_override={})).missing == ()
