"""Traces: a session's columns placed on drawings under one another, with gaps left open and what counted shaded."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rules.trace import FATIGUED, RISING, Trace
from server.pages.reader import N_, Reader

Column = NDArray[np.float64]

WIDTH, HEIGHT, ROOM = 720, 96, 6
POINTS = 360  # a point for each two pixels: more cannot be seen, and a page has to stay small


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """How one channel is drawn: its name, its column, and how its numbers are read."""

    title: str
    column: Callable[[Trace], Column]
    read: Callable[[Reader, float], str]
    from_zero: bool = False
    least_span: float = 0.0
    shaded: str | None = None


CHANNELS: Mapping[str, Channel] = {
    "speed": Channel(
        title=N_("Speed"), column=lambda t: t.speed_mps, read=lambda r, v: r.pace(v), from_zero=True, shaded=FATIGUED
    ),
    "cadence": Channel(
        title=N_("Cadence"),
        column=lambda t: t.cadence_spm,
        read=lambda r, v: r.gettext("{number} steps/min", number=r.number(v, 0)),
    ),
    "grade": Channel(
        title=N_("Incline"),
        column=lambda t: t.grade,
        read=lambda r, v: f"{r.number(100 * v)} %",
        from_zero=True,
        shaded=RISING,
        least_span=0.04,  # a flat run looks flat, and not like the noise of its sensor
    ),
    "heart": Channel(
        title=N_("Heart rate"),
        column=lambda t: t.heart_rate_bpm,
        read=lambda r, v: r.gettext("{number} beats/min", number=r.number(v, 0)),
    ),
}


def draw(trace: Trace, reader: Reader, ceilings: Mapping[str, float], effort_percent: int | None) -> dict[str, object]:
    """Every channel that was measured. `ceilings` are values by channel; the efforts at `effort_percent` are marked."""
    length_s = float(trace.end_s[-1]) if len(trace.end_s) else 0.0
    across = _Axis(0.0, max(length_s, 1.0), 0, WIDTH)
    drawn = [
        _channel(name, channel, trace, reader, across, ceilings.get(name))
        for name, channel in CHANNELS.items()
        if np.isfinite(channel.column(trace)).any()
    ]
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "channels": drawn,
        "efforts": [
            {"x": across(e.start_s), "width": max(1.5, across(e.start_s + e.seconds) - across(e.start_s))}
            for e in trace.efforts
            if e.percent == effort_percent
        ],
        "minutes": [{"x": across(m * 60.0), "text": f"{m}"} for m in _ticks(length_s / 60)],
    }


@dataclass(frozen=True, slots=True)
class _Axis:
    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        return round(self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start), 1)


def _channel(
    name: str, channel: Channel, trace: Trace, reader: Reader, across: _Axis, ceiling: float | None
) -> dict[str, object]:
    column = channel.column(trace)
    top = max(float(np.nanmax(column)), ceiling or -np.inf)
    low = min(float(np.nanmin(column)), 0.0 if channel.from_zero else np.inf)
    up = _Axis(low, max(top, low + (channel.least_span or 1e-6)), HEIGHT - ROOM, ROOM)
    highest, middle = channel.read(reader, float(np.nanmax(column))), channel.read(reader, float(np.nanmedian(column)))
    return {
        "name": name,
        "title": reader.gettext(channel.title),
        "flat": float(np.nanmax(column) - np.nanmin(column)) < channel.least_span / 8,
        "path": "".join(_path(trace, column, across, up)),
        "shades": [
            {"x": across(s.start_s), "width": round(across(s.end_s) - across(s.start_s), 1)}
            for s in trace.stretches
            if s.kind == channel.shaded
        ],
        "ceiling": None if ceiling is None else {"y": up(ceiling), "text": channel.read(reader, ceiling)},
        "highest": highest,
        "summary": reader.gettext("highest {highest}, in the middle {middle}", highest=highest, middle=middle),
    }


def _path(trace: Trace, column: Column, across: _Axis, up: _Axis) -> Iterator[str]:
    """A line that is lifted wherever nothing was said; each thinned bucket keeps its lowest and its highest."""
    for part in _unbroken(trace, column):
        yield f"M{across(trace.t_s[part[0]])} {up(column[part[0]])}"
        for place in _thinned(part, column, len(trace.t_s)):
            yield f"L{across(trace.t_s[place])} {up(column[place])}"
        yield f"L{across(trace.end_s[part[-1]])} {up(column[part[-1]])}"


def _unbroken(trace: Trace, column: Column) -> Iterator[NDArray[np.intp]]:
    known = np.flatnonzero(np.isfinite(column))
    if len(known):
        apart = np.flatnonzero((np.diff(known) > 1) | (trace.t_s[known[1:]] > trace.end_s[known[:-1]])) + 1
        yield from np.split(known, apart)


def _thinned(part: NDArray[np.intp], column: Column, samples: int) -> Iterator[int]:
    bucket = max(1, 2 * samples // POINTS)
    for start in range(0, len(part), bucket):
        some = part[start : start + bucket]
        low, high = some[np.argmin(column[some])], some[np.argmax(column[some])]
        yield from sorted({int(low), int(high)})


def _ticks(minutes: float) -> Sequence[int]:
    """Four to eight round numbers of minutes."""
    step = next((s for s in (1, 2, 5, 10, 15, 30, 60) if minutes / s <= 8), 120)
    return range(0, int(minutes) + 1, step)
