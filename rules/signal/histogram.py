"""Time and distance by speed, slope and fatigue: absolute, so that charts survive a change of reference."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from rules.signal.samples import Samples

BAND_EDGES = (-0.02, 0.01, 0.02, 0.04, 0.08)
BANDS = ("down4", "down2", "level", "up1", "up2", "up4", "up8", "unknown")


class Bin(NamedTuple):
    """How long and how far at speeds from `speed_mps` up to 0.1 m/s more."""

    speed_mps: float
    band: str
    fatigued: bool
    seconds: float
    metres: float


def histogram(samples: Samples) -> tuple[Bin, ...]:
    """The filled bins only, slowest first; speed is the three-second mean."""
    known = np.flatnonzero(samples.v_known)
    tenth = np.floor(np.round(samples.v3_mps[known] * 10, 5)).astype(np.int64)
    tired = samples.fatigued[known] if samples.fatigued is not None else np.zeros(len(known), dtype=bool)
    key = (tenth * len(BANDS) + _band(samples)[known]) * 2 + tired
    seconds = np.bincount(key, samples.hold_ms[known] / 1000)
    metres = np.bincount(key, samples.v_mps[known] * samples.hold_ms[known] / 1000)
    filled = np.flatnonzero(np.bincount(key))
    slowest, bands, fatigued = filled // 2 // len(BANDS) / 10, filled // 2 % len(BANDS), filled % 2 == 1
    columns = (slowest, bands, fatigued, seconds[filled], metres[filled])
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return tuple(Bin(v_mps, BANDS[band], tired, round(s, 3), round(m, 3)) for v_mps, band, tired, s, m in rows)


def _band(samples: Samples) -> np.ndarray:
    """The place in BANDS: a band includes its lower edge going up, and -4 % belongs to the steepest way down."""
    up = np.searchsorted(BAND_EDGES, samples.grade, side="right") + 1
    down4 = np.where(samples.grade <= -0.04, 0, up)
    return np.where(np.isnan(samples.grade), len(BANDS) - 1, down4)
