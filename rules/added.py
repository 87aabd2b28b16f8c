"""Added: what one session gave to the dose of the stage, or why it gave nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from rules.dose import weigh
from rules.numbers import metric
from rules.requirement import Requirement
from rules.view import Seen, View
from rules.vocabulary import Response

Why = Literal["before", "window", "response", "pending", "poor", "ceiling"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One line of the dose: what this session has of it (None: not measured), and what the stage asks for."""

    item: str
    value: float | None
    required: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """`counted` is whether it is one of the runs that count, `why_not` why nothing of it goes into the dose."""

    counted: bool
    why_not: Why | None
    parts: tuple[Part, ...]


def added(view: View, session_id: str) -> Added | None:
    """What the session gave; None where it is no session of the last 60 days, or the stage asks for nothing."""
    seen = next((one for one in view.seen if one.id == session_id), None)
    if seen is None or view.stage.terminal:
        return None
    dose = weigh(view)
    return Added(
        counted=any(one.id == session_id for one in dose.counted),
        why_not=None if any(one.id == session_id for one in dose.eligible) else _why_not(view, seen),
        parts=tuple(_parts(seen, dose.requirements)),
    )


def _parts(seen: Seen, requirements: Iterable[Requirement]) -> Iterator[Part]:
    for part in requirements:
        kind, _, name = part.item.partition(".")
        if kind in ("total", "max", "each") and not isinstance(part.required, str):
            yield Part(item=part.item, value=metric(seen.session.metrics, name), required=part.required)


def _why_not(view: View, seen: Seen) -> Why:
    """The first thing that keeps it out, in the order in which a runner can do something about it."""
    if not seen.since_entry:
        return "before"
    if seen.pending or seen.response is Response.UNKNOWN:
        return "pending"
    if seen.response is not Response.GREEN:
        return "response"
    if seen.poor:
        return "poor"
    return "ceiling" if seen.breaches else "window"
