"""Strip: the decisions of the last weeks under the plan as it is and as it would be, day by day."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rules.speech.say import reason_words
from rules.verdict import Verdict
from rules.what_if import Day
from server.pages.decision_names import NAMES
from server.pages.reader import N_, Reader
from server.review import Look

STEP, TALL, GAP = 12, 18, 8
SIGNS = {
    "STOP_REFER": "!",
    "REGRESS": "↓",
    "HOLD": "=",
    "INSUFFICIENT_DATA": "?",
    "CONTINUE": "→",
    "PROGRESS_READY": "↑",
}
ROWS = (N_("Decided as it is"), N_("Would have been"))


def build(days: Sequence[Day], look: Look, reader: Reader) -> dict[str, Any]:
    """Two rows of cells to draw, and the same as a table; `differing` are the days on which they differ."""
    rows = [_row(place, [(day.as_it_is, day.as_it_would_be)[place] for day in days], reader) for place in (0, 1)]
    table = [_line(day, look, reader) for day in reversed(days)]
    differing = [line for line in table if line["differs"]]
    return {
        "width": max(1, len(days)) * STEP,
        "height": 2 * TALL + GAP,
        "rows": rows,
        "signs": [(sign, reader.gettext(NAMES[_decision(name)]), name) for name, sign in SIGNS.items()],
        "first": reader.date(days[0].at) if days else "",
        "last": reader.date(days[-1].at) if days else "",
        "table": table,
        "differing": differing,
        "sentence": _sentence(len(differing), len(days), reader),
    }


def _row(place: int, verdicts: Sequence[Verdict], reader: Reader) -> dict[str, Any]:
    y = place * (TALL + GAP)
    cells = [
        {"x": number * STEP, "y": y, "mid": number * STEP + STEP / 2 - 0.5, "decision": verdict.decision.name,
         "sign": SIGNS[verdict.decision.name]}
        for number, verdict in enumerate(verdicts)
    ]  # fmt: skip
    return {"title": reader.gettext(ROWS[place]), "cells": cells, "text_y": y + 13}


def _line(day: Day, look: Look, reader: Reader) -> dict[str, Any]:
    return {
        "day": reader.day(day.at),
        "before": _said(day.as_it_is, reader),
        "after": _said(day.as_it_would_be, reader),
        "why": _why(day, look, reader) if day.differs else "",
        "differs": day.differs,
    }


def _said(verdict: Verdict, reader: Reader) -> str:
    words = reader.gettext(NAMES[verdict.decision])
    return f"{words} ({verdict.target_stage})" if verdict.target_stage else words


def _why(day: Day, look: Look, reader: Reader) -> str:
    """The first reason that decides what would have been."""
    if look.case is None or not day.as_it_would_be.reasons:
        return ""
    return reason_words(day.as_it_would_be.reasons[0], look.case, "physio", reader.tongue)


def _sentence(differing: int, days: int, reader: Reader) -> str:
    if not differing:
        return reader.ngettext(
            "On the one day since this stage began nothing would have been decided otherwise.",
            "On none of the last {number} days of this stage would anything have been decided otherwise.",
            days,
        )
    return reader.ngettext(
        "On {number} day of the last {days} it would have been decided otherwise.",
        "On {number} days of the last {days} it would have been decided otherwise.",
        differing,
        days=reader.number(days),
    )


def _decision(name: str) -> Any:
    return next(decision for decision in NAMES if decision.name == name)
