"""Waiting: why nobody can tell yet, to the runner, and to the physio who may be the one that is waited for."""

from __future__ import annotations

import re

from server.pages.reader import N_, Reader
from server.review import Look
from server.storage.people import Person

CHOOSE = N_("There is no plan yet: choose the programme and the stage.")
# What the review says stands here once more for the translators.
SAID = (
    N_("There is no plan yet: your physiotherapist chooses the programme and the stage."),
    N_("The plan cannot be read: your physiotherapist has to open it and save it again."),
    N_("A run has not arrived completely yet."),
    N_("A run has arrived and is being measured."),
    N_("Earlier runs are being measured again, for something about them has changed."),
)
HELD = re.compile(r"A gateway still holds (\d+) packets of a run and has not handed them over\.")
HOLDS_ONE = N_("A gateway still holds {number} packet of a run and has not handed it over.")
HOLDS_MANY = N_("A gateway still holds {number} packets of a run and has not handed them over.")
LOST = re.compile(r"A run has arrived that could not be taken in\. (.*) Its bytes are kept; your clinic has to look\.")
NOT_TAKEN = N_("A run has arrived that could not be taken in. {why} Its bytes are kept; your clinic has to look.")


def words(look: Look, person: Person, reader: Reader) -> list[str]:
    """What is awaited, as this person may act on it; that there is no plan is what the look says first."""
    if look.plan is None and person.role == "physio":
        return [reader.gettext(CHOOSE), *(_read(sentence, reader) for sentence in look.waiting[1:])]
    return to_a_runner(look, reader)


def to_a_runner(look: Look, reader: Reader) -> list[str]:
    return [_read(sentence, reader) for sentence in look.waiting]


def _read(sentence: str, reader: Reader) -> str:
    """In the reader's language, also where a number or a reason stands within it."""
    if held := HELD.fullmatch(sentence):
        return reader.ngettext(HOLDS_ONE, HOLDS_MANY, int(held[1]))
    if lost := LOST.fullmatch(sentence):
        return reader.gettext(NOT_TAKEN, why=reader.gettext(lost[1]))
    return reader.gettext(sentence)
