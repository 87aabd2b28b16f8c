"""Deeds: what people did, in a line each, with what changed by it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from server.pages.reader import N_, Reader
from server.storage.history import Deed

ACTIONS = {
    "plan changed": N_("Plan changed"),
    "stage moved": N_("Stage moved"),
    "flag raised": N_("Red flag raised"),
    "flag cleared": N_("Red flag cleared by name"),
    "hold set": N_("Hold set"),
    "hold lifted": N_("Hold lifted"),
    "override": N_("Override set"),
    "metric attested": N_("Metric attested"),
    "criterion attested": N_("Entry criterion attested"),
    "morning corrected": N_("Morning corrected"),
    "no run": N_("A day without a run"),
    "programme saved": N_("Programme saved"),
    "consent given": N_("Consent given"),
    "consent declined": N_("Consent declined"),
    "consent withdrawn": N_("Consent withdrawn"),
}
NONE = "–"
HIDDEN = {"before", "after"}


def line(deed: Deed, names: Mapping[str, str], reader: Reader) -> dict[str, Any]:
    """Who did what to whom and when; an id whose person is gone stays an id."""
    return {
        "seq": deed.seq,
        "at": reader.clock(deed.at),
        "actor": names.get(deed.actor, reader.gettext("the server") if deed.actor == "server" else deed.actor),
        "runner": names.get(deed.runner_id, deed.runner_id) if deed.runner_id else "",
        "action": action(deed.action, reader),
        "words": list(_words(deed.words or {})),
        "erased": deed.words is None,
    }


def action(text: str, reader: Reader) -> str:
    words = reader.gettext(ACTIONS.get(text, text))
    return words[:1].upper() + words[1:]


def changes(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Each number or word that differs, as (which, before, after)."""
    old, new = dict(_flat(before or {})), dict(_flat(after))
    names = sorted({*old, *new})
    return [(name, _text(old.get(name)), _text(new.get(name))) for name in names if old.get(name) != new.get(name)]


def _words(words: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in _flat({name: value for name, value in words.items() if name not in HIDDEN}):
        if value is not None:
            yield name, _text(value)
    before, after = words.get("before"), words.get("after")
    if isinstance(after, Mapping):
        for name, was, is_now in changes(before if isinstance(before, Mapping) else None, after):
            yield name, f"{was} → {is_now}"
    elif after is not None:
        yield "", f"{_text(before)} → {_text(after)}"


def _flat(document: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in document.items():
        path = f"{above}{name}"
        if isinstance(value, Mapping) and value:
            yield from _flat(value, f"{path}.")
        elif value not in ({}, [], None) or above:
            yield path, value


def _text(value: Any) -> str:
    if value is None:
        return NONE
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)
