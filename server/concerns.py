"""Concerns: what makes a change of a plan need a reason, each as a code with a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from server.problem import Problem

LEAST_REASON = 10  # characters; specification, rules version 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Concern:
    """`items` are stage ids, criterion codes, decisions or scores, by `code`; `sentence` is for programs."""

    code: str
    items: tuple[str, ...]
    sentence: str

    def to_json(self) -> dict[str, Any]:
        return {"code": self.code, "items": list(self.items), "sentence": self.sentence}


def is_reason(reason: str | None) -> bool:
    return len((reason or "").strip()) >= LEAST_REASON


def require_reason(concerns: Sequence[Concern], reason: str | None) -> None:
    """Raise Problem 422, which names every concern, if there is one and the reason is missing or too short."""
    if not concerns or is_reason(reason):
        return
    named = "; ".join(concern.sentence for concern in concerns)
    raise Problem(
        422,
        "Reason needed",
        f"Give a reason of at least {LEAST_REASON} characters: {named}.",
        missing=[concern.to_json() for concern in concerns],
    )
