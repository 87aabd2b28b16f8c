"""Progress: what a person or a program may know of a running gateway, as events and as the latest numbers."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any, TextIO

Event = dict[str, Any]
Report = Callable[[Event], None]


def json_lines(out: TextIO | None = None) -> Report:
    """A report that prints each event as one line of JSON, at once; on stdout, where nothing else is named."""
    out = out or sys.stdout

    def say(event: Event) -> None:
        out.write(json.dumps(event, ensure_ascii=False, allow_nan=False) + "\n")
        out.flush()

    return say
