"""Trial: the last weeks of a runner under another plan, day by day, with both programmes heard; nothing is saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from rules import what_if
from rules.case import Case
from rules.forms.merge_patch import merge_patch
from rules.what_if import Day
from server import plans
from server.problem import Problem
from server.review import Look


def preview(look: Look, patch: Mapping[str, Any], now: datetime) -> tuple[Day, ...]:
    """The same history under a changed plan, day by day; nothing is saved. Raises Problem 404 or 422."""
    body = merge_patch(dict(look.plan.body) if look.plan else {}, dict(patch))
    return compare(look, body if isinstance(body, Mapping) else {}, now)


def compare(look: Look, body: Mapping[str, Any], now: datetime) -> tuple[Day, ...]:
    """The same history under another plan, day by day; nothing is saved. Raises Problem 404 or 422."""
    if look.plan is None or look.case is None:
        raise Problem(404, "No plan yet", "There is no plan that could be changed.")
    held = (look.case,) if look.second is None else (look.case, look.second)
    return what_if.compare(held, _would_hold(look.case, look.second, body, now))


def _would_hold(first: Case, second: Case | None, body: Mapping[str, Any], now: datetime) -> tuple[Case, ...]:
    """The cases of another plan; a second programme that is not held yet is tried on the runs of the first."""
    cases = (_changed(first, plans.checked(body, now).case),)
    wanted = plans.second(body, now)
    return cases if wanted is None else (*cases, _changed(second or first, wanted))


def _changed(case: Case, plan: Case) -> Case:
    return replace(case, **{name: getattr(plan, name) for name in plans.OF_A_CASE})
