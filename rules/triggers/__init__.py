"""The triggers: every module of this folder names its metrics and measures them; the folder is the registry."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType
from typing import Protocol, cast

from rules.metric import Metric
from rules.signal.samples import Samples
from rules.vocabulary import References


class Trigger(Protocol):
    """What a module of this folder offers: its metrics, and their values for one session (None: not measured)."""

    METRICS: tuple[Metric, ...]

    def measure(self, samples: Samples, references: References) -> dict[str, float | None]: ...


TRIGGERS: tuple[Trigger, ...] = tuple(
    cast(Trigger, import_module(f"{__name__}.{module.name}")) for module in sorted(iter_modules(__path__))
)
METRICS: Mapping[str, Metric] = MappingProxyType({m.name: m for trigger in TRIGGERS for m in trigger.METRICS})


def metric(name: str) -> Metric | None:
    """The metric of this name, or None where no trigger knows it."""
    return METRICS.get(name)
