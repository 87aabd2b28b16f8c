"""For how long an override holds."""

from __future__ import annotations

import pytest
from cases import NOW, volume_stage

from rules.decide import decide
from rules.errors import OverrideRefused
from rules.override import propose
from rules.vocabulary import Decision

REASON = {"reason": "seen running today", "by": "Nadia Vek", "at": NOW, "stage": "P3"}


@pytest.mark.parametrize(("days", "is_possible"), [(0, False), (0.5, True), (1, True), (28, True), (28.5, False)])
def test_an_override_holds_for_up_to_28_days(days, is_possible):
    verdict = decide(volume_stage())
    if is_possible:
        assert propose(verdict, Decision.HOLD, days=days, **REASON).until > NOW
    else:
        with pytest.raises(OverrideRefused, match="up to 28 days"):
            propose(verdict, Decision.HOLD, days=days, **REASON)
