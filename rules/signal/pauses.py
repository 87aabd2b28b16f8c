"""Declared pauses: time in which nobody was expected to run."""

from __future__ import annotations

from collections.abc import Iterable


def paused_ms(pauses_s: Iterable[tuple[float, float]], begin_ms: float, end_ms: float) -> float:
    """Milliseconds of pause within the recording; what two pauses share counts once, a pause that ends before it
    begins is none."""
    reached, total = begin_ms, 0.0
    for pause_begin_s, pause_end_s in sorted(pause for pause in pauses_s if pause[0] < pause[1]):
        until = min(pause_end_s * 1000, end_ms)
        total += max(0.0, until - max(pause_begin_s * 1000, reached))
        reached = max(reached, until)
    return round(total)
