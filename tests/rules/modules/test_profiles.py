"""The limits of a profile: contradictions, and the stricter of two, item by item."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rules.errors import ProgrammeInvalid
from rules.profiles import PROFILES, named, reached_limits, stricter

TENDON, NEURAL = PROFILES["TENDON"], PROFILES["NEURAL"]


@pytest.mark.parametrize("name", [None, "", "tendon"])
def test_a_name_that_is_missing_or_unknown_is_refused(name):
    with pytest.raises(ProgrammeInvalid, match="no tolerance profile named"):
        named(name)


@pytest.mark.parametrize("item", ["during", "after", "rise", "morning"])
def test_a_green_limit_at_or_above_its_red_one_is_named_and_one_below_is_not(item):
    red = TENDON.red.of(item)
    for green, reached in ((red - 0.5, ()), (red, (item,)), (red + 1, (item,))):
        assert reached_limits(replace(TENDON, green=replace(TENDON.green, **{item: green}))) == reached


def test_a_limit_that_is_missing_on_one_side_contradicts_nothing():
    assert reached_limits(replace(TENDON, green=replace(TENDON.green, sitting=9))) == ()
    assert reached_limits(replace(NEURAL, red=replace(NEURAL.red, sitting=0))) == ()


def test_the_stricter_of_two_profiles_has_the_smaller_limit_of_each_item_and_any_red_spread():
    loose = replace(TENDON, green=replace(TENDON.green, during=5, sitting=5))
    both = stricter(loose, TENDON)
    assert (both.green.during, both.green.sitting, both.spread_is_red) == (3, 3, False)
    assert stricter(TENDON, loose).green == both.green
    assert stricter(NEURAL, TENDON).spread_is_red and stricter(TENDON, NEURAL).spread_is_red
    assert stricter(NEURAL, TENDON).green.sitting == 3, "only one of them limits it"
