"""Evidence: where each number that a verdict speaks of comes from, a study or an expert default."""

from __future__ import annotations

from collections.abc import Mapping

from rules.load import SPIKE_LIMITS
from rules.programme import EXPERT_DEFAULT
from rules.view import View
from rules.vocabulary import Reason

OF_RED_FLAGS = "cauda equina pathway (GIRFT, CSP) and expert default"

_OF_CODES: Mapping[str, str] = {
    "RED_FLAG": OF_RED_FLAGS,
    **{limit.code: limit.evidence for limit in SPIKE_LIMITS},
}
_OF_RESPONSES = (
    *("RED_RESPONSE", "RED_SETTLED", "RED_BEFORE_ENTRY_UNSETTLED", "REPEATED_POOR_RESPONSE", "POOR_2_OF_3"),
    "BAD_MORNING",
)
_OF_PROFILES = ("latest_24h", "latest_morning")
_OF_TOLERANCE = ("tolerated_of_4", "settled", "previous_24h", "after_gap")
_OF_STAGES: Mapping[str, str] = {"CEILING": "ceil", "WEEK_CEILING": "ceil7", "REF_NOT_MEASURED": "need_vmax_measured"}


def evidence_of(reason: Reason, view: View) -> str:
    """The source of the limit that a reason speaks of."""
    code = reason.of or reason.code
    if code in _OF_RESPONSES:
        return view.profile.evidence
    if code in _OF_STAGES:
        return view.programme.evidence_for(view.stage, f"{_OF_STAGES[code]}.{reason.item}")
    return _OF_CODES.get(code, EXPERT_DEFAULT)


def evidence_of_number(item: str, view: View) -> str:
    """The source of a number of the stage, such as `total.fat_s`, `ceil.run_s` or `min_days`."""
    if item in _OF_PROFILES:
        return view.profile.evidence
    if item in _OF_TOLERANCE:
        return EXPERT_DEFAULT
    return view.programme.evidence_for(view.stage, "n" if item == "sessions" else item)
