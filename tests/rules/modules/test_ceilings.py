"""What an outing holds of each limit."""

from __future__ import annotations

from rules.ceilings import held_in_outing


def test_seconds_are_summed_over_an_outing_and_a_peak_is_that_of_its_last_session():
    values = [{"run_s": 600.0, "peak3_pct": 90.0}, {"run_s": 900.0, "peak3_pct": 60.0}]
    assert held_in_outing(values) == {"run_s": 1500, "peak3_pct": 60}
    assert held_in_outing(values[:1]) == {"run_s": 600, "peak3_pct": 90}
    assert held_in_outing([{"run_s": None}, {"run_s": 900.0}]) == {"run_s": 900}
    assert held_in_outing([{"run_s": None}, {"run_s": None}]) == {"run_s": None}
