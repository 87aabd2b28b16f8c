"""A session that starts at this very moment is of no wrong clock."""

from __future__ import annotations

from datetime import timedelta

from cases import NOW, felt, run, volume_stage, with_runs

from rules.decide import decide


def test_only_a_session_after_now_is_noted_as_one_of_the_future():
    now, later = (run("b", NOW + timedelta(seconds=s), 600, 1500, felt(morning=None)) for s in (0, 1))
    assert "CLOCK_FUTURE" not in decide(with_runs(volume_stage(), now)).notes
    assert "CLOCK_FUTURE" in decide(with_runs(volume_stage(), later)).notes
