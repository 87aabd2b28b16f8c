"""By hand: a run that was typed in; it counts for load and limits, and for a dose only where a physio stands for it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from rules.triggers import METRICS

LEVELS = ((1, "inc1_s"), (2, "inc2_s"), (4, "inc4_s"), (8, "inc8_s"))
NOTE = "entered_by_hand"


def measured(
    typed: Mapping[str, Any], start: datetime, *, onset_s: float | None, attested: bool, tired: bool = False
) -> dict[str, Any]:
    """The flat form of an exposure, with null for all that only a sensor can tell.

    `typed` holds duration_s, and where they were given distance_m, rpe and incline_pct. `tired` says that the run
    before makes all of this one fatigued. Without an onset nobody can tell what of it was run tired.
    """
    duration_s, incline = float(typed["duration_s"]), typed.get("incline_pct")
    metrics: dict[str, Any] = dict.fromkeys(METRICS)
    metrics |= {"dur_s": duration_s, "run_s": duration_s, "run_m": typed.get("distance_m")}
    if incline is not None:
        metrics |= {f"inc{level}_ceil_s": _from(incline >= level, duration_s) for level in (2, 4)}
        metrics["dn4_ceil_s"] = _from(incline <= -4, duration_s)
    if attested:
        if onset_s is not None:
            metrics["fat_s"] = duration_s if tired else max(0.0, duration_s - onset_s)
        if incline is not None:
            metrics |= {name: _from(incline >= level, duration_s) for level, name in LEVELS}
            metrics["dn4_s"] = _from(incline <= -4, duration_s)
    return {
        **metrics,
        "coverage_v": 0.0,
        "quality": "OK" if attested else "POOR",
        "notes": [NOTE],
        "sources": {"run_m": "runner"},
        "start": start.isoformat().replace("+00:00", "Z"),
        "duration_s": duration_s,
        "rpe": typed.get("rpe"),
        "srpe": None if typed.get("rpe") is None else round(float(typed["rpe"]) * duration_s / 60, 1),
    }


def _from(holds: bool, duration_s: float) -> float:
    return duration_s if holds else 0.0
