"""Start view: a programme before it is started: its stage by name, what is still unknown, what needs a reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rules.programme import Programme
from rules.view import View
from server.care.missing_references import missing_references
from server.concerns import LEAST_REASON, Concern
from server.pages import concern_text, missing_reference_text, stage_view
from server.pages.reader import Reader
from server.problem import Problem
from server.review import Look


@dataclass(frozen=True, slots=True, kw_only=True)
class StartPreview:
    """A programme that is not started yet; `view` is None if it cannot be, and `refused` says why."""

    second: bool
    typed: Mapping[str, str] = field(default_factory=dict)
    programme: Programme | None = None
    stage: str = ""
    view: View | None = None
    concerns: tuple[Concern, ...] = ()
    refused: Problem | None = None


def preview(start: StartPreview, assessment: Look, reader: Reader) -> dict[str, Any]:
    concerns = [concern_text.text(concern.code, concern.items, reader) for concern in start.concerns]
    is_up = any(concern.code == "NOT_READY" for concern in start.concerns)
    return {
        "second": start.second,
        "typed": {name: value for name, value in start.typed.items() if name not in ("csrf", "do", "reason")},
        "title": _title(start, reader),
        "can_start": start.view is not None,
        "refused": concern_text.refusal(start.refused, reader) if start.refused else [],
        "concerns": concerns,
        "why": concern_text.why_not_ready(assessment, reader) if is_up else [],
        "missing": missing_reference_text.texts(missing_references(start.view), reader) if start.view else [],
        "override": stage_view.override_end(assessment, reader),
        "reason": start.typed.get("reason", ""),
        "least": LEAST_REASON,
    }


def _title(start: StartPreview, reader: Reader) -> str:
    """The programme and the stage; empty if there will be no programme, or none that could be read."""
    programme = start.programme
    stage = next((item for item in programme.stages if item.id == start.stage), None) if programme else None
    if programme is None or stage is None:
        return ""
    return f"{reader.gettext(programme.name)}, {stage_view.title(stage, reader)}"
