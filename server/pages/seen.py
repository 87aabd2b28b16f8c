"""Seen: the case of a look as the rules see it, for every page that draws it."""

from __future__ import annotations

from rules.errors import ProgrammeInvalid
from rules.view import View
from rules.view import look as look_at
from server.review import Look


def view_of(look: Look) -> View | None:
    """The case as the rules look at it; None where there is none, or none to judge by."""
    try:
        return look_at(look.case) if look.case is not None else None
    except ProgrammeInvalid:
        return None
