"""Ladder: the stages of a programme from left to right; completed ones filled, skipped ones hollow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from rules.view import View
from server import stage_history
from server.pages.reader import N_, Reader
from server.storage.runs import Plan

STEP, MARGIN = 37, 18  # of the drawing
SKIPPED_ONE, SKIPPED_MANY = N_("Skipped (hollow): stage {ids}."), N_("Skipped (hollow): stages {ids}.")
State = Literal["done", "skipped", "here", "ahead"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    id: str
    x: int
    state: State


def build(view: View, plans: Sequence[Plan], reader: Reader, *, second: bool = False) -> dict[str, Any]:
    """`plans` are all versions of the plan, the first one first. `skipped` says in words what is drawn hollow."""
    completed = stage_history.completed(plans, view.programme, second=second)
    rungs = [
        Rung(id=stage.id, x=MARGIN + place * STEP, state=_state(place, view.stage_index, stage.id in completed))
        for place, stage in enumerate(view.programme.stages)
    ]
    ids = [rung.id for rung in rungs if rung.state == "skipped"]
    return {
        "width": 2 * MARGIN + (len(rungs) - 1) * STEP,
        "rungs": rungs,
        "caption": _caption(view, reader),
        "skipped": reader.ngettext(SKIPPED_ONE, SKIPPED_MANY, len(ids), ids=", ".join(ids)) if ids else "",
    }


def _state(place: int, here: int, is_completed: bool) -> State:
    if place == here:
        return "here"
    if place > here:
        return "ahead"
    return "done" if is_completed else "skipped"


def _caption(view: View, reader: Reader) -> str:
    named = {"id": view.stage.id, "name": reader.gettext(view.stage.name)}
    if view.stage_index + 1 == len(view.programme.stages):
        return reader.gettext("{id}: {name}. This is the last stage.", **named)
    following = reader.gettext(view.programme.stages[view.stage_index + 1].name)
    return reader.gettext("{id}: {name}. After it: {next}.", **named, next=following)
