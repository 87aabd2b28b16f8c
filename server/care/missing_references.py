"""Missing references: what is not known of a runner, and so leaves limits unchecked or guessed."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from rules.numbers import metric
from rules.references import usable
from rules.view import View

RECENT = timedelta(days=30)  # the longest run of these days is the base of every jump; rules version 2, section 4


class MissingReference(StrEnum):
    LONGEST_RUN = "longest_run"
    TOP_SPEED = "top_speed"  # neither it nor the threshold it could be estimated from
    TOP_SPEED_ESTIMATED = "top_speed_estimated"
    THRESHOLD_SPEED = "threshold_speed"
    BASELINE_MORNING = "baseline_morning"


def missing_references(view: View) -> tuple[MissingReference, ...]:
    """In the order in which a physio is asked for them."""
    given = view.case.references
    v_max, v_thr = usable(given.v_max_mps), usable(given.v_thr_mps)
    checks = {
        MissingReference.LONGEST_RUN: usable(given.declared_longest_m) is None and not _has_history(view),
        MissingReference.TOP_SPEED: v_max is None and v_thr is None,
        MissingReference.TOP_SPEED_ESTIMATED: v_max is None and v_thr is not None,
        MissingReference.THRESHOLD_SPEED: v_thr is None,
        MissingReference.BASELINE_MORNING: view.case.baseline_morning is None,
    }
    return tuple(reference for reference, is_missing in checks.items() if is_missing)


def _has_history(view: View) -> bool:
    """Whether runs of known length go back so far that the longest of 30 days is measured, not declared."""
    return any(metric(seen.session.metrics, "run_m") and view.now - seen.start >= RECENT for seen in view.seen)
