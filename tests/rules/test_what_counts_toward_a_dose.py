"""Which sessions count toward a dose, how they are spaced and summed, and how far a step back leads."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from cases import NOW, at, felt, flag, only, run, volume_stage, with_run, with_runs

from rules.case import Case
from rules.decide import decide
from rules.dose import weigh
from rules.view import look
from rules.vocabulary import Decision

A = volume_stage()
SECOND = timedelta(seconds=1)


def missing(case: Case) -> dict[str, tuple]:
    return {part.item: (part.measured, part.required) for part in decide(case).missing}


def eligible(case: Case) -> list[str]:
    return [seen.id for seen in weigh(look(case)).eligible]


def counted(case: Case) -> list[str]:
    return [seen.id for seen in weigh(look(case)).counted]


NOT_ELIGIBLE = [
    ("AMBER", {"during": 4}),
    ("pain that moved down the leg", {"distal_spread": True}),
    ("painkillers", {"painkillers": True}),
    ("not answered in the run", {"during": None}),
    ("the morning not answered", {"morning": None}),
    ("no check-in", {"check_in": None}),
    ("a poor sensor", {"quality": "POOR"}),
    ("over a ceiling", {"peak3_pct": 61.81}),
    ("28 days and a second ago", {"start": NOW - timedelta(days=28) - SECOND}),
    ("before this stage", {"start": at("02-27 23:59")}),
    ("in the future", {"start": NOW + SECOND}),
]


@pytest.mark.parametrize("change", [change for _, change in NOT_ELIGIBLE], ids=[story for story, _ in NOT_ELIGIBLE])
def test_a_session_that_is_not_eligible_adds_nothing(change):
    case = replace(A, stage_entered_at=at("02-28 00:00"))
    assert eligible(case) == ["a1", "a2", "a3", "a4", "a5"]
    changed = with_run(case, "a4", **change)
    assert "a4" not in eligible(changed)
    assert missing(changed)["total.fat_s"] == (900, 1200)


@pytest.mark.parametrize(
    "change",
    [
        {"during": 3, "after": 3, "morning": 2},
        {"after": None},
        {"peak3_pct": 61.8},
        {"peak3_pct": None},
        {"start": NOW - timedelta(days=28)},
        {"distal_spread": False, "painkillers": False},
        {"stiff_min": 29.9},
    ],
    ids=str,
)
def test_a_session_just_within_every_limit_is_eligible(change):
    case = with_runs(replace(A, stage_entered_at=at("03-02 00:00")), run("b", at("03-09 07:00"), 600, 2000, felt()))
    assert "a1" in eligible(with_run(case, "a1", **change))


def test_a_session_in_the_second_the_stage_began_belongs_to_it():
    assert "a1" in eligible(with_run(A, "a1", start=A.stage_entered_at))
    assert "a1" not in eligible(with_run(A, "a1", start=A.stage_entered_at - SECOND))


def test_a_stage_without_a_window_counts_what_it_has_seen_in_60_days():
    between = (run(f"b{days}", NOW - timedelta(days=days), 600, 2000, felt()) for days in (50, 38, 26))
    endless = replace(with_runs(A, *between), stage_entered_at=at("01-01 00:00"), stage_override={"window_days": None})
    assert "a1" in eligible(with_run(endless, "a1", start=NOW - timedelta(days=60)))
    assert "a1" not in eligible(with_run(endless, "a1", start=NOW - timedelta(days=60) - SECOND))


def test_sessions_are_taken_from_the_first_on_with_their_starts_apart():
    daily = replace(A, sessions=tuple(run(f"d{i}", at(f"03-{20 + i} 07:00"), 1500, 5000, felt()) for i in range(6)))
    assert counted(daily) == ["d0", "d2", "d4"], "48 hours from start to start, exactly 48 are enough"
    late = with_run(daily, "d2", start=at("03-22 07:00") - SECOND)
    assert counted(late) == ["d0", "d3", "d5"]


def test_without_a_spacing_one_session_of_each_outing_counts():
    times = ("03-28 07:00", "03-28 07:00", "03-28 12:00", "03-29 00:25")
    four = replace(A, sessions=tuple(run(f"d{i}", at(time), 1500, 5000, felt()) for i, time in enumerate(times)))
    unspaced = replace(four, stage_override={"spacing_h": None, "ceil": None})
    assert counted(unspaced) == ["d0", "d3"], "d3 begins 12 hours after the end of d2"
    assert counted(with_run(unspaced, "d0", run_s=1499)) == ["d1", "d3"], "the first that has what each needs"
    assert counted(with_run(unspaced, "d3", start=at("03-29 00:24:59"))) == ["d0"]


def test_of_an_outing_every_session_adds_to_the_total():
    evening = run("b", at("03-28 12:00"), 600, 2000, felt(), fat_s=100)
    assert missing(with_run(with_runs(A, evening), "a4", fat_s=199)) == {"total.fat_s": (1199, 1200)}
    assert missing(with_run(with_runs(A, evening), "a4", fat_s=200)) == {}


def test_no_session_of_an_outing_over_a_ceiling_counts_the_earlier_ones_neither():
    evening = run("b", at("03-28 12:00"), 1599, 2000, felt())
    assert {"a5", "b"} <= set(eligible(with_runs(A, evening))), "1,800 and 1,599 s: 3,300 s and 3 %"
    over = with_run(with_runs(A, evening), "b", run_s=1600)
    assert not {"a5", "b"} & set(eligible(over))
    assert "a5" in eligible(with_run(over, "b", start=at("03-28 19:30"))), "12 hours after its end"
    poor = with_run(with_runs(A, evening), "b", quality="POOR", peak3_pct=90)
    assert "a5" not in eligible(poor), "a poor sensor breaks a ceiling as well"


def test_of_an_outing_with_an_amber_session_the_green_one_counts():
    evening = run("b", at("03-28 12:00"), 600, 2000, felt(4))
    assert eligible(with_runs(A, evening)) == ["a1", "a2", "a3", "a4", "a5"]


def test_a_session_too_short_to_count_still_adds_to_the_total():
    short = with_run(A, "a4", run_s=1499)
    assert "a4" not in counted(short)
    assert "total.fat_s" not in missing(short)


def test_a_session_counts_only_with_everything_that_each_needs():
    both = replace(A, stage_override={"each": {"fat_s": 300}})
    assert counted(both) == ["a2", "a3", "a4"], "25 minutes and 5 of them fatigued; a1 and a5 were never fatigued"
    assert counted(replace(A, stage_override={"each": None})) == ["a1", "a2", "a3", "a4", "a5"], "nothing is needed"


def test_the_total_is_of_all_eligible_sessions_and_the_best_is_one_of_them():
    assert missing(with_run(A, "a4", run_s=2699)) == {"max.run_s": (2699, 2700)}
    assert missing(with_run(A, "a4", fat_s=299)) == {"total.fat_s": (1199, 1200)}


def test_what_each_session_needs_is_named_only_while_sessions_are_short():
    few = only(A, "a5")
    assert list(missing(few)) == ["sessions", "total.fat_s", "max.run_s"], "1800 s is enough for each"
    assert "each.run_s" in missing(with_run(few, "a5", run_s=1499))
    assert missing(with_run(few, "a5", run_s=None))["each.run_s"] == (None, 1500)


def test_a_metric_nobody_measured_is_null_and_without_a_session_it_is_0():
    unmeasured = A
    for session in A.sessions:
        unmeasured = with_run(unmeasured, session.id, fat_s=None)
    assert missing(unmeasured)["total.fat_s"] == (None, 1200)
    assert missing(only(A))["total.fat_s"] == (0, 1200)
    assert missing(with_run(A, "a4", fat_s=None))["total.fat_s"] == (900, 1200), "one unknown does not hide the others"


def test_a_dose_nobody_measured_is_never_met():
    asked = replace(A, stage_override={"total": {"fat_s": None, "eff75_n": 0}, "max": {"dn4_s": 0}, "n": 1})
    assert missing(asked) == {"total.eff75_n": (None, 0)}, "not even a dose of 0, which dn4_s = 0 meets"


def test_metrics_are_judged_rounded_to_three_decimals():
    assert "max.run_s" not in missing(with_run(A, "a4", run_s=2699.9996))
    assert missing(with_run(A, "a4", run_s=2699.9994))["max.run_s"] == (2699.999, 2700)
    thirds = A
    for session in A.sessions:
        thirds = with_run(thirds, session.id, fat_s=240.1)
    assert missing(replace(thirds, stage_override={"total": {"fat_s": 1200.5}})) == {}, "5 times 240.1, not 1200.4999"


DAYS = [
    ("min_days", A, {"min_days": 16}, None),
    ("min_days", A, {"min_days": 17}, (16, 17)),
    ("earliest_day", replace(A, onset_at=NOW - timedelta(days=50)), {"earliest_day": 50}, None),
    ("earliest_day", replace(A, onset_at=NOW - timedelta(days=50) + SECOND), {"earliest_day": 50}, (49, 50)),
    ("earliest_day", A, {"earliest_day": 0}, (None, 0)),
]


@pytest.mark.parametrize(("item", "case", "change", "expected"), DAYS)
def test_days_are_whole_and_an_unknown_onset_is_never_long_ago(item, case, change, expected):
    changed = replace(case, stage_override=change)
    assert missing(changed).get(item) == expected
    assert decide(changed).sufficient, "days are no part of the loading"
    assert (decide(changed).decision is Decision.PROGRESS_READY) is (expected is None)


LATEST = [
    ({"during": 2}, None),
    ({"morning": None}, ("UNKNOWN", "GREEN")),
    ({"during": None}, ("UNKNOWN", "GREEN")),
    ({"morning": None, "start": at("03-30 07:00")}, ("PENDING", "GREEN")),
    ({"morning": None, "during": None, "start": at("03-30 07:00")}, ("PENDING", "GREEN")),
    ({"during": None, "start": at("03-30 07:00")}, ("UNKNOWN", "GREEN")),
    ({"during": 4, "morning": None}, ("AMBER", "GREEN")),
    ({"stopped": True, "morning": None}, ("RED", "GREEN")),
    ({"during": 4, "morning": None, "start": at("03-30 07:00")}, ("AMBER", "GREEN")),
    ({"stopped": True, "morning": None, "start": at("03-30 07:00")}, ("RED", "GREEN")),
    ({"quality": "POOR"}, None),
    ({"peak3_pct": 99}, None),
]


@pytest.mark.parametrize(("change", "expected"), LATEST, ids=[str(row[0]) for row in LATEST])
def test_the_latest_session_must_be_green_whatever_else_it_is(change, expected):
    assert missing(with_run(A, "a5", **change)).get("latest_24h") == expected


def test_without_a_session_on_this_stage_there_is_no_latest_response():
    assert missing(replace(A, stage_entered_at=at("03-29 00:00")))["latest_24h"] == (None, "GREEN")


BACK = [
    ("P3", 15, "P2"),
    ("P3", 27, "P2"),
    ("P3", 28, "P1"),
    ("P3", 55, "P1"),
    ("P8", 28, "P6"),
    ("P8", 55, "P6"),
    ("P8", 56, "P1"),
    ("P2", 28, "P1"),
    ("P2", 56, "P1"),
    ("P10", 15, "P9"),
    ("P10", 30, "P8"),
]


@pytest.mark.parametrize(("stage", "days", "target"), BACK)
def test_a_layoff_leads_back_as_far_as_it_was_long_and_never_below_the_first(stage, days, target):
    case = replace(A, stage=stage, sessions=(), stage_entered_at=NOW - timedelta(days=days))
    verdict = decide(case)
    assert (verdict.decision, verdict.target_stage) == (Decision.REGRESS, target)


def test_of_two_ways_back_the_lower_wins():
    case = replace(with_run(A, "a5", during=7), now=at("04-27 07:00"), stage="P8")
    verdict = decide(case)
    assert {"RED_RESPONSE", "LAYOFF"} <= set(verdict.codes)
    assert verdict.target_stage == "P6", "30 days off: two stages, not one"


def test_a_target_stands_only_beside_regress():
    stopped = decide(replace(with_run(A, "a5", during=7), flags=(flag(),)))
    assert (stopped.decision, stopped.target_stage) == (Decision.STOP_REFER, None)
    assert "RED_RESPONSE" in stopped.codes


def test_at_the_first_stage_a_step_back_is_a_hold_that_names_what_it_was():
    verdict = decide(replace(with_run(A, "a5", during=7), stage="P1"))
    floor = [(reason.code, reason.of, reason.session_id) for reason in verdict.reasons if reason.of]
    assert floor == [("REGRESS_AT_FLOOR", "RED_RESPONSE", "a5")]
    assert (verdict.decision, verdict.target_stage) == (Decision.HOLD, None)


def test_the_last_stage_is_never_ready_and_every_sign_is_watched():
    free = replace(A, stage="P10")
    assert (decide(free).decision, decide(free).sufficient, decide(free).missing) == (Decision.CONTINUE, False, ())
    assert decide(with_run(free, "a5", during=7)).target_stage == "P9"
    assert decide(with_run(free, "a5", run_m=9500)).decision is Decision.HOLD


def test_reasons_come_by_rank_then_code_then_session_and_once_for_each():
    case = with_run(with_run(A, "a4", peak3_pct=99, inc4_s=999), "a5", peak3_pct=70, run_m=None)
    said = [(reason.code, reason.session_id, reason.item) for reason in decide(case).reasons]
    assert said == [
        ("CEILING", "a4", "inc4_s"),
        ("CEILING", "a4", "peak3_pct"),
        ("CEILING", "a5", "peak3_pct"),
        ("DISTANCE_UNKNOWN", "a5", "run_m"),
        ("DOSE", None, "sessions"),
    ]


NOTES = [
    (A, ["HR_ABSENT_INFO"]),
    (with_run(A, "a3", trimp=40), []),
    (only(A), []),
    (with_run(A, "a1", inc4_s=None, trimp=40), ["CEILING_UNCHECKED inc4_s"]),
    (with_run(with_run(A, "a1", inc4_s=None, trimp=40), "a1", start=at("03-13 07:00")), ["HR_ABSENT_INFO"]),
    (with_runs(A, run("b", NOW + SECOND, 600, 2000, None)), ["CLOCK_FUTURE", "HR_ABSENT_INFO"]),
    (with_run(replace(A, stage="P6"), "a1", eff70_n=None, trimp=40), ["CEILING_UNCHECKED eff70_n"]),
    (with_run(replace(A, stage="P6"), "a1", eff70_n=None, eff70_ceil_n=2, trimp=40), []),
    (replace(with_runs(A, run("b", NOW + SECOND, 600, 2000, None)), programme="NOPE"), ["CLOCK_FUTURE"]),
]


@pytest.mark.parametrize(("case", "notes"), NOTES)
def test_what_was_not_checked_is_noted_and_decides_nothing(case, notes):
    assert list(decide(case).notes) == notes


def test_without_any_speed_of_the_runner_both_kinds_of_ceilings_are_noted():
    unknown = replace(A, references=replace(A.references, v_max_mps=None, v_max_kind=None, v_thr_mps=None))
    assert {"CEILING_UNCHECKED peak3_pct", "CEILING_UNCHECKED t_thr95_s"} <= set(decide(unknown).notes)
    assert decide(unknown).decision is Decision.PROGRESS_READY


def test_without_a_programme_nothing_is_earned_and_the_reason_is_told():
    verdict = decide(replace(A, stage="P11"))
    assert (verdict.decision, verdict.sufficient, verdict.missing) == (Decision.INSUFFICIENT_DATA, False, ())
    assert verdict.programme_version == "2"
    assert verdict.codes == ("PROGRAMME_INVALID", "DOSE")
    assert "has no stage 'P11'" in str(verdict.reasons[0].measured)


def test_a_verdict_in_json_has_these_fields_and_plain_numbers():
    plain = decide(with_run(A, "a4", fat_s=200)).to_json()
    assert plain == {
        "decision": "CONTINUE",
        "target_stage": None,
        "sufficient": False,
        "reasons": [
            {
                "code": "DOSE",
                "verdict": "CONTINUE",
                "item": "sessions",
                "measured": 5,
                "required": 4,
                "unit": "sessions",
                "session_id": None,
                "of": None,
            }
        ],
        "missing": [{"item": "total.fat_s", "measured": 1100, "required": 1200, "unit": "s"}],
        "notes": ["HR_ABSENT_INFO"],
        "rules_version": "2",
        "programme_version": "2",
    }
    assert isinstance(plain["missing"][0]["measured"], int)


def test_a_picture_and_a_note_change_no_decision():
    sore = with_run(A, "a5", during=3)
    told = replace(sore, notes={"mri": "thickened, bright", "diagnosis_source": "imaging"})
    assert decide(told) == decide(sore)
    assert decide(told).decision is Decision.PROGRESS_READY


def test_sessions_may_arrive_in_any_order():
    for case in (A, with_run(A, "a5", during=7), with_run(A, "a4", during=7)):
        assert decide(replace(case, sessions=case.sessions[::-1])) == decide(case)
