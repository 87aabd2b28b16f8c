"""Amounts as a person reads them: 18 min 20 s, 7.2 km, 61 %; what is not known reads "cannot tell"."""

from __future__ import annotations

from datetime import datetime

from rules.numbers import plain

CANNOT_TELL = "cannot tell"


def amount(value: float | str | None, unit: str | None) -> str:
    """A number with its unit, or a word such as PENDING as it is."""
    if value is None:
        return CANNOT_TELL
    if isinstance(value, str):
        return value
    if unit == "s":
        return _duration(value)
    if unit == "m" and value >= 1000:
        return f"{_number(value / 1000)} km"
    if unit == "d":
        return f"{_number(value)} day" if value == 1 else f"{_number(value)} days"
    return f"{_number(value)} {unit}" if unit else _number(value)


def day(moment: datetime) -> str:
    """28 March, in UTC as everything that is judged."""
    return f"{moment.day} {moment:%B}"


def _duration(seconds: float) -> str:
    if seconds < 120:
        return f"{_number(seconds)} s"
    minutes, rest = divmod(seconds, 60)
    return f"{_number(minutes)} min" if rest == 0 else f"{_number(minutes)} min {_number(rest)} s"


def _number(value: float) -> str:
    return f"{plain(round(value, 3)):,}"
