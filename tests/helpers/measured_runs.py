"""Runs written as tables: a few segments of constant values become a Recording, and a Recording its metrics."""

from __future__ import annotations

from rules.exposure import Exposure, Previous, measure
from rules.vocabulary import References
from sensors.recording import CHANNELS, Recording

RUNNER = References(v_max_mps=8.0, v_max_kind="measured", v_thr_mps=4.0)


def segment(for_s: float, speed_mps: float | None = None, **channels: float | None) -> dict[str, float | None]:
    """So many seconds of constant values; a channel left out was not heard."""
    return {"for_s": for_s, "speed_mps": speed_mps, **channels}


def recording(*segments: dict[str, float | None], hz: float = 1.0, **facts: object) -> Recording:
    """One sample every 1/hz seconds from t = 0."""
    rows = [one for one in segments for _ in range(round(one["for_s"] * hz))]
    columns = {name: [row.get(name) for row in rows] for name in CHANNELS}
    return Recording.of([place / hz for place in range(len(rows))], **columns, **facts)


def at(times_s: list[float], speeds: list[float | None], **facts: object) -> Recording:
    """Samples at given moments."""
    return Recording.of(times_s, speed_mps=speeds, **facts)


def exposure_of(*segments: dict[str, float | None], **asked: object) -> Exposure:
    """Segments, measured against RUNNER unless `references` say otherwise."""
    return measured(recording(*segments, **_facts(asked)), **asked)


def measured(run: Recording, **asked: object) -> Exposure:
    """A recording, measured against RUNNER unless `references` say otherwise."""
    known = {name: asked[name] for name in ("fatigue_onset_s", "corroborated", "previous") if name in asked}
    return measure(run, asked.get("references", RUNNER), **known)


def after(hours: float, run_s: float) -> Previous:
    """The session before, as back-to-back fatigue asks for it."""
    return Previous(ended_h_before=hours, run_s=run_s)


def _facts(asked: dict[str, object]) -> dict[str, object]:
    ours = ("references", "fatigue_onset_s", "corroborated", "previous")
    return {name: asked.pop(name) for name in list(asked) if name not in ours}
