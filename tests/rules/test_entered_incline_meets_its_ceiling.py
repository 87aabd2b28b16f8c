"""An incline that the runner typed in earns nothing, and is held against the stage's limit all the same."""

import pytest

from rules.ceilings import ceiling_metric, held, passed


@pytest.mark.parametrize(
    ("metrics", "name", "held_against"),
    [
        ({"inc4_s": None, "inc4_ceil_s": 400.0}, "inc4_s", 400.0),
        ({"inc4_s": 200.0, "inc4_ceil_s": None}, "inc4_s", 200.0),
        ({"inc4_s": None}, "inc4_s", None),
        ({"eff80_n": 3.0, "eff80_ceil_n": 5.0}, "eff80_n", 5.0),
        ({"uf_n": None, "uf_ceil_n": 13.0}, "uf_n", 13.0),
        ({"peak3_pct": 85.0}, "peak3_pct", 85.0),
    ],
)
def test_a_ceiling_reads_its_own_count_where_there_is_one(metrics, name, held_against):
    assert ceiling_metric(metrics, name) == held_against


def test_four_hundred_typed_seconds_break_a_limit_of_three_hundred():
    limits = {"inc4_s": 300}
    (breach,) = passed(held({"inc4_s": None, "inc4_ceil_s": 400.0}, limits), limits)
    assert (breach.metric, breach.measured, breach.ceiling) == ("inc4_s", 400.0, 300)
