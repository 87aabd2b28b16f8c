"""Numbers at the end of their decimals, and so large that nobody ran them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cases import NOW, codes, mornings, only, run, volume_stage

from rules.load import comparisons
from rules.numbers import plain, total
from rules.profiles import choose
from rules.response import classify
from rules.view import look
from rules.vocabulary import CheckIn, References

TENDON = choose("TENDON", None)


def jump(declared_m, *runs_m):
    """The code of the jump of an outing of these distances, where so much was declared; None where it is none."""
    sessions = (run(f"s{i}", NOW, 1200, run_m, None) for i, run_m in enumerate(runs_m))
    references = References(declared_longest_m=declared_m, declared_at=NOW)
    case = replace(volume_stage(), sessions=tuple(sessions), references=references)
    found = comparisons(look(case))[f"s{len(runs_m) - 1}"].jump
    return found.limit.code if found else None


def test_an_amount_beyond_all_running_counts_as_a_thousand_million():
    assert total([2e9]) == 1e9
    assert total([1e9, 0.25]) == 1_000_000_000.25


@pytest.mark.parametrize(
    ("morning", "response"), [(2.0, "GREEN"), (2.000_000_4, "GREEN"), (2.000_001, "AMBER"), (2.000_004, "AMBER")]
)
def test_a_rise_in_the_morning_is_read_to_six_decimals(morning, response):
    assert classify(CheckIn(during=0, morning=morning), TENDON, 1.0, None).name == response


def test_a_better_morning_is_no_rise_and_no_less_than_none():
    strict = choose({"name": "TENDON", "green": {"rise": -0.5}}, None)
    assert classify(CheckIn(during=0, morning=0), strict, 3.0, None).name == "AMBER", "a limit nobody can keep"


@pytest.mark.parametrize(("declared_m", "is_jump"), [(3000, False), (2999.999_999_7, False), (2999.999_996, True)])
def test_a_jump_is_read_to_six_decimals(declared_m, is_jump):
    assert (jump(declared_m, 3605) is not None) is is_jump, "500 m more than 3,000 m, and 3 %"


@pytest.mark.parametrize(
    ("declared_m", "is_next"), [(10_000, False), (9999.999_999_8, False), (9999.999_995_5, True), (9999.9, True)]
)
def test_the_ratio_of_a_jump_is_read_to_six_decimals_of_a_metre(declared_m, is_next):
    assert (jump(declared_m, 13_000) == "SPIKE_MODERATE") is is_next


@pytest.mark.parametrize(
    ("baseline", "morning", "is_trend"),
    [
        (1.0, 2.0, False),
        (1.0, 2.000_000_4, False),
        (1.0, 2.000_001, True),
        (1.000_000_6, 2.000_001, False),
        (1.000_006, 2.000_008, True),
        (1.000_006, 2.000_006, False),
    ],
)
def test_a_trend_of_the_mornings_is_read_to_six_decimals(baseline, morning, is_trend):
    case = replace(only(volume_stage()), baseline_morning=baseline, daily=mornings(morning, morning, morning))
    assert ("MORNING_TREND" in codes(case)) is is_trend


def test_a_whole_number_is_shown_without_its_point_and_nothing_else_is_changed():
    assert [repr(plain(value)) for value in (4.0, 2.5, 3, "RED", None)] == ["4", "2.5", "3", "'RED'", "None"]


@pytest.mark.parametrize(
    ("declared_m", "run_m", "code"),
    [
        (2500.2, 3090.206, None),  # 1.03 times 3,000.2 in decimals, a little less in floating point
        (2500.2, 3090.207, "SPIKE_SMALL"),
        (5600.1, 7280.13, "SPIKE_SMALL"),
        (5600.1, 7280.131, "SPIKE_MODERATE"),
        (3300.3, 6600.6, "SPIKE_MODERATE"),
        (3300.3, 6600.601, "SPIKE_LARGE"),
    ],
)
def test_a_jump_at_exactly_its_limit_is_none_whatever_the_decimals(declared_m, run_m, code):
    assert jump(declared_m, run_m) == code


def test_the_distances_of_an_outing_add_up_as_written():
    assert jump(5000, 1888.1, 1888.2, 1888.7) is None, "5,665 m: a tenth more than 5,000 m, and 3 %"
    assert jump(5000, 1888.1, 1888.2, 1888.701) == "SPIKE_SMALL"
