"""Load: how far one outing went beyond the longest of the 30 days before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from rules.numbers import DECIMALS, known, metric, total
from rules.view import Outing, Seen, View
from rules.vocabulary import Decision, References, Response
from rules.windows import age_days

NO_TIME, L30 = timedelta(0), timedelta(days=30)
L30_FLOOR_M = 2500.0  # expert default: the base of a runner without any
SPIKE_EXCESS_M = 500.0  # expert default: less than this beyond the longest is no jump, whatever the ratio
MOST_FROM_A_JUMP = 1.3  # a jump raises the base of the next one by at most so much; expert default
MEASURING_ERROR = 1.03  # an ordinary error of the sensor is no jump; expert default


@dataclass(frozen=True, slots=True, kw_only=True)
class SpikeLimit:
    """A jump is one from above `ratio` on; the table is read from the largest."""

    code: str
    verdict: Decision
    ratio: float
    evidence: str


SPIKE_LIMITS = (
    SpikeLimit(code="SPIKE_LARGE", verdict=Decision.HOLD, ratio=2.00, evidence="Frandsen 2025, single-session spike"),
    SpikeLimit(code="SPIKE_MODERATE", verdict=Decision.HOLD, ratio=1.30, evidence="Frandsen 2025"),
    SpikeLimit(code="SPIKE_SMALL", verdict=Decision.HOLD, ratio=1.10, evidence="Frandsen 2025"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spike:
    """One jump: the distance of an outing up to a session, over `longest_m`, the longest of the 30 days before it."""

    limit: SpikeLimit
    ratio: float
    run_m: float
    longest_m: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The distance of an outing up to a session, over the longest of the 30 days before it, both in metres."""

    run_m: float
    longest_m: float
    jump: Spike | None

    @property
    def ratio(self) -> float:
        return self.run_m / self.longest_m


@dataclass(frozen=True, slots=True)
class History:
    """What each outing of the last 60 days gives to the longest distance of later ones, in metres, in order of time."""

    starts: tuple[datetime, ...]
    contributions_m: tuple[float, ...]
    references: References

    def longest_before(self, moment: datetime, *, session_start: datetime | None = None) -> float:
        """L30: the longest tolerated outing of the 30 days before the start of an outing, in metres.

        The distance that was declared at enrolment serves every session up to 30 days after it was declared.
        """
        return _longest(moment, session_start or moment, self.starts, self.contributions_m, self.references)


def history(view: View) -> History:
    """What was run and tolerated, outing by outing."""
    starts: list[datetime] = []
    contributions_m: list[float] = []
    for outing in view.outings:
        contributions_m.append(_contribution(outing, view, starts, contributions_m))
        starts.append(outing.start)
    return History(tuple(starts), tuple(contributions_m), view.case.references)


def spike(seen: Seen, outing: Outing, before: History) -> Spike | None:
    """The jump of an outing up to one of its sessions; None if there is none or its distance is not known.

    The comparisons are strict.
    """
    if metric(seen.session.metrics, "run_m") is None:
        return None
    run_m = distance_until(seen, outing)
    longest_m = before.longest_before(outing.start, session_start=seen.start)
    if run_m <= round(MEASURING_ERROR * largest_step(longest_m), 6):
        return None
    for limit in SPIKE_LIMITS:
        # 7,150.11 / 6,500.1 is a little above 1.1 in floating point, and must not be.
        if round(run_m - limit.ratio * longest_m, 6) > 0:
            return Spike(limit=limit, ratio=round(run_m / longest_m, DECIMALS), run_m=run_m, longest_m=longest_m)
    return None


def comparisons(view: View) -> dict[str, Comparison]:
    """Each session whose distance is known against the longest of the 30 days before it, by its id."""
    before = history(view)
    return {
        seen.id: Comparison(
            run_m=distance_until(seen, outing),
            longest_m=before.longest_before(outing.start, session_start=seen.start),
            jump=spike(seen, outing, before),
        )
        for outing in view.outings
        for seen in outing.sessions
        if metric(seen.session.metrics, "run_m") is not None
    }


def largest_step(longest_m: float) -> float:
    """The most metres of an outing after a longest one of so many."""
    return round(max(SPIKE_LIMITS[-1].ratio * longest_m, longest_m + SPIKE_EXCESS_M), 6)


def distance_until(seen: Seen, outing: Outing) -> float:
    """Metres of an outing up to and including one of its sessions; distances that are not known are left out."""
    ids = [one.id for one in outing.sessions]
    until = outing.sessions[: ids.index(seen.id) + 1]
    return total(metric(one.session.metrics, "run_m") or 0.0 for one in until)


def _contribution(outing: Outing, view: View, starts: Sequence[datetime], contributions_m: Sequence[float]) -> float:
    """Metres of its runs that were measured well, 0 if one of its sessions is RED.

    A jump of the last 30 days counts as at most 30 % more than what came before it.
    """
    if any(seen.response is Response.RED for seen in outing.sessions):
        return 0.0
    runs = (seen.session.metrics for seen in outing.sessions if seen.is_run and not seen.poor)
    run_m = total(metric(metrics, "run_m") or 0.0 for metrics in runs)
    if age_days(view.now, outing.start) > L30.days:
        return run_m
    longest_m = _longest(outing.start, outing.start, starts, contributions_m, view.case.references)
    return min(run_m, round(MOST_FROM_A_JUMP * longest_m, 6))


def _longest(
    moment: datetime,
    session_start: datetime,
    starts: Sequence[datetime],
    contributions_m: Sequence[float],
    references: References,
) -> float:
    # Differences, so that no date is too early.
    ages = (moment - start for start in starts)
    before = (run_m for age, run_m in zip(ages, contributions_m, strict=True) if NO_TIME < age <= L30)
    return max(L30_FLOOR_M, _declared(session_start, references), max(before, default=0.0))


def _declared(start: datetime, references: References) -> float:
    declared_m, at = known(references.declared_longest_m), references.declared_at
    if declared_m is None or at is None or start - at > L30:
        return 0.0
    return declared_m
