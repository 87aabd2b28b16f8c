"""Samples: a recording sorted, cleaned and held, ready to be measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rules.signal import cadence, grade
from rules.signal.effort import Effort
from rules.signal.held import Held
from rules.signal.losses import LONGEST_STEP_MS, Losses, find_losses, usual_step_ms
from rules.signal.order import in_order
from rules.signal.pauses import paused_ms
from sensors.recording import SENSOR_HOLD_S, Recording

Column = NDArray[np.float64]
Mask = NDArray[np.bool_]

LAST_HOLD_MS = 1000.0
HIGHEST_MPS = 12.5
STEEPEST_CHANGE = 6000.0  # 6 m/s^2, in micrometres a second and a millisecond


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Samples:
    """Columns of one length, in order of time; NaN means nobody said.

    `t_ms` counts from the first sample, `hold_ms` is how long a sample speaks: both whole milliseconds, so that sums
    are exact. `run` is the running integral of `v_mps`, `v3_mps` its mean over three seconds, in whole micrometres a
    second, `v15_mps` that over fifteen, `peak3_mps` the highest over three without a gap. `cadence_spm` is in steps.
    `grade` comes from the best source there is (`grade_source`, None without one); `grade_residual_m` is how badly a
    barometric slope fitted, `smooth_altitude_m` what it was drawn through.
    `fatigued` is None if it is not known; it, `is_implausible` and the efforts, by their percentage of top speed, are
    filled in once the runner's own numbers are known: `efforts` are all of them, `dose_efforts` those that lost samples
    cannot have made. `step_ms` is the usual interval between samples of the speed (NaN: not known).
    """

    t_ms: Column
    hold_ms: Column
    run: Held
    v_mps: Column
    v3_mps: Column
    v15_mps: Column
    peak3_mps: float | None
    cadence_spm: Column
    grade: Column
    grade_source: str | None
    grade_residual_m: Column
    heart_rate_bpm: Column
    altitude_m: Column
    smooth_altitude_m: Column
    running: Mask
    walking: Mask
    fatigued: Mask | None
    efforts: Mapping[int, tuple[Effort, ...]]
    dose_efforts: Mapping[int, tuple[Effort, ...]]
    step_ms: float
    losses: Losses
    is_implausible: bool
    paused_s: float
    notes: tuple[str, ...]

    @property
    def v_known(self) -> Mask:
        return ~np.isnan(self.v_mps)

    @property
    def is_sparse(self) -> bool:
        """Whether samples are too rare for short efforts to be counted."""
        return not self.step_ms <= LONGEST_STEP_MS

    @property
    def end_ms(self) -> Column:
        return np.asarray(self.t_ms + self.hold_ms)

    @property
    def dur_s(self) -> float:
        return float(self.end_ms[-1]) / 1000 if len(self.t_ms) else 0.0

    def seconds(self, mask: Mask) -> float:
        """How long the samples of the mask hold."""
        return float(self.hold_ms[mask].sum()) / 1000

    def metres(self, mask: Mask) -> float:
        """How far the samples of the mask went; where nobody said, nothing is added."""
        chosen = mask & self.v_known
        return float((self.v_mps[chosen] * self.hold_ms[chosen]).sum()) / 1000


def prepare(recording: Recording) -> Samples:
    """Sort, merge, hold and clean a recording as the specification of the rules says (2.0)."""
    first_ms, t_ms, columns = in_order(recording)
    limit_ms = _hold_limit_ms(recording)
    hold_ms = np.minimum(np.diff(t_ms, append=t_ms[-1:] + LAST_HOLD_MS), limit_ms)
    v = _without_jumps(t_ms, _within(columns["speed_mps"], 0, HIGHEST_MPS))
    run = Held.of(t_ms, hold_ms, v)
    v3 = run.centred_mean(3000)
    steps, doubled = cadence.in_steps(columns["cadence_spm"], recording.cadence_unit, v, hold_ms)
    altitude = _within(columns["altitude_m"], -1000, 10_000)
    slope = grade.best(recording.sources, run, _within(columns["grade"], -0.45, 0.45), altitude)
    step_ms = usual_step_ms(t_ms, ~np.isnan(v), from_packets=recording.from_packets)
    running = (v3 >= 2.0) | ((steps >= 140) & (v3 >= 1.2))
    return Samples(
        t_ms=t_ms,
        hold_ms=hold_ms,
        run=run,
        v_mps=v,
        v3_mps=v3,
        v15_mps=run.centred_mean(15_000, least_covered=0.5),
        peak3_mps=run.peak_mean(3000),
        cadence_spm=steps,
        grade=slope.grade,
        grade_source=slope.source,
        grade_residual_m=slope.residual_m,
        heart_rate_bpm=_within(columns["heart_rate_bpm"], 30, 230),
        altitude_m=altitude,
        smooth_altitude_m=slope.smooth_m,
        running=running,
        walking=(v3 >= 0.5) & (v3 < 2.0) & ~running,
        fatigued=np.zeros(len(t_ms), dtype=bool),
        efforts={},
        dose_efforts={},
        step_ms=step_ms,
        losses=find_losses(t_ms, ~np.isnan(v), step_ms),
        is_implausible=False,
        paused_s=_paused_s(recording, first_ms, t_ms, hold_ms),
        notes=("cad_doubled",) if doubled else (),
    )


def _paused_s(recording: Recording, first_ms: float, t_ms: Column, hold_ms: Column) -> float:
    end_ms = first_ms + float(t_ms[-1] + hold_ms[-1]) if len(t_ms) else first_ms
    return paused_ms(recording.pauses_s, first_ms, end_ms) / 1000


def _hold_limit_ms(recording: Recording) -> float:
    stated = recording.hold_s
    return float(np.rint(stated * 1000)) if 0.001 <= stated <= 60 else SENSOR_HOLD_S * 1000


def _within(column: Column, low: float, high: float) -> Column:
    return np.where((column >= low) & (column <= high), column, np.nan)


def _without_jumps(t_ms: Column, v: Column) -> Column:
    """Of two neighbours that no runner could join, the faster says nothing; all pairs judged at once."""
    known = np.flatnonzero(~np.isnan(v))
    change = np.diff(np.rint(v[known] * 1e6))
    jump = np.abs(change) > STEEPEST_CHANGE * np.diff(t_ms[known])
    faster = np.where(change > 0, known[1:], known[:-1])[jump]
    cleaned = v.copy()
    cleaned[faster] = np.nan
    return cleaned
