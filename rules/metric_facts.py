"""What is known of a metric by its name: its unit, and the runner's own speed it is measured against.

A physio's own programme may name a metric that no trigger knows, such as eff75_n; it is read by the shape of its name.
"""

from __future__ import annotations

import re
from typing import Literal

from rules.triggers import METRICS

Reference = Literal["v_max", "v_thr"]

_PERCENT_OF_V_MAX = re.compile(r"(?:eff|fast|ff)(\d+)_(?:n|m|s|ceil_n)$")
_AGAINST_V_MAX = re.compile(r"peak\d|(?:eff|fast|ff)\d")
_AGAINST_V_THR = re.compile(r"t_thr|uf_|ff_s$")
_UNITS = {"_pct": "%", "_s": "s", "_m": "m", "_n": "times"}


def unit(name: str) -> str | None:
    """The unit of a metric; None where its name does not tell."""
    if name in METRICS:
        return METRICS[name].unit
    return next((of_ending for ending, of_ending in _UNITS.items() if name.endswith(ending)), None)


def label(name: str) -> str:
    """What a metric is called before a person; its own name where no trigger knows it."""
    return METRICS[name].label if name in METRICS else name


def reference(name: str) -> Reference | None:
    """The speed without which the metric means nothing."""
    if name in METRICS:
        return METRICS[name].reference
    if _AGAINST_V_MAX.match(name):
        return "v_max"
    return "v_thr" if _AGAINST_V_THR.match(name) else None


def percent_of_v_max(name: str, required: float) -> float | None:
    """How near to top speed a dose of this metric is, in percent; None where it is not about top speed."""
    if name.startswith("peak") and name.endswith("_pct"):
        return required
    found = _PERCENT_OF_V_MAX.match(name)
    return float(found[1]) if found else None


def gates(name: str) -> bool:
    """Whether a built-in rule may read the metric, so that a case must give it as a number that is possible."""
    return name in METRICS and not METRICS[name].informs
