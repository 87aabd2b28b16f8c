"""Strict JSON: a document as every database can keep it; what two readers could read differently is refused."""

from __future__ import annotations

import json
import math
import unicodedata
from typing import Any, NoReturn

from server.problem import Problem

DEEPEST = 64
LONGEST_NUMBER = 40  # a time in nanoseconds has 19 digits

# Control characters end a line or a string where nobody sees it; marks of direction show a name as another one.
KEPT_CONTROLS = "\t\n"
MARKS_OF_DIRECTION = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def read(raw: bytes) -> Any:
    """The document. Raises Problem 400 for what is no JSON, 422 for numbers that are none."""
    try:
        return json.loads(
            raw.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_number, parse_int=_whole, parse_float=_real
        )
    except UnicodeDecodeError as why:
        raise _not_json(f"byte {why.start} is no UTF-8") from why
    except json.JSONDecodeError as why:
        raise _not_json(f"{why.msg} at line {why.lineno}, column {why.colno}") from why
    except RecursionError as why:
        raise _not_json(f"it is nested more than {DEEPEST} deep") from why


def cleaned(value: Any, deeper: int = DEEPEST) -> Any:
    """The same document, all its texts cleaned. Raises Problem 400 where it is nested too deep."""
    if isinstance(value, dict | list) and deeper == 0:
        raise _not_json(f"it is nested more than {DEEPEST} deep")
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [cleaned(item, deeper - 1) for item in value]
    if isinstance(value, dict):
        return {clean(name): cleaned(item, deeper - 1) for name, item in value.items()}
    return value


def clean(text: str) -> str:
    """The text in one Unicode form, without what cannot be seen and changes what is seen."""
    return unicodedata.normalize("NFC", "".join(letter for letter in text if _is_seen(letter)))


def _is_seen(letter: str) -> bool:
    if letter in KEPT_CONTROLS:
        return True
    return unicodedata.category(letter) not in ("Cc", "Cs") and letter not in MARKS_OF_DIRECTION


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _not_json("one of its names stands there twice")
    return found


def _no_number(text: str) -> NoReturn:
    raise Problem(422, "Not a number", f"{text} is no number; leave out what was not measured.")


def _whole(text: str) -> int:
    if len(text) > LONGEST_NUMBER:
        raise Problem(422, "Not a number", f"{text[:12]}… is larger than any number that is meant here.")
    return int(text)


def _real(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        _no_number(text[:20])
    return value


def _not_json(why: str) -> Problem:
    return Problem(400, "Not JSON", f"The body cannot be read as JSON: {why}.")
