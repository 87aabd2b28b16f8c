"""While a run is being recorded nothing reads PROGRESS_READY, and every other verdict stays as it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from cases import NOW, flag, hold, volume_stage, with_run
from hypothesis import given
from random_cases import random_cases, thoroughly

from rules.active_run import RUN_BEING_RECORDED, during_run, shown_during_run
from rules.decide import decide
from rules.override import Override
from rules.speech.say import note_words
from rules.vocabulary import Decision

A = volume_stage()
READY, BACK = decide(A), decide(with_run(A, "a5", during=7))
HELD, STOPPED = decide(replace(A, holds=(hold("03-30 00:00"),))), decide(replace(A, flags=(flag(),)))


def override(decision: Decision, over: Decision) -> Override:
    return Override(
        decision=decision,
        over=over,
        reason="seen in the clinic",
        by="Nadia Vek",
        at=NOW,
        until=NOW + timedelta(days=7),
        stage="P3",
    )


def shown(verdict, *overrides):
    return shown_during_run(verdict, overrides, stage="P3", now=NOW)


def test_ready_reads_continue_with_a_note_and_its_reasons_too():
    assert READY.decision is Decision.PROGRESS_READY
    during = during_run(READY)
    assert (during.decision, during.sufficient) == (Decision.CONTINUE, True)
    assert RUN_BEING_RECORDED in during.notes and list(during.notes) == sorted(during.notes)
    assert [reason.code for reason in during.reasons] == [reason.code for reason in READY.reasons]
    assert all(reason.verdict is Decision.CONTINUE for reason in during.reasons)


@pytest.mark.parametrize("verdict", [STOPPED, BACK, HELD], ids=["stop", "back", "hold"])
def test_what_holds_a_runner_holds_during_a_run(verdict):
    during = during_run(verdict)
    assert (during.decision, during.target_stage) == (verdict.decision, verdict.target_stage)
    assert shown(verdict).decision is verdict.decision
    assert max(reason.verdict for reason in during.reasons) <= Decision.CONTINUE


@thoroughly
@given(random_cases())
def test_no_verdict_is_ready_or_more_permissive_during_a_run(case):
    verdict = decide(case)
    during = during_run(verdict)
    assert during.decision == min(verdict.decision, Decision.CONTINUE)
    assert "PROGRESS_READY" not in str(during.to_json())
    assert set(during.notes) == {*verdict.notes, RUN_BEING_RECORDED}


@pytest.mark.parametrize(
    ("verdict", "made", "decision", "applies"),
    [
        (READY, override(Decision.HOLD, Decision.PROGRESS_READY), Decision.HOLD, True),
        (HELD, override(Decision.CONTINUE, Decision.HOLD), Decision.CONTINUE, True),
        (HELD, override(Decision.PROGRESS_READY, Decision.HOLD), Decision.HOLD, False),
        (READY, override(Decision.PROGRESS_READY, Decision.HOLD), Decision.CONTINUE, False),
        (STOPPED, override(Decision.CONTINUE, Decision.HOLD), Decision.STOP_REFER, False),
    ],
    ids=["stricter than ready", "looser than a hold", "to ready", "to ready over ready", "over a stop"],
)
def test_an_override_holds_during_a_run_unless_it_says_ready(verdict, made, decision, applies):
    seen = shown(verdict, made)
    assert (seen.decision, seen.override is not None) == (decision, applies)
    assert seen.computed == during_run(verdict)


def test_the_note_is_said_to_both():
    assert note_words(RUN_BEING_RECORDED) == "A run is being recorded. We look at the next step after it."
    assert note_words(RUN_BEING_RECORDED, "physio") == "A run is being recorded. The next step is judged after it."
