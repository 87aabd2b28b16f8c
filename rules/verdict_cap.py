"""Verdict cap: a verdict that may not say PROGRESS_READY yet, with the reason for it; nothing stricter changes."""

from __future__ import annotations

from dataclasses import replace

from rules.verdict import Verdict
from rules.vocabulary import Decision, Reason

REMEASURING = "REMEASURING"  # recordings are measured again under a new version of the rules or of a decoder


def capped(verdict: Verdict, code: str) -> Verdict:
    """The verdict with one more reason, which allows at most CONTINUE.

    The reasons of the computed verdict stay, so what it said is not lost.
    """
    cap = Reason(code=code, verdict=Decision.CONTINUE)
    reasons = sorted((*verdict.reasons, cap), key=lambda reason: reason.sort_key)
    return replace(verdict, decision=min(verdict.decision, cap.verdict), reasons=tuple(reasons))
