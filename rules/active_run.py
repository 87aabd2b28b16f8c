"""Active run: while a run is being recorded, no verdict says that the runner is ready for the next step."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from rules.override import Override, Shown, shown
from rules.verdict import Verdict
from rules.vocabulary import Decision, Reason

RUN_BEING_RECORDED = "RUN_BEING_RECORDED"


def during_run(verdict: Verdict) -> Verdict:
    """The verdict as it reads during a run: PROGRESS_READY is CONTINUE until the run has been judged."""
    return replace(
        verdict,
        decision=_capped(verdict.decision),
        reasons=tuple(_capped_reason(reason) for reason in verdict.reasons),
        notes=tuple(sorted({*verdict.notes, RUN_BEING_RECORDED})),
    )


def shown_during_run(verdict: Verdict, overrides: Iterable[Override], *, stage: str, now: datetime) -> Shown:
    """As `override.shown`, for a verdict before `during_run`; an override to PROGRESS_READY waits as well."""
    cautious = [override for override in overrides if override.decision is not Decision.PROGRESS_READY]
    before = shown(verdict, cautious, stage=stage, now=now)
    return Shown(decision=_capped(before.decision), computed=during_run(verdict), override=before.override)


def _capped(decision: Decision) -> Decision:
    return min(decision, Decision.CONTINUE)


def _capped_reason(reason: Reason) -> Reason:
    return replace(reason, verdict=_capped(reason.verdict))
