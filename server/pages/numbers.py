"""Numbers as people read them: minutes, kilometres and minutes per kilometre; missing is said, never drawn as zero."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime
from typing import Any

NOT_MEASURED = "not measured"


def amount(value: object, unit: str | None) -> str:
    """One value with its unit, in words that need no explanation."""
    if value is None:
        return NOT_MEASURED
    if isinstance(value, str):
        return {"PENDING": "not answered yet"}.get(value, value.lower())
    number = float(value)  # type: ignore[arg-type]
    if not math.isfinite(number):
        return NOT_MEASURED
    return _BY_UNIT.get(unit or "", _plain)(number) if unit in _BY_UNIT else f"{_plain(number)} {unit or ''}".strip()


def minutes(seconds: float | None) -> str:
    if seconds is None:
        return NOT_MEASURED
    whole, rest = divmod(round(seconds), 60)
    if whole >= 10 or rest == 0:
        return f"{round(seconds / 60)} min"
    return f"{whole}:{rest:02d} min" if whole else f"{rest} s"


def kilometres(metres: float | None) -> str:
    return NOT_MEASURED if metres is None else f"{metres / 1000:.1f} km" if metres >= 1000 else f"{metres:.0f} m"


def pace(speed_mps: float | None) -> str:
    """Minutes per kilometre."""
    if speed_mps is None or not speed_mps > 0:
        return NOT_MEASURED
    whole, rest = divmod(round(1000 / speed_mps), 60)
    return f"{whole}:{rest:02d} min/km"


def day(moment: datetime) -> str:
    return f"{moment:%a} {moment.day} {moment:%b}"


def ago(then: datetime, now: datetime) -> str:
    seconds = (now - then).total_seconds()
    if seconds < 90:
        return "just now"
    for size, name in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            count = int(seconds // size)
            return f"{count} {name}{'' if count == 1 else 's'} ago"
    return "just now"


def _plain(number: float) -> str:
    return f"{number:.0f}" if number == round(number) else f"{number:.1f}"


_BY_UNIT: dict[str, Callable[[float], str]] = {
    "s": minutes,
    "m": kilometres,
    "m/s": lambda number: f"{number:.1f} m/s",
    "%": lambda number: f"{_plain(number)} %",
    "n": _plain,
    "": _plain,
    "d": lambda number: f"{_plain(number)} day{'' if number == 1 else 's'}",
}

FILTERS: dict[str, Callable[..., Any]] = {
    "amount": amount,
    "minutes": minutes,
    "kilometres": kilometres,
    "pace": pace,
    "day": day,
    "ago": ago,
}
