"""Amounts as a person reads them: 18 min 20 s, 7.2 km, 61 %; what is not known reads "cannot tell"."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from math import ceil

from rules.load import SPIKE_LIMITS
from rules.numbers import plain
from rules.windows import later

CANNOT_TELL = "cannot tell"


def amount(value: float | str | None, unit: str | None) -> str:
    """A number with its unit, or a word such as PENDING as it is."""
    if value is None:
        return CANNOT_TELL
    if isinstance(value, str):
        return value
    if unit in _BY_UNIT:
        return _BY_UNIT[unit](value)
    return f"{_number(value)} {unit}"


def places(value: float) -> int:
    """How many decimals say it: one, or more where one reads as a limit of a jump that it is not: 1.304 and 1.3."""
    return next(many for many in range(4) if _is_enough(value, many))


def _is_enough(value: float, many: int) -> bool:
    said = round(value, many)
    return many == 3 or said == round(value, 3) or (many >= 1 and said not in _JUMPS)


def day(moment: datetime) -> str:
    """28 March, in UTC as everything that is judged."""
    return f"{moment.day} {moment:%B}"


def clock(moment: datetime) -> str:
    """28 March, 07:30 UTC; a moment within a minute counts as the next one, so that nobody comes too early."""
    whole = moment if moment.second == moment.microsecond == 0 else later(moment, timedelta(minutes=1))
    return f"{day(whole)}, {whole:%H:%M} UTC"


def _pace(speed_mps: float) -> str:
    """Minutes for a kilometre, rounded up: what is read as a limit is never faster than it."""
    if speed_mps <= 0:
        return "standing"
    minutes, rest = divmod(ceil(round(1000 / speed_mps, 6)), 60)
    return f"{minutes}:{rest:02d} min/km"


def _bare(value: float) -> str:
    return f"{plain(round(value, places(value))):,}"


def _distance(metres: float) -> str:
    return f"{_number(metres)} m" if metres < 1000 else f"{_number(round(metres / 1000, 2))} km"


def _days(days: float) -> str:
    return f"{_number(days)} day" if days == 1 else f"{_number(days)} days"


def _duration(seconds: float) -> str:
    if seconds < 120:
        return f"{_number(seconds)} s"
    minutes, rest = divmod(seconds, 60)
    return f"{_number(minutes)} min" if rest == 0 else f"{_number(minutes)} min {_number(rest)} s"


def _number(value: float) -> str:
    return f"{plain(round(value, 3)):,}"


_JUMPS = frozenset(limit.ratio for limit in SPIKE_LIMITS)
_BY_UNIT: Mapping[str | None, Callable[[float], str]] = {
    None: _bare,
    "": _bare,
    "s": _duration,
    "m": _distance,
    "d": _days,
    "m/s": _pace,
}
