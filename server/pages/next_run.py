"""Next run: what may be run next, in plain words: when, how long, how far, how fast, and how steep."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rules.allowance import Allowance, Limit
from rules.view import View
from server.allowed import allowed
from server.pages.reader import N_, Reader
from server.pages.seen import second_view_of
from server.review import Look
from server.storage.people import Person

WITHHELD = N_("We can't give limits for the next run yet. They appear here once everything has come in.")


def build(look: Look, view: View | None, person: Person, reader: Reader) -> dict[str, Any] | None:
    """The limits, or that there are none while the verdict is withheld; None without a plan to judge by."""
    most = allowed(look)
    if view is None:
        return None
    if most is None:
        return {"title": _title(look, person, reader), "withheld": reader.gettext(WITHHELD)}
    return {
        "title": _title(look, person, reader),
        "withheld": None,
        "may_run": most.may_run,
        "lines": [{"label": label, "value": value} for label, value in _lines(most, view, look, reader)],
        "limits": [{"label": reader.gettext(limit.label), "value": limit_text(limit, reader)} for limit in most.limits],
    }


def limit_text(limit: Limit, reader: Reader) -> str:
    """The most of one metric."""
    return reader.distance_limit(limit.most) if limit.unit == "m" else reader.amount(limit.most, limit.unit)


def _title(look: Look, person: Person, reader: Reader) -> str:
    if look.is_recording:
        return reader.gettext("Limits of this run")
    return reader.gettext("Your next run") if person.role == "runner" else reader.gettext("The next run")


def _lines(most: Allowance, view: View, look: Look, reader: Reader) -> Iterator[tuple[str, str]]:
    _ = reader.gettext
    if not most.may_run:
        return
    if not look.is_recording:
        yield _("When"), _when(most, look, reader)
    if most.minutes is not None:
        yield _("How long"), _("at most {amount} of running", amount=reader.minutes(60 * most.minutes))
    if most.shown_distance_m is not None:
        yield _("How far"), _("at most {amount}", amount=reader.distance_limit(most.shown_distance_m))
    yield _("How fast"), _fastest(most, view, reader)
    if most.strides is not None:
        yield _("Fast efforts"), _strides(most, reader)
    if most.incline_minutes is not None:
        yield _("Uphill"), _uphill(most, reader)
    weekly = [one.stage.ceil7["runs"] for one in (view, second_view_of(look)) if one and "runs" in one.stage.ceil7]
    if weekly:
        yield _("In any 7 days"), _("at most {number} runs", number=reader.number(min(weekly)))


def _when(most: Allowance, look: Look, reader: Reader) -> str:
    if most.earliest is None or most.earliest <= look.now:
        return reader.gettext("from now on")
    return reader.gettext("not before {when}", when=reader.clock(most.earliest))


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
