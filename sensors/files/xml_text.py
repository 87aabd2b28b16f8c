"""XML of watches and websites as text: any encoding, and nothing in it that can expand or fetch."""

from __future__ import annotations

import math
import re
from contextlib import suppress
from datetime import UTC, datetime
from xml.parsers.expat import ExpatError, ParserCreate

from sensors.errors import UnreadableFile

FORBIDDEN = "This file declares a document type or entities, which no run needs, so it was not read."

CHUNK = 1024 * 1024
DEEPEST = 64  # the deepest point of a watch stands about ten deep

_ENDLESS_NAMESPACE = re.compile(r"\sxmlns:?[^=]{256}")  # the search of gpxpy for its end takes a minute
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_BYTE_ORDER_MARKS = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def plain_xml(data: bytes) -> str:
    """The document without its XML declaration, whole or broken off.

    Raise UnreadableFile where it declares a document type or entities: no watch writes them, and they can swell to
    gigabytes or read files of this computer. The parser is given the very text that was looked through, so no
    encoding hides one from it. Nor may elements be nested a thousand deep, at which parsers crash.
    """
    text = _decoded(data)
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise UnreadableFile(FORBIDDEN)
    text = _DECLARATION.sub("", text).lstrip()
    if _depth(text) > DEEPEST or _ENDLESS_NAMESPACE.search(text):
        raise UnreadableFile("This file is built like no run, so it was not read.")
    return text


def holds_element(head: bytes, name: str) -> bool:
    """Whether an XML document begins with this element (any prefix, after comments and the like)."""
    text = _decoded(head).lstrip()
    return text.startswith("<") and re.search(rf"<(\w+:)?{name}[\s/>]", text) is not None


def local_name(tag: str) -> str:
    """The name of an element without its namespace."""
    return tag.rsplit("}", 1)[-1]


def number_in(text: str | None) -> float | None:
    """A finite number as XML writes it; None for nothing, for words and for NaN."""
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def utc_seconds(text: str | None) -> float | None:
    """Seconds since 1970 of an ISO 8601 time; one without a zone is taken as UTC; None where it is no time."""
    try:
        moment = datetime.fromisoformat((text or "").strip())
    except ValueError:
        return None
    return seconds_since_1970(moment)


def seconds_since_1970(moment: datetime) -> float | None:
    """None where no watch could have meant it."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.timestamp() if 1970 < aware.year < 2200 else None


def _depth(text: str) -> int:
    """How deep elements are nested, as far as the document can be parsed and until it is too deep."""
    parser, now, deepest = ParserCreate(), 0, 0

    def begin(_name: str, _attributes: dict[str, str]) -> None:
        nonlocal now, deepest
        now += 1
        deepest = max(deepest, now)

    def end(_name: str) -> None:
        nonlocal now
        now -= 1

    parser.StartElementHandler, parser.EndElementHandler = begin, end
    with suppress(ExpatError):
        for at in range(0, len(text), CHUNK):
            if deepest > DEEPEST:
                break
            parser.Parse(text[at : at + CHUNK])
    return deepest


def _decoded(data: bytes) -> str:
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return data.decode(encoding, errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")  # numbers and times are the same in it, and only those are read
