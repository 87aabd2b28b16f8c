"""Note words: what was odd about a recording, in sentences; a note that is a sentence already stays as it is."""

from __future__ import annotations

from collections.abc import Iterable

from rules.exposure import PARTIAL
from server.pages.reader import N_, Reader

WORDS = {
    "cad_doubled": N_("The sensor counted strides, not steps: its cadence was doubled."),
    "HR_ABSENT_INFO": N_("No drift of the heart rate could be measured. No decision needs it."),
    "grade_entered_by_runner": N_("The incline was typed in: it counts for limits, not for the dose."),
    "effort_grade_unknown": N_("Nobody knows whether the fast efforts were on level ground."),
    "smart_recording": N_("The watch kept only some of the seconds: short efforts may be missing."),
    "sparse_speed": N_("We got the speed less often than every 1.5 seconds. We couldn't count short fast efforts."),
    "SPEED_IMPLAUSIBLE": N_(
        "The recorded speed is too high for running. The run doesn't count for the dose, nor its fast parts for limits."
    ),
    "v_max_estimated": N_("Top speed is an estimate: it sets limits, and earns no dose near top speed."),
    "entered_by_hand": N_("This run was typed in: no sensor recorded it."),
}
UNREADABLE = "unreadable_packets "
ONE_UNREADABLE = N_("{number} packet of the sensors could not be read.")
MANY_UNREADABLE = N_("{number} packets of the sensors could not be read.")


def sentences(notes: Iterable[str], reader: Reader) -> list[str]:
    return [_sentence(note, reader) for note in notes]


def _sentence(note: str, reader: Reader) -> str:
    if note in WORDS:
        return reader.gettext(WORDS[note])
    count = note.removeprefix(UNREADABLE)
    if note.startswith(UNREADABLE) and count.isdecimal():
        return reader.ngettext(ONE_UNREADABLE, MANY_UNREADABLE, int(count))
    if note.startswith(PARTIAL):
        return reader.gettext("A part of the run is missing: {what}.", what=note.removeprefix(PARTIAL).rstrip("."))
    words = note[:1].upper() + note[1:]
    return words if words.endswith(".") else f"{words}."
