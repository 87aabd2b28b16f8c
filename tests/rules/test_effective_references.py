"""References as both halves of the rules use them: one estimate, made in one place."""

from __future__ import annotations

import math

import pytest

from rules.references import effective
from rules.vocabulary import References


@pytest.mark.parametrize(
    ("v_max", "kind", "v_thr", "expected_v_max", "expected_kind"),
    [
        (8.0, "measured", 4.0, 8.0, "measured"),
        (8.0, "estimated", 4.0, 8.0, "estimated"),
        (8.0, None, 4.0, 8.0, "estimated"),  # nobody said how: an estimate
        (None, None, 4.0, 7.2, "estimated"),
        (None, "measured", 4.0, 7.2, "estimated"),  # a kind without a value measures nothing
        (None, "measured", None, None, None),
        (math.nan, "measured", 4.0, 7.2, "estimated"),
        (0.0, "measured", None, None, None),
        (-8.0, "measured", math.inf, None, None),
    ],
)
def test_an_absent_top_speed_is_estimated_and_says_so(v_max, kind, v_thr, expected_v_max, expected_kind):
    found = effective(References(v_max_mps=v_max, v_max_kind=kind, v_thr_mps=v_thr))
    assert found.v_max_mps == (None if expected_v_max is None else pytest.approx(expected_v_max))
    assert found.v_max_kind == expected_kind
    assert effective(found) == found


def test_a_threshold_is_never_estimated_from_a_top_speed():
    assert effective(References(v_max_mps=8.0, v_max_kind="measured")).v_thr_mps is None


def test_everything_else_is_left_as_it_was():
    given = References(v_thr_mps=4.0, declared_longest_m=6000, hr_max_bpm=190, sex="f", d_prime_m=180)
    found = effective(given)
    assert (found.declared_longest_m, found.hr_max_bpm, found.sex, found.d_prime_m) == (6000, 190, "f", 180)
