"""What a stage may leave out, and the smallest number of each kind that is refused."""

from __future__ import annotations

import pytest

from rules.feasibility import programme_refusals, refusals
from rules.programme import load

P3 = load("PHT").stages[2]


def refused(change):
    return {refusal.item for refusal in refusals(P3.changed(change))}


@pytest.mark.parametrize(
    ("change", "items"),
    [
        ({"window_days": None}, set()),
        ({"window_days": 1}, {"window_days"}),
        ({"window_days": 1, "n": 1, "min_days": 0, "total": None}, set()),
        ({"n": None}, {"n"}),
        ({"spacing_h": None, "min_days": 0}, set()),
        ({"total": {"eff70_n": 0}}, set()),
        ({"total": {"eff70_n": 1}}, {"ceil.peak3_pct against eff70_n"}),
        ({"total": {"eff60_n": 1}}, set()),
    ],
    ids=str,
)
def test_what_is_left_out_binds_nothing(change, items):
    assert refused(change) == items


def test_every_stage_of_a_programme_is_looked_at():
    found = programme_refusals(load({"extends": "PHT", "override": {"3": {"n": 2.5}}}))
    assert [(refusal.stage, refusal.item) for refusal in found] == [("P3", "n")]
