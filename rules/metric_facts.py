"""What is known of a metric by its name: its unit, and the runner's own speed it is measured against."""

from __future__ import annotations

import re
from typing import Literal

Reference = Literal["v_max", "v_thr"]

_PERCENT_OF_V_MAX = re.compile(r"(?:eff|fast|ff)(\d+)_[nms]$")
_UNITS = {"_s": "s", "_m": "m", "_n": "", "_pct": "%"}


def unit(name: str) -> str | None:
    """The unit of a metric, "" for a count; by its ending where the registry does not know it."""
    for ending, of_ending in _UNITS.items():
        if name.endswith(ending):
            return of_ending
    return None


def reference(name: str) -> Reference | None:
    """The speed without which the metric means nothing."""
    if name.startswith(("t_thr", "uf_")) or name == "ff_s":
        return "v_thr"
    if name.startswith(("peak", "fast", "eff", "ff80")):
        return "v_max"
    return None


def percent_of_v_max(name: str, required: float) -> float | None:
    """How near to top speed a dose of this metric is, in percent; None where it is not about top speed."""
    if name.startswith("peak") and name.endswith("_pct"):
        return required
    found = _PERCENT_OF_V_MAX.match(name)
    return float(found[1]) if found else None


def gates(name: str) -> bool:
    """Whether a rule may read the metric, so that its value must be a number."""
    return reference(name) is not None or unit(name) is not None
