"""Effort: one fast stretch of a session, and whether it was run on the level."""

from __future__ import annotations

from dataclasses import dataclass

LEVEL = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """One stretch at or above `percent` of the top speed; `grade` is None where nobody said."""

    percent: int
    start_s: float
    seconds: float
    metres: float
    fastest_mps: float
    grade: float | None
    fatigued: bool

    @property
    def level(self) -> bool:
        """Whether it counts for a dose: on the level, or on a grade that nobody knows."""
        return self.grade is None or abs(self.grade) <= LEVEL
