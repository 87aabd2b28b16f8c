"""Next run: what may be run next, in plain words: when, how long, how far, how fast, and how steep."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rules.allowance import Allowance
from rules.next_session import allowance
from rules.view import View
from server.pages.reader import Reader
from server.review import Look


def build(look: Look, view: View | None, reader: Reader) -> dict[str, Any] | None:
    """None while nobody can tell: then the last run's limits must not stand there as if they were an answer."""
    if look.verdict is None or look.case is None or view is None:
        return None
    allowed = allowance(look.case, look.verdict)
    return {
        "may_run": allowed.may_run,
        "lines": [{"label": label, "value": value} for label, value in _lines(allowed, view, look, reader)],
        "limits": [
            {"label": reader.gettext(one.label), "value": reader.amount(one.most, one.unit)} for one in allowed.limits
        ],
    }


def _lines(allowed: Allowance, view: View, look: Look, reader: Reader) -> Iterator[tuple[str, str]]:
    _ = reader.gettext
    if not allowed.may_run:
        return
    now = allowed.earliest is None or allowed.earliest <= look.now
    yield _("When"), _("from now on") if now else _("not before {when}", when=reader.clock(allowed.earliest))  # type: ignore[arg-type]
    if allowed.minutes is not None:
        yield _("How long"), _("at most {amount} of running", amount=reader.minutes(60 * allowed.minutes))
    if allowed.distance_m is not None:
        yield _("How far"), _("at most {amount}", amount=reader.distance(allowed.distance_m))
    yield _("How fast"), _fastest(allowed, view, reader)
    if allowed.strides is not None:
        yield _("Fast efforts"), _strides(allowed, reader)
    if allowed.incline_minutes is not None:
        yield _("Uphill"), _uphill(allowed, reader)
    if "runs" in view.stage.ceil7:
        yield _("In any 7 days"), _("at most {number} runs", number=reader.number(view.stage.ceil7["runs"]))


def _fastest(allowed: Allowance, view: View, reader: Reader) -> str:
    if allowed.fastest_mps is not None:
        return reader.gettext("not faster than {pace}", pace=reader.pace(allowed.fastest_mps))
    if "peak3_pct" in view.stage.ceil:
        return reader.gettext("cannot tell: your top speed is not known")
    return reader.gettext("no limit of speed at this stage")


def _strides(allowed: Allowance, reader: Reader) -> str:
    if not allowed.strides:
        return reader.gettext("none yet")
    number = reader.number(allowed.strides)
    if allowed.strides_from_mps is None:
        return reader.gettext("up to {number}", number=number)
    return reader.gettext(
        "up to {number} at {pace} or faster", number=number, pace=reader.pace(allowed.strides_from_mps)
    )


def _uphill(allowed: Allowance, reader: Reader) -> str:
    if not allowed.incline_minutes:
        return reader.gettext("none yet")
    grade = f"{reader.number(100 * (allowed.incline_grade or 0.0))} %"
    minutes = reader.minutes(60 * allowed.incline_minutes)
    return reader.gettext("up to {minutes} at {grade} or steeper", minutes=minutes, grade=grade)
