"""Metric: the name of one number a session is judged by, with its unit and what it is measured against."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """`reference` is the runner's own speed without which the number means nothing; `informs` never gates."""

    name: str
    unit: str
    label: str
    reference: Literal["v_max", "v_thr"] | None = None
    informs: bool = False
