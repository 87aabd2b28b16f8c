"""Load: how far one run went beyond the longest of the 30 days before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from rules.numbers import DECIMALS, known, metric
from rules.vocabulary import Decision, References, Session

NO_TIME, L30 = timedelta(0), timedelta(days=30)
L30_FLOOR_M = 2500.0  # expert default: the base of a runner without any
SPIKE_EXCESS_M = 500.0  # expert default: less than this beyond the longest is no jump, whatever the ratio


@dataclass(frozen=True, slots=True, kw_only=True)
class SpikeLimit:
    """A jump is one from above `ratio` on; the table is read from the largest."""

    code: str
    verdict: Decision
    ratio: float
    evidence: str


SPIKE_LIMITS = (
    SpikeLimit(code="SPIKE_LARGE", verdict=Decision.HOLD, ratio=2.00, evidence="Frandsen 2025, single-session spike"),
    SpikeLimit(
        code="SPIKE_MODERATE", verdict=Decision.HOLD, ratio=1.30, evidence="Frandsen 2025; the step at 30 % is ours"
    ),
    SpikeLimit(code="SPIKE_SMALL", verdict=Decision.CONTINUE, ratio=1.10, evidence="Frandsen 2025"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spike:
    """One session's jump: its distance over `longest_m`, the longest of the 30 days before it."""

    limit: SpikeLimit
    ratio: float
    run_m: float
    longest_m: float


def spike(session: Session, history: Sequence[Session], references: References) -> Spike | None:
    """The jump of a session against the `history` it stands in; None where there is none.

    The comparisons are strict. A session whose distance nobody knows is not judged here.
    """
    run_m = metric(session.metrics, "run_m")
    if run_m is None:
        return None
    longest_m = longest_before(session.start, history, references)
    if round(run_m - longest_m, 6) <= SPIKE_EXCESS_M:
        return None
    for limit in SPIKE_LIMITS:
        # 7,150.11 / 6,500.1 is a little above 1.1 in floating point, and must not be.
        if round(run_m - limit.ratio * longest_m, 6) > 0:
            return Spike(limit=limit, ratio=round(run_m / longest_m, DECIMALS), run_m=run_m, longest_m=longest_m)
    return None


def longest_before(start: datetime, history: Sequence[Session], references: References) -> float:
    """L30: the longest run that began in the 30 days before `start`, of any class, stage and quality, in metres.

    What the runner declared at enrolment serves every session up to 30 days after it was declared.
    """
    before = (session for session in history if NO_TIME < start - session.start <= L30)
    distances = (known(session.metrics.get("run_m")) or 0.0 for session in before)
    return max(L30_FLOOR_M, _declared(start, references), round(max(distances, default=0.0), DECIMALS))


def _declared(start: datetime, references: References) -> float:
    declared_m, at = known(references.declared_longest_m), references.declared_at
    if declared_m is None or at is None or start - at > L30:
        return 0.0
    return declared_m
