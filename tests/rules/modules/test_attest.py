"""Which criteria each stage asks for, until when an attestation counts, and what it replaces."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from cases import NOW, felt, only, run, volume_stage, with_runs

from rules.attest import ENTRY, Attestation, AttestedMetric, outstanding, with_attested

FIRST = ("brisk_walk", "no_night_pain", "bridge_and_squat", "flags_screened")
TEAR = (*FIRST, "resisted_flexion", "range_75")
STRENGTH, H_TEST, NERVE = ("strength_90",), ("h_test",), ("neuro_exam",)
CRITERIA = {
    "PHT": {1: FIRST, 6: STRENGTH, 9: H_TEST},
    "DHT": {1: FIRST, 6: STRENGTH},
    "FIBRE": {1: TEAR, 5: STRENGTH, 9: H_TEST},
    "IMT": {1: TEAR, 5: STRENGTH, 9: H_TEST},
    "NEURAL": {
        1: FIRST,
        4: NERVE,
        5: NERVE,
        6: (*STRENGTH, *NERVE),
        7: NERVE,
        8: NERVE,
        9: NERVE,
        10: NERVE,
    },
}


def seen_met(code, at=NOW, by="Nadia Vek"):
    return Attestation(code=code, by=by, at=at)


def stated(metric, value, session_id="a5"):
    return AttestedMetric(session_id=session_id, metric=metric, value=value, by="Nadia Vek", at=NOW)


@pytest.mark.parametrize("programme", CRITERIA)
@pytest.mark.parametrize("number", range(12))
def test_each_stage_asks_for_the_criteria_of_the_specification(programme, number):
    asked = tuple(criterion.code for criterion in outstanding(programme, number, (), NOW))
    assert asked == CRITERIA[programme].get(number, ())
    assert set(ENTRY) == set(CRITERIA)


@pytest.mark.parametrize(
    ("days", "met"), [(0, True), (7, True), (7.001, False), (-0.001, False)], ids=["now", "7 d", "older", "later"]
)
def test_the_red_flag_questions_count_for_seven_days(days, met):
    at = NOW - timedelta(days=days)
    left = {one.code for one in outstanding("PHT", 1, [seen_met(code, at) for code in FIRST], NOW)}
    assert ("flags_screened" not in left) is met


def test_an_attestation_meets_its_own_criterion_and_no_other():
    left = [one.code for one in outstanding("NEURAL", 6, [seen_met("strength_90")], NOW)]
    assert left == ["neuro_exam"]


def test_none_is_a_value_that_may_be_attested_and_less_is_refused():
    unmeasured = with_runs(only(volume_stage(), "a4"), run("a5", NOW - timedelta(days=2), 1800, 5000, felt()))
    bare = replace(unmeasured.sessions[-1], metrics={"run_s": 1800.0})
    case = replace(unmeasured, sessions=(*unmeasured.sessions[:-1], bare))
    for value in (0, 0.5):
        assert with_attested(case, [stated("acc2_n", value)]).sessions[-1].metrics["acc2_n"] == value
    with pytest.raises(ValueError, match="0 or more"):
        with_attested(case, [stated("acc2_n", -0.001)])


def test_a_statement_about_one_session_changes_no_other_and_names_only_what_it_replaced():
    bare = {"run_s": 1800.0}
    first = replace(run("a4", NOW - timedelta(days=4), 1800, 5000, felt()), metrics=bare)
    second = replace(run("a5", NOW - timedelta(days=2), 1800, 5000, felt()), metrics={**bare, "dec2_n": 3.0})
    case = replace(volume_stage(), sessions=(first, second))
    seen = with_attested(case, [stated("acc2_n", 4), stated("dec2_n", 9)])
    assert "acc2_n" not in seen.sessions[0].metrics
    assert (seen.sessions[1].metrics["acc2_n"], seen.sessions[1].metrics["dec2_n"]) == (4, 3)
    assert seen.sessions[1].attested == ("acc2_n",)
