"""What one run gave to the dose of its stage, or the first thing that kept it out."""

from __future__ import annotations

import pytest
from cases import at, volume_stage, with_run

from rules.added import added
from rules.view import look

A = volume_stage()


@pytest.mark.parametrize(
    ("change", "why_not"),
    [
        ({}, None),
        ({"during": 5}, "response"),
        ({"morning": None}, "pending"),
        ({"quality": "POOR"}, "poor"),
        ({"peak3_pct": 90.0}, "ceiling"),
        ({"start": at("03-12 07:00")}, "before"),
    ],
    ids=["tolerated", "too much pain", "no morning yet", "poorly recorded", "too fast", "before the stage"],
)
def test_a_run_says_why_nothing_of_it_counts(change, why_not):
    found = added(look(with_run(A, "a4", **change)), "a4")
    assert (found.why_not, found.counted) == (why_not, why_not is None)


def test_a_run_shows_its_share_of_what_the_stage_asks_for():
    parts = {part.item: (part.value, part.required) for part in added(look(A), "a4").parts}
    assert parts["total.fat_s"] == (900, 1200) and parts["max.run_s"] == (2700, 2700)


def test_what_no_sensor_measured_is_not_a_zero():
    parts = {part.item: part.value for part in added(look(with_run(A, "a4", fat_s=None)), "a4").parts}
    assert parts["total.fat_s"] is None


def test_a_run_that_nobody_knows_gave_nothing():
    assert added(look(A), "another") is None
