"""Waiting: why nobody can tell yet, to the runner, and to the physio who may be the one that is waited for."""

from __future__ import annotations

from server.pages.reader import N_, Reader
from server.review import Look
from server.storage.people import Person

CHOOSE = N_("There is no plan yet: choose the programme and the stage.")


def words(look: Look, person: Person, reader: Reader) -> list[str]:
    """What is awaited, as this person may act on it; that there is no plan is what the look says first."""
    sentences = list(look.waiting)
    if look.plan is None and person.role == "physio":
        sentences[:1] = [CHOOSE]
    return [reader.gettext(sentence) for sentence in sentences]
