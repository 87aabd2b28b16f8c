"""Numbers as the terminal says them, where nobody chose a language or a unit."""

from __future__ import annotations

NOT_MEASURED = "not measured"


def minutes(seconds: float | None) -> str:
    if seconds is None:
        return NOT_MEASURED
    whole, rest = divmod(round(seconds), 60)
    if whole >= 10 or rest == 0:
        return f"{round(seconds / 60)} min"
    return f"{whole}:{rest:02d} min" if whole else f"{rest} s"


def kilometres(metres: float | None) -> str:
    return NOT_MEASURED if metres is None else f"{metres / 1000:.1f} km" if metres >= 1000 else f"{metres:.0f} m"
