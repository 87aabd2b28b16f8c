"""Check-in: what is asked about the latest run, until it is answered: first how it was, then the morning after."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from server.pages.reader import N_, Reader
from server.review import Look

FIRST_MORNING_H = 8  # from then on an answer speaks of the next morning
AFTER_THE_RUN = (("during", N_("Worst pain during the run")), ("after", N_("Worst pain for the rest of that day")))
THE_MORNING = (("morning", N_("Pain this morning, in the first half hour")),)


def question(look: Look, reader: Reader) -> dict[str, Any] | None:
    """The next question, with what was answered already; None where nothing is open."""
    sessions = [item for item in look.runs if item.counts]
    if not sessions:
        return None
    latest = sessions[-1]
    answered = latest.check_in
    after_run = answered.get("during") is None or answered.get("after") is None
    if not after_run and answered.get("morning") is not None:
        return None
    is_morning = look.now >= latest.run.end + timedelta(hours=FIRST_MORNING_H)
    scales = (*(AFTER_THE_RUN if after_run else ()), *(THE_MORNING if is_morning else ()))
    if not scales:
        return None
    return {
        "title": reader.gettext("How was this run?") if after_run else reader.gettext("How is it the morning after?"),
        "run": reader.clock(latest.run.start),
        "session": latest.run.id,
        "after_run": after_run,
        "stopped": bool(answered.get("stopped")),
        "sharp_sudden": bool(answered.get("sharp_sudden")),
        "scales": [
            {"name": name, "legend": reader.gettext(legend), "answer": answered.get(name)} for name, legend in scales
        ],
    }
