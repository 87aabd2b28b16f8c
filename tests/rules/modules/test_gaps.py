"""Days without a run since the stage began, to the day."""

from __future__ import annotations

from datetime import timedelta

from cases import NOW

from rules.gaps import Gap, gaps_since

DAY = timedelta(days=1)


def test_a_stage_that_begins_now_or_later_has_no_gap_yet():
    assert gaps_since(NOW, (), NOW) == (Gap(0, None),)
    assert gaps_since(NOW + DAY, (), NOW) == (Gap(0, None),)


def test_a_run_at_the_moment_of_the_entry_ends_a_gap_of_no_days():
    entered = NOW - 5 * DAY
    assert gaps_since(entered, (entered,), NOW) == (Gap(0, entered), Gap(5, None))
    assert gaps_since(entered, (entered - timedelta(seconds=1),), NOW) == (Gap(5, None),)
