"""From the bytes of a case document to its typed form; whatever is wrong becomes one sentence with its place."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from math import isfinite
from typing import Any

import msgspec

from rules.errors import BadCase
from rules.forms.case_form import PARTS, CaseForm, sentence

_TOO_DEEP = "The case is nested too deeply to be read."


def read_document(document: bytes | str | Mapping[str, object]) -> CaseForm:
    """The typed form of a case. Raises BadCase."""
    try:
        parsed = _finite(_in_utf8(document)) if isinstance(document, Mapping) else _parsed(document)
    except RecursionError:
        raise BadCase(_TOO_DEEP) from None
    form: CaseForm = _typed(parsed, CaseForm, "")
    for name, kinds in PARTS:
        part = getattr(form, name)
        for kind in kinds if isinstance(part, dict) else ():
            _typed(part, kind, name)
    return form


def read_part(document: Mapping[str, object], kind: type[Any], within: str) -> Any:
    """One part of a case that stands alone, typed. Raises BadCase."""
    return _typed(_finite(_in_utf8(document)), kind, within)


def _parsed(document: bytes | str) -> object:
    text = document.removeprefix("\ufeff") if isinstance(document, str) else document.removeprefix(b"\xef\xbb\xbf")
    try:
        return msgspec.json.decode(text)
    except UnicodeError:
        raise BadCase("The case is not written in UTF-8.") from None
    except msgspec.ValidationError:
        raise BadCase("A number in the case is too large to be read.") from None
    except msgspec.DecodeError as problem:
        raise BadCase(f"The case is not valid JSON: {_what(str(problem))}.") from None


def _finite(document: Mapping[str, object]) -> Mapping[str, object]:
    for place, value in _floats(document, ""):
        if not isfinite(value):
            raise BadCase(f"{place} is not a finite number.")
    return document


def _floats(value: object, place: str) -> Iterator[tuple[str, float]]:
    if isinstance(value, float):
        yield place, value
    elif isinstance(value, Mapping):
        for key, part in value.items():
            yield from _floats(part, f"{place}.{key}".removeprefix("."))
    elif isinstance(value, list | tuple):
        for index, part in enumerate(value):
            yield from _floats(part, f"{place}[{index}]")


def _in_utf8(document: Mapping[str, object]) -> Mapping[str, object]:
    """What was parsed elsewhere may hold half a character, which no page and no file could say again."""
    try:
        json.dumps(document, ensure_ascii=False, default=str).encode()
    except UnicodeEncodeError:
        raise BadCase("A text in the case holds half a character, which nobody can read.") from None
    return document


def _typed(value: object, kind: type[Any], within: str) -> Any:
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as problem:
        raise BadCase(sentence(problem, within)) from None
    except RecursionError:
        raise BadCase(_TOO_DEEP) from None


def _what(text: str) -> str:
    what = text.removeprefix("JSON is malformed: ")
    return what[:1].lower() + what[1:]
