"""A run that nobody ran: a plan of warm-up, easy running, a slight incline and strides, and a body that answers it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

STILL_S = 20.0  # a run is over when the runner has stood still for as long (of a simulated session)
BREATH_S = 10.0  # and stands a little before it begins, as people do who start a watch


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """So many seconds at one speed; `grade` is a fraction."""

    for_s: float
    speed_mps: float
    grade: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """How one runner's body answers: no two are alike. Steps per minute, beats per minute, seconds."""

    seed: int
    cadence_at_3_mps: float = 168.0
    cadence_per_mps: float = 7.0
    heart_rest_bpm: float = 58.0
    heart_max_bpm: float = 186.0
    heart_lag_s: float = 35.0
    speed_max_mps: float = 7.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What is true at one second of a run."""

    elapsed_s: int
    speed_mps: float
    cadence_spm: float
    grade: float
    heart_rate_bpm: float
    distance_m: float
    climb_m: float


def perform(plan: tuple[Segment, ...], body: Body) -> tuple[Moment, ...]:
    """The run second by second. The same plan and body always give the same run."""
    speeds, grades = zip(*_asked(plan), strict=True)
    noise = random.Random(body.seed)  # noqa: S311 - a stride's little unevenness is no secret  # nosec B311
    speeds = tuple(max(0.0, v + noise.gauss(0, 0.04)) if v > 0 else 0.0 for v in _smooth(speeds))
    cadences = [_cadence(v, body) + noise.gauss(0, 0.8) if v > 0 else 0.0 for v in speeds]
    hearts = _hearts(speeds, grades, body, noise)
    climbs = [v * max(grade, 0.0) for v, grade in zip(speeds, grades, strict=True)]
    columns = zip(speeds, cadences, grades, hearts, accumulate(speeds), accumulate(climbs), strict=True)
    return tuple(
        Moment(elapsed_s=i, speed_mps=v, cadence_spm=c, grade=g, heart_rate_bpm=h, distance_m=d, climb_m=up)
        for i, (v, c, g, h, d, up) in enumerate(columns)
    )


def easy_run(minutes: float, body: Body, easy_mps: float = 2.9) -> tuple[Segment, ...]:
    """A run back to running: walk, run easily, a gentle hill, strides, run on while tired, two more strides, walk.

    `minutes` is the whole of it, standing at both ends not counted. Strides are at some 80 % of the body's best.
    """
    whole_s = minutes * 60
    stride_mps = 0.8 * body.speed_max_mps
    stride_s, float_s = min(15.0, whole_s / 60), min(45.0, whole_s / 24)
    strides = (Segment(for_s=stride_s, speed_mps=stride_mps), Segment(for_s=float_s, speed_mps=easy_mps * 0.8))
    late_strides = 2 * strides
    middle = (
        Segment(for_s=0.22 * whole_s, speed_mps=easy_mps),
        Segment(for_s=0.14 * whole_s, speed_mps=easy_mps * 0.92, grade=0.03),
        Segment(for_s=0.08 * whole_s, speed_mps=easy_mps),
        *(4 * strides),
    )
    ends = Segment(for_s=0.08 * whole_s, speed_mps=1.5), Segment(for_s=0.05 * whole_s, speed_mps=1.3)
    left_s = whole_s - sum(s.for_s for s in (*middle, *late_strides, *ends))
    late = Segment(for_s=left_s, speed_mps=easy_mps * 1.02)
    return (ends[0], *middle, late, *late_strides, ends[1])


def standing(for_s: float) -> Segment:
    return Segment(for_s=for_s, speed_mps=0.0)


def length_s(plan: tuple[Segment, ...]) -> float:
    return sum(segment.for_s for segment in plan)


def _asked(plan: tuple[Segment, ...]) -> Iterator[tuple[float, float]]:
    """Speed and grade that the plan asks for at each whole second."""
    ends = list(accumulate(segment.for_s for segment in plan))
    at = 0
    for second in range(int(ends[-1])):
        while second >= ends[at]:
            at += 1
        yield plan[at].speed_mps, plan[at].grade


def _smooth(speeds: tuple[float, ...]) -> Iterator[float]:
    """Nobody changes speed at once: at most 1.2 m/s faster and 1.5 m/s slower within a second."""
    speed = speeds[0]
    for asked in speeds:
        speed += min(max(asked - speed, -1.5), 1.2)
        yield speed


def _cadence(speed_mps: float, body: Body) -> float:
    if speed_mps < 2.0:  # walking
        return 70.0 + 30.0 * speed_mps
    return body.cadence_at_3_mps + body.cadence_per_mps * (speed_mps - 3.0)


def _hearts(
    speeds: tuple[float, ...], grades: tuple[float, ...], body: Body, noise: random.Random
) -> tuple[float, ...]:
    """The heart follows the effort with a lag, and drifts upwards as the run grows long."""
    reserve = body.heart_max_bpm - body.heart_rest_bpm
    hearts, now = [], body.heart_rest_bpm + 12
    for second, (speed, grade) in enumerate(zip(speeds, grades, strict=True)):
        effort = min(1.0, 0.12 + 0.2 * speed * (1 + 9 * max(grade, 0.0)) + 0.05 * second / 1800)
        now += (body.heart_rest_bpm + reserve * effort - now) / body.heart_lag_s
        hearts.append(min(body.heart_max_bpm, now + noise.gauss(0, 0.6)))
    return tuple(hearts)
