"""Decision names: each decision as a physio reads it."""

from __future__ import annotations

from rules.vocabulary import Decision
from server.pages.reader import N_

NAMES = {
    Decision.STOP_REFER: N_("Stop and refer"),
    Decision.REGRESS: N_("One stage back"),
    Decision.HOLD: N_("Hold"),
    Decision.INSUFFICIENT_DATA: N_("Cannot tell"),
    Decision.CONTINUE: N_("Carry on at this stage"),
    Decision.PROGRESS_READY: N_("Ready for the next step"),
}
