"""Which outings are without an answer."""

from __future__ import annotations

from cases import at, codes, felt, run, volume_stage, with_runs

A = volume_stage()


def test_painkillers_in_one_of_two_sessions_of_an_outing_leave_the_outing_without_an_answer():
    pills = felt(painkillers=True)
    days = ("03-27", "03-29")
    sessions = [
        run(f"{day}{hour}", at(f"{day} {hour}:00"), 1800, 3000, pills if hour == "07" else felt())
        for day in days
        for hour in ("07", "12")
    ]
    assert "MISSING_24H" in codes(with_runs(A, *sessions))
    assert "MISSING_24H" not in codes(with_runs(A, *sessions[2:]))
