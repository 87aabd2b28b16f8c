"""Next run: what may be run next, in plain words: when, how long, how far, how fast, and how steep."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rules.allowance import Allowance
from rules.view import View
from server.allowed import allowed
from server.pages.reader import Reader
from server.pages.seen import second_view_of
from server.review import Look


def build(look: Look, view: View | None, reader: Reader) -> dict[str, Any] | None:
    """None while nobody can tell: then the last run's limits must not stand there as if they were an answer."""
    most = allowed(look)
    if most is None or view is None:
        return None
    return {
        "may_run": most.may_run,
        "lines": [{"label": label, "value": value} for label, value in _lines(most, view, look, reader)],
        "limits": [
            {"label": reader.gettext(one.label), "value": reader.amount(one.most, one.unit)} for one in most.limits
        ],
    }


def _lines(most: Allowance, view: View, look: Look, reader: Reader) -> Iterator[tuple[str, str]]:
    _ = reader.gettext
    if not most.may_run:
        return
    now = most.earliest is None or most.earliest <= look.now
    yield _("When"), _("from now on") if now else _("not before {when}", when=reader.clock(most.earliest))  # type: ignore[arg-type]
    if most.minutes is not None:
        yield _("How long"), _("at most {amount} of running", amount=reader.minutes(60 * most.minutes))
    if most.distance_m is not None:
        yield _("How far"), _("at most {amount}", amount=reader.distance(most.distance_m))
    yield _("How fast"), _fastest(most, view, reader)
    if most.strides is not None:
        yield _("Fast efforts"), _strides(most, reader)
    if most.incline_minutes is not None:
        yield _("Uphill"), _uphill(most, reader)
    weekly = [one.stage.ceil7["runs"] for one in (view, second_view_of(look)) if one and "runs" in one.stage.ceil7]
    if weekly:
        yield _("In any 7 days"), _("at most {number} runs", number=reader.number(min(weekly)))


def _fastest(most: Allowance, view: View, reader: Reader) -> str:
    if most.fastest_mps is not None:
        return reader.gettext("not faster than {pace}", pace=reader.pace(most.fastest_mps))
    if "peak3_pct" in view.stage.ceil:
        return reader.gettext("cannot tell: your top speed is not known")
    return reader.gettext("no limit of speed at this stage")


def _strides(most: Allowance, reader: Reader) -> str:
    if not most.strides:
        return reader.gettext("none yet")
    number = reader.number(most.strides)
    if most.strides_from_mps is None:
        return reader.gettext("up to {number}", number=number)
    return reader.gettext("up to {number} at {pace} or faster", number=number, pace=reader.pace(most.strides_from_mps))


def _uphill(most: Allowance, reader: Reader) -> str:
    if not most.incline_minutes:
        return reader.gettext("none yet")
    grade = f"{reader.number(100 * (most.incline_grade or 0.0))}\N{NO-BREAK SPACE}%"
    minutes = reader.minutes(60 * most.incline_minutes)
    return reader.gettext("up to {minutes} at {grade} or steeper", minutes=minutes, grade=grade)
