"""Requirement: one thing that must be true before the next stage."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """What is asked for, how much of it is there, and whether that is enough."""

    item: str
    measured: float | str | None
    required: float | str
    unit: str | None = None
    met: bool = False
