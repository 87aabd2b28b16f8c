"""Need: why a runner should be looked at by their physio, the most urgent first."""

from __future__ import annotations

from enum import IntEnum

from rules.vocabulary import Decision
from server.review import Look


class Need(IntEnum):
    """In the order in which a physio should look."""

    RED_FLAG = 0
    STEP_BACK = 1
    JUMP = 2
    POOR_RESPONSE = 3
    HOLD = 4
    SILENCE = 5
    READY = 6
    NOTHING = 7


_POOR = {"RED_SETTLED", "RED_BEFORE_ENTRY_UNSETTLED", "POOR_2_OF_3", "MORNING_TREND", "SITE_CHANGED"}


def need_of(look: Look) -> Need:
    """The first that applies; what nobody can tell needs a look before what may simply go on."""
    if look.shown is None or look.verdict is None:
        return Need.SILENCE
    decision = look.shown.decision
    if decision is Decision.STOP_REFER:
        return Need.RED_FLAG
    if decision is Decision.REGRESS:
        return Need.STEP_BACK
    codes = {reason.code for reason in look.verdict.reasons}
    if any(code.startswith("SPIKE_") for code in codes):
        return Need.JUMP
    if codes & _POOR:
        return Need.POOR_RESPONSE
    others = {
        Decision.HOLD: Need.HOLD,
        Decision.INSUFFICIENT_DATA: Need.SILENCE,
        Decision.PROGRESS_READY: Need.READY,
    }
    return others.get(decision, Need.NOTHING)
