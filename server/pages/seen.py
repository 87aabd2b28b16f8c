"""Seen: the case of a look as the rules see it, for every page that draws it."""

from __future__ import annotations

from rules.case import Case
from rules.errors import ProgrammeInvalid
from rules.view import View
from rules.view import look as look_at
from server.review import Look


def view_of(look: Look) -> View | None:
    """The case as the rules look at it; None where there is none, or none to judge by."""
    return _view(look.case)


def second_view_of(look: Look) -> View | None:
    """The same of the second programme, where two are held."""
    return _view(look.second)


def _view(case: Case | None) -> View | None:
    try:
        return look_at(case) if case is not None else None
    except ProgrammeInvalid:
        return None
