"""XML of watches and websites as text: any encoding, and nothing in it that can expand or fetch."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime

from sensors.errors import UnreadableFile

FORBIDDEN = "This file declares a document type or entities, which no run needs, so it was not read."

_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_BYTE_ORDER_MARKS = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def plain_xml(data: bytes) -> str:
    """The document without its XML declaration.

    Raise UnreadableFile where it declares a document type or entities: no watch writes them, and they can swell to
    gigabytes or read files of this computer. The parser is given the very text that was looked through, so no
    encoding hides one from it.
    """
    text = _decoded(data)
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise UnreadableFile(FORBIDDEN)
    return _DECLARATION.sub("", text).lstrip()


def holds_element(head: bytes, name: str) -> bool:
    """Whether an XML document begins with this element (any prefix, after comments and the like)."""
    text = _decoded(head).lstrip()
    return text.startswith("<") and re.search(rf"<(\w+:)?{name}[\s>]", text) is not None


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
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _decoded(data: bytes) -> str:
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return data.decode(encoding, errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")  # numbers and times are the same in it, and only those are read
