"""Restart: from when on sessions may count, after one that was not tolerated or after a long gap."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from rules.gaps import LAYOFF_DAYS
from rules.view import View
from rules.vocabulary import Response


class Restart(NamedTuple):
    """Sessions count if they start after the last RED outing and not before the run that ended the last layoff.

    None where there was neither.
    """

    after_red: datetime | None
    from_run: datetime | None

    def includes(self, start: datetime) -> bool:
        after_red = self.after_red is None or start > self.after_red
        return after_red and (self.from_run is None or start >= self.from_run)


def restart(view: View) -> Restart | None:
    """From when on the dose counts; None while a layoff lasts, for then nothing counts."""
    layoffs = [gap for gap in view.gaps if gap.days >= LAYOFF_DAYS]
    if layoffs and layoffs[-1].end is None:
        return None
    return Restart(after_red=_last_red(view), from_run=layoffs[-1].end if layoffs else None)


def _last_red(view: View) -> datetime | None:
    """The last start of the last outing with a RED session of this stage: a jog of the same evening is no new start."""
    for outing in reversed(view.outings):
        if any(seen.since_entry and seen.response is Response.RED for seen in outing.sessions):
            return outing.last_start
    return None
