"""Trial: the last weeks of a runner under another plan, day by day, with both programmes heard; nothing is saved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from rules.case import Case
from rules.combine import cautious
from rules.forms.merge_patch import merge_patch
from rules.verdict import Verdict
from rules.what_if import Day, what_if
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
    first = what_if(look.case, **_fields(plans.checked(body, now).case))
    wanted = plans.second(body, now)
    return tuple(_together(first, _second_days(look.case, look.second, wanted), look.second, wanted))


def _fields(changed: Case) -> dict[str, Any]:
    return {name: getattr(changed, name) for name in plans.OF_A_CASE}


def _second_days(first: Case, held: Case | None, wanted: Case | None) -> tuple[Day, ...]:
    """What the second programme says day by day; one that is not held yet is tried on the runs of the first."""
    case = held or (None if wanted is None else replace(first, **_fields(wanted)))
    return () if case is None else what_if(case, **_fields(wanted or case))


def _together(days: Sequence[Day], seconds: Sequence[Day], held: Case | None, wanted: Case | None) -> Iterator[Day]:
    """Each day with the more cautious of both; before its stage began, and where it is not held, a second is silent."""
    by_moment = {day.at: day for day in seconds}
    for day in days:
        other = by_moment.get(day.at)
        yield Day(
            at=day.at,
            as_it_is=_heard(day.as_it_is, other.as_it_is if other and held else None),
            as_it_would_be=_heard(day.as_it_would_be, other.as_it_would_be if other and wanted else None),
        )


def _heard(first: Verdict, second: Verdict | None) -> Verdict:
    return first if second is None else cautious((first, second))
