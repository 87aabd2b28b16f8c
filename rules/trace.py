"""Trace: a session as it is drawn: what was measured second by second, and which stretches of it counted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from rules.measured_samples import measured_samples
from rules.references import effective
from rules.signal.effort import Effort
from rules.signal.samples import Samples
from rules.triggers.fatigue import Previous
from rules.vocabulary import References
from sensors.recording import Recording

Column = NDArray[np.float64]

UPHILL = 0.02  # the slight incline of the rules
FATIGUED, RISING = "fatigued", "uphill"
NO_REFERENCES = References()


@dataclass(frozen=True, slots=True)
class Stretch:
    """From one moment to another, in seconds since the first sample; `kind` says what counted there."""

    kind: str
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Trace:
    """Columns of one length over `t_s`; NaN where nobody said. `end_s` is how far each sample speaks.

    Speeds are means of three seconds in m/s, cadence is in steps a minute, grade a fraction. `efforts` are all that
    were seen at every percentage of top speed, whatever the grade; none if the speed is implausible.
    """

    t_s: Column
    end_s: Column
    speed_mps: Column
    cadence_spm: Column
    grade: Column
    heart_rate_bpm: Column
    stretches: tuple[Stretch, ...]
    efforts: tuple[Effort, ...]


def trace(
    recording: Recording,
    references: References = NO_REFERENCES,
    *,
    fatigue_onset_s: float = 1800.0,
    corroborated: bool = False,
    previous: Previous | None = None,
) -> Trace:
    """The session as `measure` sees it, with the same arguments."""
    samples = measured_samples(
        recording,
        effective(references),
        fatigue_onset_s=fatigue_onset_s,
        corroborated=corroborated,
        previous=previous,
    )
    return Trace(
        t_s=samples.t_ms / 1000,
        end_s=samples.end_ms / 1000,
        speed_mps=samples.v3_mps,
        cadence_spm=samples.cadence_spm,
        grade=samples.grade,
        heart_rate_bpm=samples.heart_rate_bpm,
        stretches=tuple(_stretches(samples)),
        efforts=tuple(chain.from_iterable(samples.efforts.values())),
    )


def _stretches(samples: Samples) -> Iterator[Stretch]:
    """Running while fatigued, and running uphill: the seconds behind `fat_s` and `inc2_s`."""
    if samples.fatigued is not None:
        yield from _joined(samples, FATIGUED, samples.running & samples.fatigued)
    yield from _joined(samples, RISING, samples.running & (samples.grade >= UPHILL))


def _joined(samples: Samples, kind: str, mask: NDArray[np.bool_]) -> Iterable[Stretch]:
    """Neighbouring samples without a gap between them are one stretch."""
    chosen = np.flatnonzero(mask)
    if not len(chosen):
        return
    apart = np.flatnonzero(samples.t_ms[chosen[1:]] > samples.end_ms[chosen[:-1]])
    starts, ends = chosen[np.append(0, apart + 1)], chosen[np.append(apart, len(chosen) - 1)]
    for start, end in zip(starts, ends, strict=True):
        yield Stretch(kind, float(samples.t_ms[start]) / 1000, float(samples.end_ms[end]) / 1000)
