"""Next run: what the next run may hold, a short sentence for each limit, in the runner's words."""

from __future__ import annotations

from collections.abc import Iterator

from rules.allowance import Allowance
from rules.speech.amounts import amount, clock
from rules.speech.say import requirement_words
from rules.verdict import Verdict
from rules.vocabulary import Decision


def next_run_words(allowed: Allowance, verdict: Verdict) -> tuple[str, ...]:
    """The sentences in the order in which a run is planned; what is still to earn only for who may carry on."""
    return (*limit_words(allowed), *_to_earn(verdict))


def limit_words(allowed: Allowance) -> tuple[str, ...]:
    """What the next run may hold, without what is still to earn."""
    if not allowed.may_run:
        return ("No run until this is settled.",)
    return (*_when(allowed), *_how_far(allowed), *_how_fast(allowed), *_how_steep(allowed))


def _when(allowed: Allowance) -> Iterator[str]:
    if allowed.earliest is not None:
        yield f"The next run has its place on stage {allowed.stage} from {clock(allowed.earliest)} on."


def _how_far(allowed: Allowance) -> Iterator[str]:
    if allowed.minutes is not None:
        yield f"At most {amount(allowed.minutes * 60, 's')} of running."
    if allowed.shown_distance_m is not None:
        yield f"At most {amount(allowed.shown_distance_m, 'm')} in all."


def _how_fast(allowed: Allowance) -> Iterator[str]:
    if allowed.fastest_mps is not None:
        yield f"Nowhere faster than {amount(allowed.fastest_mps, 'm/s')}."
    elif any(limit.metric == "peak3_pct" for limit in allowed.limits):
        yield "How fast cannot be told: your top speed is not known."
    if allowed.strides is not None:
        from_mps = allowed.strides_from_mps
        pace = "" if from_mps is None else f" (from {amount(from_mps, 'm/s')} on)"
        yield f"At most {amount(allowed.strides, None)} fast efforts{pace}." if allowed.strides else "No fast efforts."


def _how_steep(allowed: Allowance) -> Iterator[str]:
    if allowed.incline_minutes is None or allowed.incline_grade is None:
        return
    uphill = f"At most {amount(allowed.incline_minutes * 60, 's')}" if allowed.incline_minutes else "Nothing"
    yield f"{uphill} uphill (from {amount(100 * allowed.incline_grade, '%')} on)."


def _to_earn(verdict: Verdict) -> Iterator[str]:
    """On a hold nothing is asked for: whoever wants to earn something then would do too much."""
    for part in verdict.missing if verdict.decision is Decision.CONTINUE else ():
        yield f"Still to earn: {requirement_words(part)}."
