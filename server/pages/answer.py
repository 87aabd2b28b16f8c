"""Answer: the verdict in one sentence, and the sentences and reasons that stand behind it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rules.active_run import RUN_BEING_RECORDED
from rules.case import Case
from rules.override import Override
from rules.speech.say import decision_words, note_words, reason_words
from rules.speech.words import CAPS
from rules.verdict import Verdict
from rules.vocabulary import Decision, Missing
from server.pages import waiting
from server.pages.doses import label_of, words_of
from server.pages.reader import N_, Reader
from server.review import Look

SHORTFALLS = 3  # more of them stand in the bars; the answer itself stays short
NOT_YET = N_("No pain alone is no reason to move on. This is still missing:")
CANNOT_TELL = N_("Cannot tell yet")
HEADLINES = {
    Decision.STOP_REFER: N_("Stop and get help"),
    Decision.REGRESS: N_("One step back"),
    Decision.HOLD: N_("Stay where you are"),
    Decision.INSUFFICIENT_DATA: CANNOT_TELL,
    Decision.CONTINUE: N_("Carry on at this stage"),
    Decision.PROGRESS_READY: N_("Ready to talk about the next step"),
}


def headline(look: Look, reader: Reader) -> str:
    return reader.gettext(HEADLINES[look.shown.decision] if look.shown else CANNOT_TELL)


def sentences(look: Look, reader: Reader) -> list[str]:
    """What is awaited; or what the decision asks, the reasons that decide, and what is still under way."""
    if look.verdict is None or look.case is None:
        return waiting.to_a_runner(look, reader)
    under_way = [
        reason_words(reason, look.case, "runner", reader.tongue)
        for reason in look.verdict.reasons
        if reason.code in CAPS
    ]
    return [*_decided(look, look.verdict, look.case, reader), *under_way]


def _decided(look: Look, verdict: Verdict, case: Case, reader: Reader) -> list[str]:
    if look.shown and look.shown.override:
        return list(_set_by_a_physio(look.shown.override, verdict, reader))
    deciding = [
        reason
        for reason in verdict.reasons
        if reason.verdict is verdict.decision and reason.code != "DOSE" and reason.code not in CAPS
    ]
    if verdict.decision is Decision.CONTINUE and not deciding and not verdict.missing and look.is_recording:
        # Nothing is missing but the run that goes on: the next step waits for it.
        asked = decision_words(verdict.decision, None, "runner", reader.tongue)
        return [asked, note_words(RUN_BEING_RECORDED, "runner", reader.tongue)]
    if verdict.decision is Decision.CONTINUE and not deciding and verdict.missing:
        return [reader.gettext(NOT_YET), *(_short_of(part, reader) for part in verdict.missing[:SHORTFALLS])]
    said = [reason_words(reason, case, "runner", reader.tongue) for reason in deciding]
    asked = decision_words(verdict.decision, verdict.target_stage, "runner", reader.tongue)
    return [asked, *dict.fromkeys(said)]


def reasons(look: Look, reader: Reader) -> list[dict[str, Any]]:
    """Every rule that fired, in its own words."""
    if look.verdict is None or look.case is None:
        return []
    return [
        {
            "code": reason.code,
            "verdict": reason.verdict.name,
            "sentence": reason_words(reason, look.case, "runner", reader.tongue),
        }
        for reason in look.verdict.reasons
    ]


def notes(look: Look, reader: Reader) -> list[str]:
    return [note_words(note, "runner", reader.tongue) for note in look.verdict.notes] if look.verdict else []


def _set_by_a_physio(made: Override, verdict: Verdict, reader: Reader) -> Iterator[str]:
    """What the physio set instead, and what was computed: both are shown, and neither hides the other."""
    yield reader.gettext(
        "{name} set this until {day}: {reason}", name=made.by, day=reader.day(made.until), reason=made.reason
    )
    computed = reader.gettext(HEADLINES[verdict.decision])
    yield reader.gettext("Computed from your runs: {headline}. The reasons stand below.", headline=computed)


def _short_of(part: Missing, reader: Reader) -> str:
    return f"{label_of(part.item, reader)}: {words_of(part.measured, part.required, part.unit, reader)}."
