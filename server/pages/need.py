"""Need: how the kinds of need are called on the pages."""

from __future__ import annotations

from server.care.need import Need
from server.pages.reader import N_

NAMES = {
    Need.RED_FLAG: N_("Red flag"),
    Need.STEP_BACK: N_("Step back"),
    Need.JUMP: N_("Jump in load"),
    Need.POOR_RESPONSE: N_("Poor response"),
    Need.HOLD: N_("Hold"),
    Need.SILENCE: N_("Cannot tell"),
    Need.READY: N_("Ready for you"),
    Need.NOTHING: N_("Carry on"),
}
