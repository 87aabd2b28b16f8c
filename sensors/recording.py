"""Recording: one run as columns over time, the words that sensors and rules share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Column = NDArray[np.float64]
CadenceUnit = Literal["steps", "strides"]

DECODER_VERSION = "3"  # raised whenever the same bytes would be read differently

CHANNELS = ("speed_mps", "cadence_spm", "grade", "heart_rate_bpm", "power_w", "altitude_m")

SENSOR_HOLD_S = 3.0  # a Bluetooth sensor speaks every second; after 3 s of silence nothing is known
SMART_HOLD_S = 8.0  # a watch that records only "when something changed" is silent for longer on purpose


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Recording:
    """One run. Columns are float64 of one length; NaN means the sensor did not say, and nothing else.

    `t_s` are seconds since `start`, in any order (the rules sort and merge them); `grade` is a fraction (0.04 is
    4 %) that a treadmill or a person stated; a grade from the barometer is the rules' work and comes from
    `altitude_m`. `sources` names who said each channel. `cadence_unit` is what `cadence_spm` holds: "steps" (true to
    its name), "strides" (to be doubled), None (nobody said). `from_packets` is whether it was received packet by
    packet, so that some may have been lost, and not read from a file.
    """

    t_s: Column
    speed_mps: Column
    cadence_spm: Column
    grade: Column
    heart_rate_bpm: Column
    power_w: Column
    altitude_m: Column
    start: datetime | None = None
    sources: Mapping[str, str] = field(default_factory=dict)
    cadence_unit: CadenceUnit | None = None
    hold_s: float = SENSOR_HOLD_S
    from_packets: bool = False
    pauses_s: tuple[tuple[float, float], ...] = ()
    unreadable_packets: int = 0
    notes: tuple[str, ...] = ()

    @classmethod
    def of(cls, t_s: object, /, **columns_and_facts: object) -> Recording:
        """Build one from any sequences; channels that are not given are NaN throughout."""
        times = np.asarray(t_s, dtype=np.float64)
        channels = {name: _column(columns_and_facts.pop(name, None), len(times)) for name in CHANNELS}
        return cls(t_s=times, **channels, **columns_and_facts)  # type: ignore[arg-type]

    def __len__(self) -> int:
        return len(self.t_s)

    def __post_init__(self) -> None:
        for name in CHANNELS:
            if len(getattr(self, name)) != len(self.t_s):
                raise ValueError(f"{name} has {len(getattr(self, name))} values for {len(self.t_s)} moments")


def _column(values: object, length: int) -> Column:
    if values is None:
        return np.full(length, np.nan)
    if isinstance(values, list | tuple):
        return np.array([np.nan if v is None else v for v in values], dtype=np.float64)
    return np.asarray(values, dtype=np.float64)
