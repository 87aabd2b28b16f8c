"""Scope words: what a token lets a program do, for who ticks it."""

from __future__ import annotations

from server.needs import SCOPES
from server.pages.reader import N_, Reader

WORDS = {
    "caseload:read": N_("read who is in care and who needs somebody"),
    "check-ins:write": N_("answer check-ins and red-flag questions"),
    "files:write": N_("bring run files"),
    "gateways:read": N_("read which gateways there are"),
    "gateways:write": N_("pair gateways and assign sensors"),
    "plan:read": N_("read plans"),
    "plan:write": N_("change plans, stages, holds and outcomes"),
    "sessions:read": N_("read runs and recordings"),
    "verdict:read": N_("read what is decided, and why"),
}


def offered(reader: Reader) -> list[tuple[str, str]]:
    """Every scope with its words; one that has none yet is named as it is."""
    return [(scope, reader.gettext(WORDS.get(scope, scope))) for scope in SCOPES]
