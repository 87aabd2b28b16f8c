"""What stands beside the computed decision: a second programme, a physio's override, what a physio attests."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from cases import NOW, at, flag, sprint_stage, volume_stage, with_run
from hypothesis import given
from hypothesis import strategies as st
from random_cases import random_cases, thoroughly

from rules.attest import Attestation, AttestedMetric, outstanding, with_attested
from rules.combine import cautious
from rules.decide import decide
from rules.errors import OverrideRefused
from rules.override import propose, shown
from rules.programme import load
from rules.vocabulary import Decision

A, F = volume_stage(), sprint_stage()
READY, HELD = decide(A), decide(with_run(A, "a5", peak3_pct=85))
BACK, STOPPED = decide(with_run(A, "a5", during=7)), decide(replace(A, flags=(flag(),)))
WHY = "She ran on a borrowed pod"


# Two programmes


def test_of_two_programmes_the_less_permissive_decides_and_all_reasons_are_kept():
    both = cautious([decide(F), BACK])
    assert (both.decision, both.target_stage, both.sufficient) == (Decision.REGRESS, "P2", False)
    assert set(both.codes) == {"RED_RESPONSE", "DOSE"}
    assert sum(reason.code == "DOSE" for reason in both.reasons) == 2
    assert both.programme_version == "2"
    loading = ["sessions", "total.fat_s", "max.run_s", "each.run_s"]
    assert [part.item for part in both.missing] == [*loading, "settled", "latest_24h"], "after a RED it begins anew"


def test_where_both_step_back_each_ladder_names_its_stage():
    other = replace(BACK, target_stage="G1")
    assert cautious([BACK, other]).target_stage == "P2 + G1"
    assert cautious([BACK, BACK]).target_stage == "P2"
    assert cautious([replace(BACK, decision=Decision.STOP_REFER, target_stage=None), other]).target_stage is None


def test_both_versions_are_named_where_they_differ():
    other = replace(READY, programme_version="7")
    assert cautious([READY, other]).programme_version == "2 + 7"


def test_enough_is_enough_only_in_both():
    assert not cautious([READY, decide(with_run(A, "a4", fat_s=200))]).sufficient


@thoroughly
@given(st.lists(random_cases().map(decide), min_size=1, max_size=3))
def test_no_verdict_is_more_permissive_together_than_alone(verdicts):
    both = cautious(verdicts)
    assert both.decision == min(verdict.decision for verdict in verdicts)
    assert {reason for verdict in verdicts for reason in verdict.reasons} == set(both.reasons)
    assert cautious(verdicts[::-1]).reasons == both.reasons


def test_nothing_cannot_be_combined():
    with pytest.raises(ValueError, match="without a verdict"):
        cautious([])


# Overrides


def override(verdict=HELD, decision=Decision.CONTINUE, **changes):
    facts = {"reason": WHY, "by": "Nadia Vek", "at": NOW, "stage": "P3"} | changes
    return propose(verdict, decision, **facts)


def test_an_override_is_shown_beside_the_computed_decision_for_seven_days():
    made = override()
    for moment in (NOW, NOW + timedelta(days=7, seconds=-1)):
        seen = shown(HELD, [made], stage="P3", now=moment)
        assert (seen.decision, seen.computed.decision, seen.override) == (Decision.CONTINUE, Decision.HOLD, made)
    after = shown(HELD, [made], stage="P3", now=NOW + timedelta(days=7))
    assert (after.decision, after.override) == (Decision.HOLD, None)


def test_never_over_a_red_flag_neither_made_nor_shown():
    with pytest.raises(OverrideRefused, match="A red flag cannot be overridden"):
        override(STOPPED)
    seen = shown(STOPPED, [override()], stage="P3", now=NOW)
    assert (seen.decision, seen.override) == (Decision.STOP_REFER, None)
    forged = replace(override(), over=Decision.STOP_REFER)
    assert shown(STOPPED, [forged], stage="P3", now=NOW).override is None


def test_an_override_does_not_cover_what_became_worse_since():
    assert shown(BACK, [override()], stage="P3", now=NOW).decision is Decision.REGRESS
    assert shown(READY, [override(decision=Decision.HOLD)], stage="P3", now=NOW).decision is Decision.HOLD


def test_an_override_is_for_its_stage_or_its_session():
    assert shown(HELD, [override()], stage="P4", now=NOW).override is None
    of_session = override(stage=None, session_id="a5")
    assert shown(HELD, [of_session], stage="P3", now=NOW).override == of_session
    assert shown(HELD, [override(stage=None, session_id="a1")], stage="P3", now=NOW).override is None


def test_the_latest_override_counts():
    later = override(decision=Decision.PROGRESS_READY, at=NOW + timedelta(hours=1))
    assert shown(HELD, [later, override()], stage="P3", now=NOW + timedelta(hours=2)).override == later


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"reason": "too short"}, "at least 10 characters"),
        ({"reason": "         x         "}, "at least 10 characters"),
        ({"by": " "}, "name of the physio"),
        ({"days": 28.5}, "up to 28 days"),
        ({"days": 0}, "up to 28 days"),
        ({"days": float("nan")}, "up to 28 days"),
        ({"stage": None}, "one stage or for one session"),
        ({"session_id": "a5"}, "one stage or for one session"),
    ],
)
def test_an_override_without_its_facts_is_refused(changes, sentence):
    with pytest.raises(OverrideRefused, match=sentence):
        override(**changes)
    assert override(reason="ten chars.").reason == "ten chars."
    assert override(days=28).until == NOW + timedelta(days=28)


# Attestations


def saw(metric="cod_att_n", value=9.0, session_id="a5", **changes):
    return replace(AttestedMetric(session_id=session_id, metric=metric, value=value, by="Nadia Vek", at=NOW), **changes)


def test_an_attested_metric_counts_and_is_marked():
    unmeasured = with_run(A, "a5", cod_att_n=None)
    session = with_attested(unmeasured, [saw()]).sessions[-1]
    assert (session.metrics["cod_att_n"], session.attested) == (9, ("cod_att_n",))
    assert with_attested(unmeasured, []) == unmeasured


def test_an_attested_incline_makes_a_dose_that_no_sensor_saw():
    case = replace(A, stage="P4", stage_override={"total": {"inc2_s": 900}, "n": 1, "min_days": 1})
    for session in A.sessions:
        case = with_run(case, session.id, inc2_s=None)
    assert decide(case).decision is Decision.INSUFFICIENT_DATA
    seen = [saw("inc2_s", 900.0, session_id=session.id) for session in case.sessions]
    assert decide(with_attested(case, seen)).decision is Decision.PROGRESS_READY


def test_what_a_sensor_measured_always_stands():
    session = with_attested(with_run(A, "a5", inc2_s=0), [saw("inc2_s", 900.0)]).sessions[-1]
    assert (session.metrics["inc2_s"], session.attested) == (0, ())


@pytest.mark.parametrize("metric", ["uf_n", "uf_s", "inc2_s", "inc4_s", "dn4_s"])
def test_a_slope_or_a_fast_hill_that_was_not_measured_is_attested(metric):
    session = with_attested(with_run(A, "a5", **{metric: None}), [saw(metric, 6.0)]).sessions[-1]
    assert (session.metrics[metric], session.attested) == (6, (metric,))


TYPED = {"a5": {"inc4_s", "inc4_ceil_s", "uf_ceil_n"}}


@pytest.mark.parametrize(
    ("metrics", "typed", "expected"),
    [
        ({"inc4_s": None, "inc4_ceil_s": 2400}, TYPED, {"inc4_s": 120, "inc4_ceil_s": 120}),
        ({"inc4_s": None, "inc4_ceil_s": 2400}, None, {"inc4_s": 120, "inc4_ceil_s": 120}),
        ({"inc4_s": 2400, "inc4_ceil_s": 2400}, TYPED, {"inc4_s": 120, "inc4_ceil_s": 120}),
        ({"inc4_s": None, "inc4_ceil_s": None}, TYPED, {"inc4_s": 120, "inc4_ceil_s": None}),
        ({"inc4_s": None, "inc4_ceil_s": 0}, TYPED, {"inc4_s": 120, "inc4_ceil_s": 120}),
        ({"inc4_s": 2400, "inc4_ceil_s": None}, {}, {"inc4_s": 2400, "inc4_ceil_s": None}),
        ({"inc4_s": 2400, "inc4_ceil_s": 2400}, {"a4": {"inc4_s"}}, {"inc4_s": 2400, "inc4_ceil_s": 2400}),
        ({"inc4_s": None, "inc4_ceil_s": 2400}, {}, {"inc4_s": 120, "inc4_ceil_s": 2400}),
    ],
    ids=[
        "typed for the ceiling alone",
        "no word of what was typed",
        "typed and counted",
        "nothing at all",
        "typed as none",
        "measured",
        "another session was typed",
        "the ceiling was measured",
    ],
)
def test_what_was_attested_replaces_a_typed_value_everywhere_and_never_a_measured_one(metrics, typed, expected):
    session = with_attested(with_run(A, "a5", **metrics), [saw("inc4_s", 120.0)], typed).sessions[-1]
    assert {name: session.metrics[name] for name in expected} == expected


def test_a_ceiling_reads_what_was_attested_and_not_what_was_typed():
    case = with_run(A, "a5", inc4_s=None, inc4_ceil_s=2400)
    assert "CEILING" in decide(case).codes
    assert "CEILING" not in decide(with_attested(case, [saw("inc4_s", 120.0)], TYPED)).codes
    assert "CEILING" in decide(with_attested(case, [saw("inc4_s", 240.0)], TYPED)).codes


def test_of_two_statements_the_later_counts():
    two = [saw(value=12.0, at=NOW + timedelta(hours=1)), saw(value=8.0)]
    assert with_attested(with_run(A, "a5", cod_att_n=None), two).sessions[-1].metrics["cod_att_n"] == 12


@pytest.mark.parametrize(
    ("bad", "sentence"),
    [
        (saw("run_m", 9000.0), "measured by a sensor"),
        (saw(value=float("nan")), "a number of 0 or more"),
        (saw(value=-1.0), "a number of 0 or more"),
        (saw(by=" "), "the name of who gives it"),
    ],
)
def test_an_attestation_that_is_none_is_refused(bad, sentence):
    with pytest.raises(ValueError, match=sentence):
        with_attested(A, [bad])


def test_what_must_be_seen_before_a_stage_is_listed_until_it_was_seen():
    first = [criterion.code for criterion in outstanding("PHT", 1, [], NOW)]
    assert first == ["brisk_walk", "no_night_pain", "bridge_and_squat", "flags_screened"]
    seen = [Attestation(code=code, by="Nadia Vek", at=at("03-25 09:00")) for code in first]
    assert outstanding("PHT", 1, seen, NOW) == ()
    assert outstanding("PHT", 2, [], NOW) == ()
    assert [criterion.code for criterion in outstanding("IMT", 9, [], NOW)] == ["h_test"]


def test_a_ladder_that_a_physio_changed_keeps_what_must_be_seen_before_its_stages():
    mine = load({"name": "a slower ladder", "extends": "NEURAL", "override": {"4": {"n": 4}}})
    assert (mine.key, mine.origin, load("IMT").origin) == (None, "NEURAL", "IMT")
    assert [criterion.code for criterion in outstanding(mine.origin, 4, [], NOW)] == ["neuro_exam"]


def test_a_nerve_is_examined_again_within_14_days():
    exam = Attestation(code="neuro_exam", by="Nadia Vek", at=NOW - timedelta(days=14))
    assert outstanding("NEURAL", 4, [exam], NOW) == ()
    assert len(outstanding("NEURAL", 4, [replace(exam, at=exam.at - timedelta(seconds=1))], NOW)) == 1
    assert len(outstanding("NEURAL", 4, [replace(exam, at=NOW + timedelta(seconds=1))], NOW)) == 1
    assert len(outstanding("NEURAL", 4, [replace(exam, by="")], NOW)) == 1
