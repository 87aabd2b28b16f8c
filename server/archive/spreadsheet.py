"""Spreadsheet: CSV that a spreadsheet program shows and never carries out."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

from sensors.files.csv_columns import to_csv
from sensors.recording import Recording

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
# A remark is one line, but a spreadsheet cuts it at each comma; what follows one must not begin a formula either.
CUT = re.compile(r"([,;\t]\s*)(?=[=+\-@])")


def cell(value: object) -> str:
    """A number as it is; a text that would begin a formula has an apostrophe before it; None is empty."""
    if value is None:
        return ""
    if isinstance(value, bool | int | float):
        return str(value)
    text = str(value)
    return f"'{text}" if text.lstrip(" \u00a0\ufeff").startswith(FORMULA) or text.startswith(FORMULA) else text


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([cell(value) for value in row] for row in rows)
    return out.getvalue().encode()


def recording(measured: Recording) -> bytes:
    """A recording as anybody can read it, its remarks harmless."""
    lines = to_csv(measured).decode().split("\n")
    return "\n".join(CUT.sub(r"\1'", line) if line.startswith("#") else line for line in lines).encode()
