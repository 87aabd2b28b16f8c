"""History: eight weeks of runs that nobody ran, second by second, from a few numbers and a seed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from sensors.recording import Column, Recording

WALK_S, WALK_MPS = 90, 1.35
STRIDE_S, STRIDES_EVERY_S = 16, 110


@dataclass(frozen=True, slots=True, kw_only=True)
class Outing:
    """One run and what was answered about it. Times in days before now; pain 0-10 as (during, after, next morning)."""

    days_ago: float
    minutes: float
    speed_mps: float = 2.75
    strides: int = 0
    stride_mps: float = 0.0
    incline_s: int = 0
    grade: float = 0.0
    pain: tuple[float, float, float | None] = (0, 0, 0)


def recording(outing: Outing, start: datetime, seed: int) -> Recording:
    """The outing as a foot pod, a treadmill and a heart strap would have told it."""
    chance = np.random.default_rng(seed)
    speed, grade = (np.array(column) for column in zip(*_seconds(outing), strict=True))
    speed = np.maximum(0.0, speed + chance.normal(0, 0.03, len(speed)))
    t_s = np.arange(len(speed), dtype=np.float64)
    return Recording.of(
        t_s,
        speed_mps=speed.round(3),
        cadence_spm=_cadence(speed, chance),
        grade=grade,
        heart_rate_bpm=_heart(speed, grade, t_s, chance),
        start=start,
        sources={
            "speed_mps": "foot pod",
            "cadence_spm": "foot pod",
            "grade": "treadmill",
            "heart_rate_bpm": "heart strap",
        },
        cadence_unit="steps",
        hold_s=3.0,
        from_packets=True,
    )


def _seconds(outing: Outing) -> Iterator[tuple[float, float]]:
    """Speed and grade at each second: walk, run with a hill and strides in it, walk."""
    run_s = round(outing.minutes * 60)
    hill = range(run_s // 4, run_s // 4 + outing.incline_s)
    first_stride = run_s - outing.strides * STRIDES_EVERY_S
    yield from ((WALK_MPS, 0.0) for _ in range(WALK_S))
    for second in range(run_s):
        since = second - first_stride
        stride = outing.strides and since >= 0 and since % STRIDES_EVERY_S < STRIDE_S
        yield outing.stride_mps if stride else outing.speed_mps, outing.grade if second in hill else 0.0
    yield from ((WALK_MPS, 0.0) for _ in range(WALK_S))


def _cadence(speed: Column, chance: np.random.Generator) -> Column:
    steps = np.where(speed < 2.0, 60 + 35 * speed, 145 + 8.5 * speed)
    column: Column = (steps + chance.normal(0, 0.8, len(speed))).round()
    return column


def _heart(speed: Column, grade: Column, t_s: Column, chance: np.random.Generator) -> Column:
    """A heart that follows the effort with half a minute's lag and drifts upwards as the run grows long."""
    effort = 62 + 30 * speed * (1 + 8 * np.maximum(grade, 0)) + 6 * t_s / 3600
    lag = np.exp(-np.arange(120) / 32.0)
    padded = np.concatenate([np.full(119, effort[0]), effort])
    followed = np.convolve(padded, lag / lag.sum(), mode="valid")
    column: Column = np.minimum(192, followed + chance.normal(0, 0.7, len(speed))).round()
    return column
