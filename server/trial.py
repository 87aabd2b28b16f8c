"""Trial: the last weeks of a runner under another plan, day by day, with both programmes heard; nothing is saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlmodel import Session

from rules import what_if
from rules.active_run import during_run
from rules.forms.merge_patch import merge_patch
from rules.what_if import Day
from server import plans, profile_history, review
from server.problem import Problem
from server.review import Look


def patched(look: Look, patch: Mapping[str, Any]) -> Mapping[str, Any]:
    """The plan with a merge patch laid over it."""
    body = merge_patch(dict(look.plan.body) if look.plan else {}, dict(patch))
    return body if isinstance(body, Mapping) else {}


def compare(db: Session, look: Look, body: Mapping[str, Any]) -> tuple[Day, ...]:
    """The same history under another plan, day by day; nothing is saved. Raises Problem 404 or 422."""
    if look.plan is None or look.case is None:
        raise Problem(404, "No plan yet", "There is no plan that could be changed.")
    body = profile_history.with_history(look.plan.body, body, look.now)
    plans.checked(body, look.now)
    held = (look.case,) if look.second is None else (look.case, look.second)
    days = what_if.compare(held, review.as_if(db, look, replace(look.plan, body=body)))
    return (*days[:-1], _during_run(days[-1])) if look.is_recording else days


def _during_run(today: Day) -> Day:
    """Today, while a run is being recorded."""
    current, proposed = during_run(today.as_it_is), during_run(today.as_it_would_be)
    return replace(today, as_it_is=current, as_it_would_be=proposed)
