"""The fifteen worked examples of the decision, each a small change of one of two complete cases."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from cases import at, flag, mornings, sprint_stage, volume_stage, with_references, with_run

from rules.case import Case
from rules.decide import decide

A, F = volume_stage(), sprint_stage()
NO_INCLINE = {"inc2_s": None, "inc4_s": None}


def without_incline(case: Case) -> Case:
    for session in case.sessions:
        case = with_run(case, session.id, **NO_INCLINE)
    return case


EXAMPLES = [
    ("O1 dose complete and tolerated", A, "PROGRESS_READY", {"DOSE"}, True, []),
    (
        "O2 pain-free is not loaded",
        replace(A, sessions=(), stage_entered_at=at("03-10 00:00"), daily=mornings(0, 0, 0)),
        "REGRESS",
        {"DOSE", "LAYOFF"},
        False,
        [("sessions", 0, 4)],
    ),
    ("O3 fatigue short", with_run(A, "a4", fat_s=200), "CONTINUE", {"DOSE"}, False, [("total.fat_s", 1100, 1200)]),
    (
        "O4 the latest is still open",
        with_run(A, "a5", start=at("03-30 07:00"), morning=None),
        "CONTINUE",
        {"DOSE"},
        True,
        [("latest_24h", "PENDING", "GREEN")],
    ),
    (
        "O5 the latest was AMBER",
        with_run(A, "a5", during=4),
        "CONTINUE",
        {"DOSE"},
        True,
        [("latest_24h", "AMBER", "GREEN")],
    ),
    (
        "O6 two of three poor",
        with_run(with_run(A, "a4", during=4), "a5", during=4),
        "HOLD",
        {"DOSE", "POOR_2_OF_3"},
        False,
        [("sessions", 3, 4), ("total.fat_s", 900, 1200), ("max.run_s", 2400, 2700)],
    ),
    ("O7 RED, nothing after it", with_run(A, "a5", during=7), "REGRESS", {"DOSE", "RED_RESPONSE"}, True, []),
    ("O8 RED, settled since", with_run(A, "a4", after=6), "HOLD", {"DOSE", "RED_SETTLED"}, False, []),
    ("O9 a red flag over a complete dose", replace(A, flags=(flag(),)), "STOP_REFER", {"DOSE", "RED_FLAG"}, True, []),
    (
        "O10 a jump of 32 %",
        with_run(A, "a5", run_m=9500, run_s=3200, fat_s=1400),
        "HOLD",
        {"DOSE", "SPIKE_MODERATE"},
        True,
        [],
    ),
    (
        "O11 a jump of 14 %",
        with_run(A, "a5", run_m=8200, run_s=2900, fat_s=1100),
        "CONTINUE",
        {"DOSE", "SPIKE_SMALL"},
        True,
        [],
    ),
    ("O12 too fast for the stage", with_run(A, "a5", peak3_pct=85), "HOLD", {"DOSE", "CEILING"}, True, []),
    (
        "O13 incline never measured",
        without_incline(replace(A, stage="P4")),
        "INSUFFICIENT_DATA",
        {"DOSE", "METRIC_UNMEASURED"},
        False,
        [("sessions", 0, 3), ("total.inc2_s", None, 1500)],
    ),
    (
        "O14 top speed only estimated",
        with_references(F, v_max_kind="estimated"),
        "INSUFFICIENT_DATA",
        {"DOSE", "REF_NOT_MEASURED"},
        True,
        [],
    ),
    ("O15 a lapse", replace(A, now=at("04-06 18:00")), "INSUFFICIENT_DATA", {"DOSE", "LAPSE"}, True, []),
]


@pytest.mark.parametrize(
    ("case", "decision", "codes", "sufficient", "missing"), [row[1:] for row in EXAMPLES], ids=[r[0] for r in EXAMPLES]
)
def test_the_worked_examples_read_as_they_were_worked_out(case, decision, codes, sufficient, missing):
    verdict = decide(case)
    said = {(part.item, part.measured, part.required) for part in verdict.missing}
    assert (verdict.decision.name, set(verdict.codes), verdict.sufficient) == (decision, codes, sufficient)
    assert said >= set(missing)


def test_the_sprint_stage_is_complete_where_top_speed_was_measured():
    assert decide(F).decision.name == "PROGRESS_READY"


def test_going_back_names_the_stage_below():
    assert decide(EXAMPLES[1][1]).target_stage == "P2"
    assert decide(EXAMPLES[6][1]).target_stage == "P2"
    assert decide(EXAMPLES[5][1]).target_stage is None, "a hold has no target"


def test_the_numbers_of_a_jump_are_in_its_reason():
    (jump,) = (reason for reason in decide(EXAMPLES[9][1]).reasons if reason.code == "SPIKE_MODERATE")
    assert (jump.item, jump.measured, jump.required, jump.session_id) == ("run_m", 1.319, 1.3, "a5")


def _real_cases() -> list[Path]:
    folder = os.environ.get("STRIDEGATE_REAL_DATA")
    return sorted(Path(folder, "cases").glob("*.json")) if folder else []


@pytest.mark.real
@pytest.mark.parametrize("path", _real_cases(), ids=lambda path: path.stem)
def test_case_files_read_as_they_expect(path):
    document = json.loads(path.read_bytes())
    verdict = decide(Case.from_json(path.read_bytes())).to_json()
    expect = document["expect"]
    assert {reason["code"] for reason in verdict["reasons"]} == {"DOSE", *expect["codes"]}
    assert all(verdict[field] == expect[field] for field in {"decision", "sufficient", "target_stage"} & set(expect))
    for part in expect.get("missing", []):
        assert any(part.items() <= said.items() for said in verdict["missing"]), part
