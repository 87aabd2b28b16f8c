"""Programmes are data: the built-in ladders, what extends them, and what a physio changes."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from cases import volume_stage

from rules.case import Case
from rules.decide import decide
from rules.errors import BadCase, ProgrammeInvalid
from rules.forms.merge_patch import merge_patch
from rules.forms.programme_files import KEYS
from rules.profiles import PROFILES, choose
from rules.programme import load


@pytest.mark.parametrize(("key", "days"), [("PHT", 100), ("DHT", 97), ("NEURAL", 73), ("IMT", 60), ("FIBRE", 41)])
def test_the_least_days_of_a_ladder_add_up(key, days):
    assert sum(stage.min_days or 0 for stage in load(key).stages) == days


# IMT as FIBRE with one session more, longer, and locked until later; the numbers of an expert default.
IMT = [
    ("C1", 3, 24, 3, None),
    ("C2", 3, 24, 4, None),
    ("C3", 3, 48, 6, None),
    ("C4", 3, 48, 6, None),
    ("C5", 4, 72, 10, 21),
    ("C6", 3, 48, 5, None),
    ("C7", 3, 72, 7, None),
    ("C8", 3, 72, 7, 35),
    ("C9", 4, 72, 12, 42),
    ("C10", None, None, None, None),
]


def test_what_extends_a_ladder_is_copied_renamed_raised_and_then_changed():
    imt = load("IMT")
    assert [(s.id, s.n, s.spacing_h, s.min_days, s.earliest_day) for s in imt.stages] == IMT
    assert imt.stages[4].ceil == {"run_s": 3000, "peak3_pct": 88, "eff80_n": 6}
    assert imt.stages[8].ceil == {"run_s": 5400, "eff90_n": 6}
    assert imt.stages[8].total == load("FIBRE").stages[8].total


def test_null_in_a_change_deletes():
    assert load("NEURAL").stages[2].ceil == {"run_s": 3300, "peak3_pct": 60, "dn4_s": 300}


@pytest.mark.parametrize("key", KEYS)
def test_every_stage_that_limits_steep_running_uphill_limits_it_downhill(key):
    before = {stage.id: stage.ceil for stage in load(f"{key}@1").stages}
    for stage in load(key).stages:
        if "inc4_s" in stage.ceil:
            assert stage.ceil["dn4_s"] == before[stage.id].get("dn4_s", 300), stage.id


def _specified() -> dict[str, dict]:
    folder = os.environ.get("STRIDEGATE_REAL_DATA")
    return json.loads(Path(folder, "programmes2.json").read_bytes()) if folder else {}


KEPT = {"N3": {"dn4_s": 300}}  # the specification takes this limit away; the built-in stage is the stricter one


@pytest.mark.real
@pytest.mark.parametrize(("key", "document"), _specified().items(), ids=list(_specified()))
def test_a_built_in_programme_has_the_numbers_of_the_specification(key, document):
    programme, specified = load(key), load(document)
    names = ("name", "version", "profile", "sites", "add_on")
    assert [getattr(programme, name) for name in names] == [getattr(specified, name) for name in names]
    for stage, other in zip(programme.stages, specified.stages, strict=True):
        ceil = {**other.ceil, **KEPT.get(stage.id, {})}
        assert replace(stage, evidence={}) == replace(other, ceil=ceil, evidence={}), stage.id


def test_an_earlier_version_is_kept_under_its_own_key():
    assert [load(f"{key}@1").version for key in KEYS] == ["1"] * len(KEYS)
    assert load("NEURAL@1").origin == "NEURAL"


def test_sites_and_versions_stand_in_each_programme_and_are_not_inherited():
    assert load("NEURAL").sites == ()
    mine = load({"extends": "PHT"})
    assert (mine.sites, mine.version, mine.profile) == ((), None, "TENDON")


def test_each_built_in_programme_reads_with_its_version_and_sources():
    for key in KEYS:
        programme = load(key)
        assert programme.version == "2"
        assert programme.stages[-1].terminal
        assert len({stage.id for stage in programme.stages}) == len(programme.stages)
        assert {"profile", "min_days", "ceil", "spacing_h"} <= set(programme.evidence)


def test_a_number_names_its_source():
    pht, mine = load("PHT"), load({"extends": "PHT", "override": {"3": {"total": {"fat_s": 900}}}})
    assert pht.evidence_for(pht.stages[2], "total.fat_s") == "expert default"
    assert pht.evidence_for(pht.stages[2], "min_days").startswith("expert default, in line with")
    assert mine.evidence_for(mine.stages[2], "total.fat_s") == "set by your physio"
    assert mine.evidence_for(mine.stages[2], "max.run_s") == "expert default"
    changed = pht.stages[2].changed({"min_days": 20, "ceil": {"run_s": 3000}})
    assert pht.evidence_for(changed, "min_days") == pht.evidence_for(changed, "ceil.run_s") == "set by your physio"
    assert pht.evidence_for(changed, "ceil.peak3_pct") == "expert default"


def test_a_physio_may_write_a_whole_ladder():
    mine = load(
        {
            "name": "a short way back",
            "version": 3,
            "profile": "FIBRE",
            "sites": ["mid_thigh"],
            "stages": [{"id": "X1", "n": 2, "each": {"run_s": 600, "fat_s": None}}, {"id": "X2", "terminal": True}],
        }
    )
    assert (mine.version, mine.sites, mine.index("X2")) == ("3", ("mid_thigh",), 1)
    assert mine.stages[0].each == {"run_s": 600}


def test_a_physio_may_extend_what_extends():
    mine = load({"extends": "IMT", "id_prefix": "M", "n_add": 1, "override": {"1": {"n": 2}}})
    assert [stage.n for stage in mine.stages] == [2, 4, 4, 4, 5, 4, 4, 4, 5, None], "the change comes after the raise"
    assert mine.stages[0].id == "M1"
    assert mine.profile == "IMT"


@pytest.mark.parametrize(
    ("programme", "sentence"),
    [
        ("NOPE", "There is no programme 'NOPE'"),
        ("../PHT", "There is no programme"),
        ({"extends": "NOPE"}, "There is no programme 'NOPE'"),
        ({"extends": "PHT", "override": {"11": {}}}, "names no stage: they count from 1 to 10"),
        ({"extends": "PHT", "override": {"0": {}}}, "names no stage"),
        ({"extends": "PHT", "override": {"-1": {}}}, "names no stage"),
        ({"extends": "PHT", "override": {"last": {}}}, "names no stage"),
        ({"extends": "PHT", "stages": [{"id": "X"}]}, "changes its stages by override"),
        ({"stages": [{"n": 2}]}, "has no id"),
        ({"stages": [{"id": "X", "n": float("nan")}]}, "not a finite number"),
        ({"stages": [{"id": "X", "n": "two"}]}, "cannot be read"),
    ],
)
def test_what_is_no_programme_is_said_in_a_sentence(programme, sentence):
    with pytest.raises(ProgrammeInvalid, match=sentence):
        load(programme)


def test_a_stage_that_stands_twice_is_no_stage_to_be_on():
    twice = load({"stages": [{"id": "X"}, {"id": "X"}]})
    with pytest.raises(ProgrammeInvalid, match="more than one stage 'X'"):
        twice.index("X")


# The examples of RFC 7396, appendix A.
MERGE = [
    ({"a": "b"}, {"a": "c"}, {"a": "c"}),
    ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
    ({"a": "b"}, {"a": None}, {}),
    ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
    ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
    ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
    ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
    ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
    (["a", "b"], ["c", "d"], ["c", "d"]),
    ({"a": "b"}, ["c"], ["c"]),
    ({"a": "foo"}, None, None),
    ({"a": "foo"}, "bar", "bar"),
    ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
    ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
    ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
]


@pytest.mark.parametrize(("target", "patch", "result"), MERGE)
def test_changes_are_laid_over_as_the_standard_says(target, patch, result):
    before = str(target)
    assert merge_patch(target, patch) == result
    assert str(target) == before, "what is changed is a copy"


def test_an_override_in_the_case_changes_the_stage_and_only_what_it_names():
    case = volume_stage(stage_override={"total": {"fat_s": 1900}, "max": None, "min_days": None})
    verdict = decide(case)
    assert [(part.item, part.measured, part.required) for part in verdict.missing] == [("total.fat_s", 1800, 1900)]


def test_an_override_may_make_a_stage_the_last_or_an_ordinary_one():
    assert decide(volume_stage(stage_override={"terminal": True})).codes == ("TERMINAL",)
    again = decide(volume_stage(stage="P10", stage_override={"terminal": None, "n": 1, "each": {"run_s": 60}}))
    assert "DOSE" in again.codes


PROFILE_CHANGES = [
    ({"name": "TENDON", "green": {"during": 5}}, 5, 3, 6),
    ({"name": "FIBRE"}, 2, 2, 5),
    ({"name": "TENDON", "green": {"during": None, "after": 4}, "red": {"during": 7}}, 3, 4, 7),
]


@pytest.mark.parametrize(("wanted", "during", "after", "red"), PROFILE_CHANGES)
def test_a_changed_profile_keeps_the_limits_it_does_not_name(wanted, during, after, red):
    profile = choose(wanted, "TENDON")
    assert (profile.green.during, profile.green.after, profile.red.during) == (during, after, red)


@pytest.mark.parametrize("name", [None, "", "mine", "tendon"])
def test_limits_without_the_name_of_a_known_profile_are_none(name):
    every = dict.fromkeys(("during", "after", "rise", "morning"), 1)
    with pytest.raises(ProgrammeInvalid, match="There is no tolerance profile named"):
        choose({"name": name, "green": every, "red": dict.fromkeys(every, 4)}, "TENDON")


def test_only_the_profile_neural_takes_a_spread_for_red():
    assert [name for name, profile in PROFILES.items() if profile.spread_is_red] == ["NEURAL"]
    assert choose({"name": "NEURAL", "green": {"during": 3}}, None).spread_is_red


def test_a_case_may_widen_green_to_the_literal_model():
    case = volume_stage()
    amber = replace(case, sessions=(*case.sessions[:-1], _felt(case.sessions[-1], during=5)))
    assert decide(amber).decision.name == "CONTINUE"
    wide = replace(amber, profile={"name": "TENDON", "green": {"during": 5}})
    assert decide(wide).decision.name == "PROGRESS_READY"


def test_wrong_types_in_a_programme_are_the_documents_fault_and_the_rest_is_judged():
    with pytest.raises(BadCase):
        Case.from_json({**_document(), "programme": {"stages": [{"id": "P3", "each": 5}]}})
    verdict = decide(Case.from_json({**_document(), "programme": {"version": "9", "stages": [{"id": "P3"}]}}))
    assert (verdict.decision.name, verdict.programme_version) == ("INSUFFICIENT_DATA", "9")


def _document():
    return {
        "programme": "PHT",
        "stage": "P3",
        "stage_entered_at": "2026-03-14T00:00:00Z",
        "now": "2026-03-30T18:00:00Z",
    }


def _felt(session, **said):
    return replace(session, check_in=replace(session.check_in, **said))
