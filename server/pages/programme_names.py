"""Programme names: what a plan's programme is called before people, with its version if it is not the current one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rules.errors import RulesError
from rules.forms.programme_files import current_key
from rules.programme import load
from server.pages.reader import Reader


def name(programme: object, reader: Reader) -> str:
    """The key of a built-in programme, or the name of a clinic's own; for physios, as a key may name a diagnosis."""
    if isinstance(programme, Mapping):
        return str(programme.get("name") or reader.gettext("own programme"))
    key = current_key(str(programme))
    if key == programme:
        return key
    return reader.gettext("{programme} (version {version})", programme=key, version=_version(str(programme)))


def key(programme: Any) -> str:
    """The key of a built-in programme without its version."""
    return current_key(str(programme))


def _version(key: str) -> str:
    try:
        return str(load(key).version)
    except RulesError:
        return key
