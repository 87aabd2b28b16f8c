"""Which numbers a runner's references can be."""

from __future__ import annotations

import pytest

from rules.references import usable


@pytest.mark.parametrize(
    ("value", "result"),
    [
        *((None, None), (0.0, None), (0.0009, None), (0.001, 0.001), (0.5, 0.5), (1.0, 1.0)),
        *((1_000_000.0, 1_000_000.0), (1_000_000.1, None), (float("nan"), None), (float("inf"), None)),
    ],
)
def test_a_number_outside_of_what_a_runner_can_have_is_absent(value, result):
    assert usable(value) == result
