"""A stage that nobody could complete is refused when it is saved; one that is bold is asked about."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rules.feasibility import most_sessions, profile_refusals, programme_refusals, refusals
from rules.forms.programme_files import KEYS
from rules.guard_rails import edit_warnings
from rules.profiles import PROFILES, Limits
from rules.programme import load

P3, P6, F9 = load("PHT").stages[2], load("PHT").stages[5], load("FIBRE").stages[8]


@pytest.mark.parametrize("key", KEYS)
def test_every_built_in_stage_can_be_completed(key):
    assert programme_refusals(load(key)) == ()


IMPOSSIBLE = [
    (
        {"max": {"run_s": 3301}},
        "max.run_s",
        "55 min 1 s of running time in one session, where its ceilings allow 55 min",
    ),
    ({"max": {"run_s": 3300}}, None, ""),
    ({"each": {"t_thr95_s": 121}}, "each.t_thr95_s", "ceilings allow 2 min"),
    ({"each": {"inc8_s": 181}}, "each.inc8_s", "ceilings allow 3 min"),
    ({"each": {"cont_run_s": 3301}}, "each.cont_run_s", "ceilings allow 55 min"),
    ({"each": {"t_thr105_s": 121}}, "each.t_thr105_s", "ceilings allow 2 min"),
    ({"total": {"eff70_n": 4}}, "ceil.peak3_pct against eff70_n", "its ceiling is 60 % of top speed"),
    ({"total": {"eff60_n": 4}}, None, ""),
    ({"min_days": 5}, "min_days", "4 sessions with 48 h between their starts take 6 days, longer than its least days"),
    ({"min_days": 6}, None, ""),
    ({"window_days": 5}, "window_days", "longer than the window"),
    ({"window_days": 6}, None, ""),
    ({"window_days": 0}, "window_days", "A window of no days"),
    ({"ceil7": {"runs": 0}}, "n", "do not fit the window, the spacing and the week"),
    ({"total": {"t_thr95_s": 1801}}, "total.t_thr95_s", "hold at most 30 min of time at 95 %"),
    ({"total": {"t_thr95_s": 1800}}, None, ""),
    ({"n": 0}, "n", "asks for nothing"),
    ({"n": 2.5}, "n", "counted whole"),
    ({"each": None, "total": None, "max": None}, "n", "asks for nothing"),
    ({"spacing_h": -1}, "spacing_h", "below 0"),
    ({"terminal": True, "n": 0}, None, ""),
]


@pytest.mark.parametrize(("change", "item", "sentence"), IMPOSSIBLE, ids=[str(row[0]) for row in IMPOSSIBLE])
def test_an_impossible_stage_is_refused_with_the_reason(change, item, sentence):
    found = {refusal.item: refusal.reason for refusal in refusals(P3.changed(change))}
    if item is None:
        assert found == {}
    else:
        assert sentence in found[item]
        assert found[item].startswith("Stage P3: ")


def test_how_many_sessions_a_window_holds():
    assert most_sessions(P3) == 15, "one start in 48 hours; four in a week would be 16"
    assert most_sessions(P6) == 10, "72 hours"
    assert most_sessions(P3.changed({"spacing_h": None})) == 16, "four weeks of four"
    assert most_sessions(P3.changed({"window_days": None})) == float("inf")


def test_a_second_week_that_has_only_begun_has_room_for_its_sessions():
    ten_days = P3.changed({"spacing_h": None, "window_days": 10})
    assert most_sessions(ten_days) == 8, "four on the first day, four more than seven days later"
    assert most_sessions(P3.changed({"spacing_h": None, "window_days": 7})) == 4, "the seventh day is of the same week"
    assert refusals(ten_days.changed({"n": 5, "min_days": None})) == ()


def test_green_must_lie_below_red():
    tendon = PROFILES["TENDON"]
    assert profile_refusals(tendon) == ()
    for item in ("during", "after", "rise", "morning"):
        level = replace(tendon, green=replace(tendon.green, **{item: tendon.red.of(item)}))
        assert [refusal.item for refusal in profile_refusals(level)] == [item]


def test_a_bold_edit_is_asked_about_and_may_be_saved():
    bold = P3.changed({"ceil": {"run_s": 4291, "peak3_pct": None}, "min_days": 13})
    wide = replace(PROFILES["TENDON"], green=Limits(during=5.5, after=3, rise=1, morning=3))
    warnings = edit_warnings(P3, bold, default=P3, profile=wide)
    assert [warning.split()[:4] for warning in warnings] == [
        ["The", "ceiling", "for", "running"],
        ["The", "ceiling", "for", "fastest"],
        ["The", "stage", "is", "shorter"],
        ["Pain", "above", "5", "of"],
    ]
    assert refusals(bold) == ()


def test_a_cautious_edit_is_not_asked_about():
    cautious = P3.changed({"ceil": {"run_s": 4290, "peak3_pct": 55}, "min_days": 21})
    assert edit_warnings(P3, cautious, default=P3, profile=PROFILES["TENDON"]) == ()
    assert refusals(F9) == ()
