"""Stage history: which stages of a ladder were completed, read from the versions of a plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from rules.forms.programme_files import current_key
from rules.programme import Programme
from server.storage.runs import Plan


def completed(plans: Sequence[Plan], programme: Programme, *, second: bool = False) -> frozenset[str]:
    """The ids of the stages that were entered and then left for a higher one, in any version of this ladder.

    `plans` are all versions, the first one first; `second` reads the second programme of each.
    """
    places = {stage.id: place for place, stage in enumerate(programme.stages)}
    held = [_stage_of(plan.body, programme, second=second) for plan in plans]
    return frozenset(
        before
        for before, after in pairwise(held)
        if before in places and after in places and places[after] > places[before]
    )


def _stage_of(body: Mapping[str, Any], programme: Programme, *, second: bool) -> str | None:
    """The stage in one version of a plan. None if it was of another ladder, or there was no such programme."""
    part = body.get("second") if second else body
    if not isinstance(part, Mapping) or _ladder(part.get("programme")) != (programme.origin or programme.name):
        return None
    return str(part.get("stage"))


def _ladder(programme: object) -> str | None:
    """The built-in programme whose stages these are, also if a clinic changed them; else the programme's own name."""
    if isinstance(programme, str):
        return current_key(programme)
    if not isinstance(programme, Mapping):
        return None
    base = programme.get("extends")
    return current_key(base) if isinstance(base, str) else str(programme.get("name", ""))
