"""Names: what people and devices are called, cleaned at the edge so that a name can play no tricks on a page."""

from __future__ import annotations

import unicodedata

from server.problem import Problem

MOST = 64
# Letters that turn the direction of others, or join them without being seen.
UNSEEN = frozenset(
    "\u200b\u200c\u200d\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
)


def cleaned(text: str) -> str:
    """In Unicode's composed form, without control and unseen characters, single spaces; perhaps empty."""
    seen = "".join(letter for letter in unicodedata.normalize("NFC", text) if not _is_unseen(letter))
    return unicodedata.normalize("NFC", " ".join(seen.split()))


def required(text: str, what: str = "name") -> str:
    """A cleaned name. Raises Problem 422 where nothing is left of it, or it is too long."""
    name = cleaned(text)
    if not 1 <= len(name) <= MOST:
        raise Problem(422, f"A {what}, please", f"The {what} needs 1 to {MOST} letters.")
    return name


def login_name(text: str) -> str:
    """The form in which two spellings of a login name are the same."""
    return unicodedata.normalize("NFKC", cleaned(text)).casefold()


def _is_unseen(letter: str) -> bool:
    # Cc control, Cs half a letter, Co private, Cn not assigned; white space stays to part words.
    return letter in UNSEEN or (unicodedata.category(letter) in ("Cc", "Cs", "Co", "Cn") and not letter.isspace())
