"""The decision against a second reading of the specification, written apart and plainly, on cases drawn at random."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
import slow_decide
from cases import document
from hypothesis import given
from random_cases import random_cases, thoroughly

from rules.case import Case
from rules.decide import decide
from rules.next_distance import distance_limit
from rules.view import look

FIELDS = ("code", "verdict", "item", "session_id", "of")
RATIOS = (
    "SPIKE_SMALL",
    "SPIKE_MODERATE",
    "SPIKE_LARGE",
)  # shown to three decimals, which the second reading leaves out
INFORMS = "HR_ABSENT_INFO"  # a note that no page of the specification defines to the letter


def _reason(reason: dict[str, Any]) -> tuple[str, ...]:
    """A reason as it is compared. Of several bad mornings either reading may name its own."""
    fields = [str(reason.get(name)) for name in FIELDS]
    measured, required = reason.get("measured"), reason.get("required")
    if reason["code"] in RATIOS:
        measured = round(float(measured), 3)
    if reason["code"] == "BAD_MORNING":
        measured = None
    return *fields, _number(measured), _number(required)


def _number(value: Any) -> str:
    return str(float(value)) if isinstance(value, int | float) else str(value)


def _compared(verdict: dict[str, Any]) -> dict[str, Any]:
    return {
        **{name: verdict[name] for name in ("decision", "target_stage", "sufficient")},
        "reasons": sorted(map(_reason, verdict["reasons"])),
        "missing": [
            (part["item"], _number(part["measured"]), _number(part["required"])) for part in verdict["missing"]
        ],
        "notes": sorted(note for note in verdict["notes"] if note != INFORMS),
    }


@thoroughly
@given(random_cases())
def test_two_readings_of_the_specification_agree(case):
    assert _compared(decide(case).to_json()) == _compared(slow_decide.decide(document(case)))


@thoroughly
@given(random_cases())
def test_two_readings_agree_on_the_distance_of_the_next_run(case):
    verdict = decide(case)
    if "PROGRAMME_INVALID" not in verdict.codes:
        assert distance_limit(look(case), verdict, case.now) == pytest.approx(
            slow_decide.next_run_m(document(case)), abs=1e-3
        )


def _case_files() -> list[Path]:
    folder = os.environ.get("STRIDEGATE_REAL_DATA")
    return sorted(Path(folder, "cases2").glob("*.json")) if folder else []


@pytest.mark.real
@pytest.mark.parametrize("path", _case_files(), ids=lambda path: path.stem)
def test_both_readings_give_what_a_case_file_expects(path):
    text = json.loads(path.read_text())
    expected = text["expect"]
    for verdict in (decide(Case.from_json(text)).to_json(), slow_decide.decide(text)):
        assert verdict["decision"] == expected["decision"]
        codes = {reason["code"] for reason in verdict["reasons"]}
        assert codes >= set(expected.get("codes", ())) and not codes & set(expected.get("codes_absent", ()))
