"""Which session that was not tolerated is named, and as what."""

from __future__ import annotations

from dataclasses import replace

from cases import at, codes, volume_stage, with_run

A = replace(with_run(volume_stage(), "a5", during=8), stage_entered_at=at("03-29 00:00"))


def test_a_red_run_from_before_the_stage_that_nothing_settled_is_not_named_as_settled():
    found = codes(A)
    assert "RED_BEFORE_ENTRY_UNSETTLED" in found and "RED_SETTLED" not in found
