"""While something is under way a verdict says at most CONTINUE, and everything that it said before stays readable."""

import pytest
from hypothesis import given
from random_cases import random_cases

from rules.case import Case
from rules.decide import decide
from rules.speech.say import reason_words
from rules.speech.words import CAPS
from rules.verdict import Verdict
from rules.verdict_cap import REMEASURING, capped
from rules.vocabulary import Decision, Reason


def verdict(decision):
    reasons = (Reason(code="A", verdict=decision), Reason(code="DOSE", verdict=Decision.PROGRESS_READY))
    return Verdict(
        decision=decision, target_stage=None, sufficient=True, reasons=reasons, missing=(), notes=(),
        programme_version="2",
    )  # fmt: skip


@pytest.mark.parametrize("decision", list(Decision))
def test_only_ready_changes_and_reads_continue(decision):
    after = capped(verdict(decision), REMEASURING)
    assert after.decision is min(decision, Decision.CONTINUE)
    assert after.decision is min(reason.verdict for reason in after.reasons)


@given(random_cases())
def test_of_any_verdict_it_is_never_more_permissive_and_nothing_is_lost(case):
    before = decide(case)
    after = capped(before, REMEASURING)
    assert after.decision <= before.decision and after.decision is not Decision.PROGRESS_READY
    assert set(after.reasons) - set(before.reasons) == {Reason(code=REMEASURING, verdict=Decision.CONTINUE)}
    assert set(before.reasons) <= set(after.reasons)
    assert list(after.reasons) == sorted(after.reasons, key=lambda reason: reason.sort_key)
    assert (after.missing, after.notes, after.sufficient) == (before.missing, before.notes, before.sufficient)


@pytest.mark.parametrize("code", sorted(CAPS))
@pytest.mark.parametrize("audience", ["runner", "physio"])
def test_each_cap_has_words_for_both(code, audience):
    case = Case.from_json(
        {"programme": "PHT", "stage": "P1", "stage_entered_at": "2026-01-01T00:00:00Z", "now": "2026-01-02T00:00:00Z"}
    )
    words = reason_words(Reason(code=code, verdict=Decision.CONTINUE), case, audience)
    assert "re-check" in words and "{" not in words
