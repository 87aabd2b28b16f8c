"""Stage view: a step to another stage before it is taken: what it skips, what speaks against it, what it ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rules.stage import Stage
from rules.view import View
from server import stage_entry
from server.concerns import LEAST_REASON, Concern
from server.pages import concern_text, ladder, thresholds
from server.pages.decision_names import NAMES
from server.pages.reader import N_, Reader
from server.plans import Entry
from server.problem import Problem
from server.review import Look
from server.stage_entry import SKIPPED
from server.storage.runs import Plan

OVERRIDE_ENDS = N_("The override “{decision}” by {name}, until {until}, ends when you enter this stage.")


@dataclass(frozen=True, slots=True, kw_only=True)
class StagePreview:
    """A step that is not taken yet. `attested` are the criteria ticked, `refused` why it could not be taken."""

    stage: str
    second: bool
    entry: Sequence[Entry] = ()
    concerns: tuple[Concern, ...] = ()
    typed: Mapping[str, str] = field(default_factory=dict)
    attested: frozenset[str] = frozenset()
    refused: Problem | None = None


def choice(view: View, plans: Sequence[Plan], reader: Reader, *, second: bool) -> dict[str, Any]:
    """The stages to choose from, with the one after the current one selected, and the ladder."""
    stages = view.programme.stages
    following = stages[min(view.stage_index + 1, len(stages) - 1)].id
    return {
        "second": second,
        "ladder": ladder.build(view, plans, reader, second=second),
        "stages": [
            {
                "id": stage.id,
                "name": title(stage, reader),
                "here": place == view.stage_index,
                "selected": stage.id == following,
            }
            for place, stage in enumerate(stages)
        ],
    }


def preview(step: StagePreview, view: View, assessment: Look, reader: Reader) -> dict[str, Any]:
    """`view` is the current place in the programme concerned."""
    there = view.programme.stages[view.programme.index(step.stage)]
    others = [concern for concern in step.concerns if concern.code != stage_entry.NOT_ATTESTED]
    return {
        "stage": step.stage,
        "second": step.second,
        "title": title(there, reader),
        "is_up": view.programme.index(step.stage) > view.stage_index,
        "refused": concern_text.refusal(step.refused, reader) if step.refused else [],
        "concerns": [
            concern_text.text(concern.code, concern.items, reader) for concern in others if concern.code != SKIPPED
        ],
        "why": concern_text.why_not_ready(assessment, reader) if _has(others, "NOT_READY") else [],
        "skipped": _skipped(others, view, reader),
        "must_give_reason": bool(others),
        "criteria": [_criterion(entry, step, reader) for entry in step.entry],
        "override": override_end(assessment, reader),
        "baseline": step.typed.get("baseline_morning", thresholds.written(view.case.baseline_morning, "")),
        "reason": step.typed.get("reason", ""),
        "note": step.typed.get("note", ""),
        "least": LEAST_REASON,
    }


def title(stage: Stage, reader: Reader) -> str:
    return f"{stage.id}: {reader.gettext(stage.name)}" if stage.name else stage.id


def override_end(assessment: Look, reader: Reader) -> str:
    """That an override ends with the step, empty if none is in force."""
    override = assessment.shown.override if assessment.shown else None
    if override is None:
        return ""
    decision = reader.gettext(NAMES[override.decision])
    return reader.gettext(OVERRIDE_ENDS, decision=decision, name=override.by, until=reader.clock(override.until))


def _has(concerns: Sequence[Concern], code: str) -> bool:
    return any(concern.code == code for concern in concerns)


def _skipped(concerns: Sequence[Concern], view: View, reader: Reader) -> list[str]:
    ids = {stage_id for concern in concerns if concern.code == SKIPPED for stage_id in concern.items}
    return [title(stage, reader) for stage in view.programme.stages if stage.id in ids]


def _criterion(entry: Entry, step: StagePreview, reader: Reader) -> dict[str, Any]:
    return {
        "code": entry.criterion.code,
        "sentence": reader.gettext(entry.criterion.sentence),
        "evidence": reader.gettext(entry.criterion.evidence),
        "seen": _seen(entry, reader),
        "ticked": entry.criterion.code in step.attested,
    }


def _seen(entry: Entry, reader: Reader) -> str:
    if entry.seen is None:
        return ""
    text = reader.gettext("Seen by {name} on {day}", name=entry.seen.by, day=reader.day(entry.seen.at))
    return f"{text}: {entry.seen.note}" if entry.seen.note else text
