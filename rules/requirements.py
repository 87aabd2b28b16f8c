"""Requirements: what the stage asks for before the next one, the complete lines too."""

from __future__ import annotations

from rules.dose import weigh
from rules.requirement import Requirement
from rules.view import View

__all__ = ["Requirement", "requirements"]


def requirements(view: View) -> tuple[Requirement, ...]:
    """Every line in the order in which `missing` is read, without what each single session needs; none at the end."""
    return tuple(part for part in weigh(view).requirements if not part.item.startswith("each."))
