"""The decision against a second reading of the same text, written apart and plainly, on cases drawn at random."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import slow_decide
from cases import document
from hypothesis import given
from random_cases import random_cases, thoroughly

from rules.decide import decide

# The text defines neither what is measured of a programme that cannot be used nor when a missing heart rate is noted.
WITHOUT_A_MEASURE = {"PROGRAMME_INVALID"}
NOT_DEFINED = {"HR_ABSENT_INFO"}


@thoroughly
@given(random_cases(anything=True))
def test_two_readings_of_the_rules_agree(case):
    assert comparable(decide(case).to_json()) == comparable(slow_decide.decide(document(case)))


def comparable(verdict: dict[str, Any]) -> dict[str, Any]:
    """Everything that the text defines of a verdict; numbers to the three decimals that a verdict shows."""
    reasons = Counter(
        (
            *(reason[name] for name in ("code", "verdict", "item", "session_id", "of")),
            None if reason["code"] in WITHOUT_A_MEASURE else shown(reason["measured"]),
            shown(reason["required"]),
        )
        for reason in verdict["reasons"]
    )
    return {
        "decision": verdict["decision"],
        "target_stage": verdict["target_stage"],
        "sufficient": verdict["sufficient"],
        "reasons": reasons,
        "missing": [(part["item"], shown(part["measured"]), shown(part["required"])) for part in verdict["missing"]],
        "notes": set(verdict["notes"]) - NOT_DEFINED,
    }


def shown(value: Any) -> Any:
    return round(float(value), 3) if isinstance(value, (int, float)) else value


def _real_cases() -> list[Path]:
    folder = os.environ.get("STRIDEGATE_REAL_DATA")
    return sorted(Path(folder, "cases2").glob("*.json")) if folder else []


@pytest.mark.real
@pytest.mark.parametrize("path", _real_cases(), ids=lambda path: path.stem)
def test_the_slow_reading_reads_the_case_files_as_they_expect(path):
    case = json.loads(path.read_bytes())
    verdict, expect = slow_decide.decide(case), case["expect"]
    codes = {reason["code"] for reason in verdict["reasons"]}
    assert codes >= set(expect["codes"])
    assert not codes & set(expect.get("codes_absent", ()))
    for field in {"decision", "sufficient", "target_stage"} & set(expect):
        assert verdict[field] == expect[field], field
    for part in expect.get("missing", []):
        assert part in verdict["missing"]
