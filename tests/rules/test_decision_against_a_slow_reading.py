"""The decision against a second reading of the same table, written apart and plainly, on cases drawn at random."""

from __future__ import annotations

from cases import document
from hypothesis import given
from random_cases import random_cases, thoroughly
from slow_decide import SlowReading

from rules.decide import decide
from rules.numbers import plain
from rules.programme import load

SPEAKS_OF = {"RED_FLAG", "CEILING", "METRIC_UNMEASURED", "REF_MISSING", "REF_NOT_MEASURED"}


@thoroughly
@given(random_cases())
def test_two_readings_of_the_table_agree(case):
    programme = load(case.programme)
    ladder = [stage.to_json() for stage in programme.stages]
    expected = SlowReading(document(case), ladder, programme.profile, list(programme.sites)).answer()
    verdict = decide(case)
    codes = {(r.code, r.session_id, r.item if r.code in SPEAKS_OF else None) for r in verdict.reasons}
    missing = [(part.item, plain(part.measured), plain(part.required)) for part in verdict.missing]
    assert (verdict.decision.name, verdict.target_stage, verdict.sufficient) == expected[:3]
    assert sorted(codes, key=str) == expected[3]
    assert missing == expected[4]
