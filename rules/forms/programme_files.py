"""The programmes that come with Stridegate: one JSON file each, for a physio to read."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

from rules.errors import ProgrammeInvalid

KEYS = ("PHT", "FIBRE", "IMT", "DHT", "NEURAL", "FIELD")
VERSION_1 = "@1"  # the key of an earlier version, for plans that a physio has not moved on yet


@cache
def built_in(key: str) -> Mapping[str, Any]:
    """The file of one programme: the current version for a key of KEYS, version 1 for the key with VERSION_1 appended.

    Raises ProgrammeInvalid for any other key.
    """
    current = current_key(key)
    if current not in KEYS:
        raise ProgrammeInvalid(f"There is no programme {key!r}; there are {', '.join(KEYS)}.")
    folder = "programmes" if current == key else "programmes/version1"
    text = files("rules").joinpath(folder, f"{current}.json").read_bytes()
    return msgspec.json.decode(text, type=dict[str, Any])


def current_key(key: str) -> str:
    """The key of the current version of a built-in programme."""
    return key.removesuffix(VERSION_1)
