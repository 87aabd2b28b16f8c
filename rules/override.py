"""Override: a physio's other outcome, shown beside the computed decision; never over a red flag."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from rules.errors import OverrideRefused
from rules.verdict import Verdict
from rules.vocabulary import Decision

LEAST_REASON = 10  # characters
DEFAULT_DAYS = 7
MOST_DAYS = 28


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """What a named physio decided instead, why, for which stage or session, and until when (not including it).

    `over` is the computed decision it was made over: it does not cover one that is worse.
    """

    decision: Decision
    over: Decision
    reason: str
    by: str
    at: datetime
    until: datetime
    stage: str | None = None
    session_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What people see: the decision that holds, the computed verdict, and the override where one applies."""

    decision: Decision
    computed: Verdict
    override: Override | None = None


def propose(
    verdict: Verdict,
    decision: Decision,
    *,
    reason: str,
    by: str,
    at: datetime,
    days: float = DEFAULT_DAYS,
    stage: str | None = None,
    session_id: str | None = None,
) -> Override:
    """An override of a verdict, for a stage or for one session. Raises OverrideRefused, in a sentence."""
    if verdict.decision is Decision.STOP_REFER:
        raise OverrideRefused("A red flag cannot be overridden; each flag is cleared by a named clinician.")
    if len(reason.strip()) < LEAST_REASON:
        raise OverrideRefused(f"The reason needs at least {LEAST_REASON} characters.")
    if not by.strip():
        raise OverrideRefused("An override needs the name of the physio.")
    if not 0 < days <= MOST_DAYS:
        raise OverrideRefused(f"An override holds for up to {MOST_DAYS} days.")
    if (stage is None) == (session_id is None):
        raise OverrideRefused("An override is for one stage or for one session.")
    until = at + timedelta(days=days)
    return Override(
        decision=decision,
        over=verdict.decision,
        reason=reason.strip(),
        by=by.strip(),
        at=at,
        until=until,
        stage=stage,
        session_id=session_id,
    )


def shown(verdict: Verdict, overrides: Iterable[Override], *, stage: str, now: datetime) -> Shown:
    """The latest override that applies now, beside the computed verdict; with a red flag the computed one alone.

    One for a stage applies while the runner is on that stage; one for a session while a reason speaks of that
    session; none where the computed decision has become less permissive than the one it was made over.
    """
    applying = [one for one in overrides if one.at <= now < one.until and _concerns(one, verdict, stage)]
    if verdict.decision is Decision.STOP_REFER or not applying:
        return Shown(decision=verdict.decision, computed=verdict)
    latest = max(applying, key=lambda one: one.at)
    return Shown(decision=latest.decision, computed=verdict, override=latest)


def _concerns(override: Override, verdict: Verdict, stage: str) -> bool:
    if verdict.decision < override.over:
        return False
    if override.session_id is None:
        return override.stage == stage
    return any(reason.session_id == override.session_id for reason in verdict.reasons)
