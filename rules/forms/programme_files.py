"""The programmes that come with Stridegate: one JSON file each, for a physio to read."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

from rules.errors import ProgrammeInvalid

KEYS = ("PHT", "FIBRE", "IMT", "DHT", "NEURAL", "FIELD")


@cache
def built_in(key: str) -> Mapping[str, Any]:
    """The file of one programme as it stands. Raises ProgrammeInvalid for a key that is none of KEYS."""
    if key not in KEYS:
        raise ProgrammeInvalid(f"There is no programme {key!r}; there are {', '.join(KEYS)}.")
    text = files("rules").joinpath("programmes", f"{key}.json").read_bytes()
    return msgspec.json.decode(text, type=dict[str, Any])
