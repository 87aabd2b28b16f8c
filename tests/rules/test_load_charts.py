"""Load charts: worked examples M5 and M7, and what is not drawn."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.load_charts import load_charts, session_rpe_load

STEADY_THEN_DOUBLE = [5.0] * 21 + [10.0] * 7


def test_the_acute_to_chronic_ratios_are_as_the_specification_works_them_out():
    """21 days of 5 km, then 7 of 10 km: 10/6.25, 10/5, and exponentially weighted 9.333/6.968."""
    charts = load_charts(STEADY_THEN_DOUBLE)
    assert charts.acwr_coupled == pytest.approx(1.6)
    assert charts.acwr_uncoupled == pytest.approx(2.0)
    assert charts.acwr_ewma == pytest.approx(1.339, abs=0.0005)
    assert charts.week_ratio == pytest.approx(2.0)


def test_monotony_and_strain_are_as_the_specification_works_them_out():
    """Mean 200 and population deviation 183.23 of the week: 1.0916; times 1400: 1528.2."""
    charts = load_charts([300, 0, 250, 0, 400, 0, 450])
    assert charts.week_load == 1400
    assert charts.monotony == pytest.approx(1.0915, abs=1e-4)
    assert charts.strain == pytest.approx(1528.2, abs=0.1)


def test_a_week_that_is_every_day_the_same_has_no_monotony():
    assert load_charts([100.0] * 7).monotony is load_charts([100.0] * 7).strain is None


def test_a_week_of_rest_has_no_monotony_and_a_load_of_zero():
    assert (load_charts([0.0] * 7).week_load, load_charts([0.0] * 7).monotony) == (0, None)


@pytest.mark.parametrize("unknown", [None, math.nan, math.inf, -1.0])
def test_an_unknown_day_is_not_a_rest_day(unknown):
    week = [300, 0, 250, unknown, 400, 0, 450]
    assert load_charts(week).week_load is load_charts(week).monotony is None


def test_ratios_need_28_days():
    assert load_charts(STEADY_THEN_DOUBLE[1:]).acwr_coupled is None


@pytest.mark.parametrize(("sessions", "drawn"), [(5, False), (6, True)])
def test_ratios_need_six_days_of_load(sessions, drawn):
    days = [0.0] * (28 - sessions) + [5.0] * sessions
    assert (load_charts([0.0] * 22 + days).acwr_coupled is not None) is drawn


@pytest.mark.parametrize(("unknown", "drawn"), [(3, True), (4, False)])
def test_ratios_bear_three_unknown_days(unknown, drawn):
    days = [5.0] * (28 - 7 - unknown) + [None] * unknown + [10.0] * 7
    charts = load_charts(days)
    assert (charts.acwr_uncoupled is not None) is drawn
    if drawn:
        assert charts.acwr_uncoupled == pytest.approx(2.0)  # the mean is over the known days


def test_a_chronic_load_of_zero_gives_no_ratio():
    assert load_charts([5.0] * 10 + [0.0] * 28).acwr_coupled is None


def test_an_unknown_day_leaves_the_weighted_mean_as_it_was():
    known = load_charts([None, *STEADY_THEN_DOUBLE])
    assert known.acwr_ewma == load_charts(STEADY_THEN_DOUBLE).acwr_ewma


@pytest.mark.parametrize(
    ("exertion", "minutes", "load"),
    [(5, 40, 200), (0, 40, 0), (None, 40, None), (5, None, None), (11, 40, None), (5, -1, None), (math.nan, 40, None)],
)
def test_exertion_times_minutes(exertion, minutes, load):
    assert session_rpe_load(exertion, minutes) == load


@given(
    st.lists(st.none() | st.floats(allow_nan=True, allow_infinity=True) | st.sampled_from([0.0, 5000.0]), max_size=80)
)
def test_no_history_is_too_odd_to_be_charted(daily):
    charts = load_charts(daily)
    for value in (
        charts.week_load,
        charts.week_ratio,
        charts.monotony,
        charts.strain,
        charts.acwr_coupled,
        charts.acwr_ewma,
    ):
        assert value is None or math.isfinite(value)
