"""Each of the promises of the decision, and each trap met while designing, has a planted bug that a test catches."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

HERE = Path(__file__).parent
PLANTED = HERE.parent / "planted"
PROMISES = HERE / "test_invariants.py"
TRAPS = (
    "verdict-the-latest-known-answer-stands-for-the-latest",
    "verdict-mornings-against-last-week",
    "verdict-fatigue-against-the-longest-run",
    "verdict-not-a-number-passes-every-limit",
)


def promised_tests():
    return re.findall(r"^def (test_(\d+)_\w+)", PROMISES.read_text(), re.MULTILINE)


def caught_by():
    """The names of the promises' tests that planted bugs turn red."""
    lines = (line for patch in PLANTED.glob("*.patch") for line in patch.read_text().splitlines())
    named = (re.fullmatch(rf"# turns red: tests/rules/{PROMISES.name}::(\w+)", line) for line in lines)
    return {found[1] for found in named if found}


def test_there_are_seventeen_promises():
    assert {int(number) for _, number in promised_tests()} == set(range(1, 18))


# 14 and 15 have bugs that tests of literal cases catch: random cases meet them too seldom.
@pytest.mark.parametrize("number", [*range(1, 14), 16, 17])
def test_a_promise_has_a_bug_that_its_test_catches(number):
    assert {name for name, promise in promised_tests() if int(promise) == number} & caught_by()


@pytest.mark.parametrize("trap", TRAPS)
def test_a_trap_that_was_met_while_designing_is_planted(trap):
    assert (PLANTED / f"{trap}.patch").exists()
