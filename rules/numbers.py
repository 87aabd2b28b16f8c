"""Numbers that may not be known: NaN and infinity are "not known", and so is what is absent."""

from __future__ import annotations

from collections.abc import Iterable
from math import fsum, isfinite

from rules.vocabulary import Metrics

DECIMALS = 3  # a computed metric is judged as it is shown
MOST = 1e9  # metres, seconds, efforts, days: nothing a runner or a stage has to do with is larger


def known(value: float | None) -> float | None:
    """The number, or None where nobody knows it; a NaN never reaches a comparison."""
    return value if value is not None and isfinite(value) else None


def metric(metrics: Metrics, name: str) -> float | None:
    """A metric of a session, rounded to 3 decimals; None where it was not measured."""
    value = metrics.get(name)
    return round(value, DECIMALS) if value is not None and isfinite(value) else None


def total(amounts: Iterable[float]) -> float:
    """Their sum, rounded to 3 decimals; sums of decimals come out as written, and none is too large."""
    return round(fsum(min(amount, MOST) for amount in amounts), DECIMALS)


def reaches(value: float | None, required: float) -> bool:
    """Whether a dose is met: only a known value that is at least the required one."""
    return value is not None and value >= required


def exceeds(value: float | None, limit: float) -> bool:
    """Whether a limit is passed: only by a known value above it; equal is within."""
    return value is not None and value > limit


def plain(value: float | str | None) -> float | str | None:
    """4.0 as 4, for reading; anything else as it is."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
