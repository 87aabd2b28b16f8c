"""Allowance: what the next run may hold, as people read it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """The most of one metric in the next run, in the metric's unit."""

    metric: str
    label: str
    most: float
    unit: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """What the next run may hold. None means that there is no limit, or that it cannot be told.

    `may_run` is False if the answer is to get help first, or if there is no programme to judge by. `minutes` and
    `distance_m` are the most, `shown_distance_m` the distance that people read; `fastest_mps` is the top of three
    seconds; `strides` the most fast efforts, from
    `strides_from_mps` on; `incline_minutes` the most minutes uphill, from `incline_grade` (a fraction) on. A run
    before `earliest` does not count or is one too many; the distance holds for a day from then on. `limits` holds
    every limit, these among them.
    """

    may_run: bool
    stage: str | None = None
    earliest: datetime | None = None
    minutes: float | None = None
    distance_m: float | None = None
    shown_distance_m: float | None = None
    fastest_mps: float | None = None
    strides: float | None = None
    strides_from_mps: float | None = None
    incline_minutes: float | None = None
    incline_grade: float | None = None
    limits: tuple[Limit, ...] = ()
