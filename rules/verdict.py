"""Verdict: the answer with everything that it rests on."""

from __future__ import annotations

from dataclasses import dataclass

from rules.numbers import plain
from rules.version import RULES_VERSION
from rules.vocabulary import Decision, Missing, Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """`sufficient` speaks of the loading alone; `target_stage` is there only with REGRESS.

    `reasons` are every rule that fired, the least permissive first; `missing` what the dose still lacks; `notes` what
    could not be checked and what never decides.
    """

    decision: Decision
    target_stage: str | None
    sufficient: bool
    reasons: tuple[Reason, ...]
    missing: tuple[Missing, ...]
    notes: tuple[str, ...]
    programme_version: str | None
    rules_version: str = RULES_VERSION

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of the reasons, each once, in their order."""
        return tuple(dict.fromkeys(reason.code for reason in self.reasons))

    def to_json(self) -> dict[str, object]:
        """The verdict as plain JSON values, with decisions by name."""
        return {
            "decision": self.decision.name,
            "target_stage": self.target_stage,
            "sufficient": self.sufficient,
            "reasons": [_reason(reason) for reason in self.reasons],
            "missing": [_missing(part) for part in self.missing],
            "notes": list(self.notes),
            "rules_version": self.rules_version,
            "programme_version": self.programme_version,
        }


def _reason(reason: Reason) -> dict[str, object]:
    return {
        "code": reason.code,
        "verdict": reason.verdict.name,
        "item": reason.item,
        "measured": plain(reason.measured),
        "required": plain(reason.required),
        "unit": reason.unit,
        "session_id": reason.session_id,
        "of": reason.of,
    }


def _missing(part: Missing) -> dict[str, object]:
    return {
        "item": part.item,
        "measured": plain(part.measured),
        "required": plain(part.required),
        "unit": part.unit,
    }
