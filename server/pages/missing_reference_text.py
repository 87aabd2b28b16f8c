"""Missing reference text: what has to be measured or stated, and which limits wait for it."""

from __future__ import annotations

from rules.load import L30_FLOOR_M
from rules.view import View
from server.care.missing_references import MissingReference as Missing
from server.care.missing_references import missing_references
from server.pages.reader import N_, Reader

TEXTS = {
    Missing.LONGEST_RUN: N_(
        "Longest run of the last 30 days: until it is known, runs are compared with {distance} to find jumps."
    ),
    Missing.TOP_SPEED: N_(
        "Top speed: until it is known, limits on fast running are not checked and sprints don't count."
    ),
    Missing.TOP_SPEED_ESTIMATED: N_(
        "Top speed: until it is measured, limits use an estimate from the threshold speed and sprints don't count."
    ),
    Missing.THRESHOLD_SPEED: N_(
        "Threshold speed: until it is known, limits on hard running are not checked and hard running doesn't count."
    ),
    Missing.BASELINE_MORNING: N_(
        "Usual score on a morning with no run the day before: until it is known, 0 is used as the usual score."
    ),
}


def of_look(view: View | None, second_view: View | None, reader: Reader) -> list[str]:
    """What is missing for either programme, each once."""
    views = [programme for programme in (view, second_view) if programme is not None]
    missing = [reference for programme in views for reference in missing_references(programme)]
    return texts(tuple(dict.fromkeys(missing)), reader)


def texts(missing: tuple[Missing, ...], reader: Reader) -> list[str]:
    floor = reader.distance(L30_FLOOR_M)
    return [reader.gettext(TEXTS[reference], distance=floor) for reference in missing]
