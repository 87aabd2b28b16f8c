"""Exposure: what a session did to the runner, measured from its recording."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain

import numpy as np

from rules.measured_samples import measured_samples
from rules.references import effective
from rules.signal.effort import Effort
from rules.signal.grade import ENTERED
from rules.signal.histogram import Bin, histogram
from rules.signal.losses import LOST_FROM_STEPS
from rules.signal.plausibility import NOTE as IMPLAUSIBLE
from rules.signal.samples import Samples
from rules.triggers import METRICS, TRIGGERS
from rules.triggers.fatigue import Previous
from rules.vocabulary import Quality, References
from sensors.recording import Recording

__all__ = ["Exposure", "Previous", "measure"]

LEAST_COVERAGE = 0.80
SHORTEST_S = 120.0
PARTIAL = "partial: "  # so begins a recording's note that a part of the run is missing
SMART, SPARSE = "smart_recording", "sparse_speed"  # notes: short efforts of a file, or of packets, are not counted
NO_REFERENCES = References()
OF_TOP_SPEED = tuple(name for name, metric in METRICS.items() if metric.reference == "v_max")  # null if not plausible


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """One session in numbers. A metric that is None was not measured; a POOR session never counts for a dose."""

    metrics: Mapping[str, float | None]
    quality: Quality
    coverage_v: float
    dur_s: float
    start: datetime | None = None
    notes: tuple[str, ...] = ()
    sources: Mapping[str, str] = field(default_factory=dict)
    histogram: tuple[Bin, ...] = ()
    efforts: tuple[Effort, ...] = ()

    def to_json(self) -> dict[str, object]:
        """The flat form of `stridegate measure --json`: every metric by its name, and the facts about them."""
        return {
            **{name: self.metrics.get(name) for name in METRICS},
            "coverage_v": self.coverage_v,
            "quality": self.quality,
            "notes": list(self.notes),
            "sources": dict(self.sources),
            "start": _iso(self.start),
            "duration_s": self.dur_s,
        }


def measure(
    recording: Recording,
    references: References = NO_REFERENCES,
    *,
    fatigue_onset_s: float = 1800.0,
    corroborated: bool = False,
    previous: Previous | None = None,
) -> Exposure:
    """Measure one recording against the runner's references. Never raises on values; what cannot be told is None.

    `fatigue_onset_s` is the stage's, and `corroborated` whether a second sign of fatigue has to agree; `previous` is
    the session before, for running back to back.
    """
    references = effective(references)
    samples = measured_samples(
        recording, references, fatigue_onset_s=fatigue_onset_s, corroborated=corroborated, previous=previous
    )
    measured: dict[str, float | None] = {}
    for trigger in TRIGGERS:
        measured |= trigger.measure(samples, references)
    if samples.is_implausible:
        measured |= dict.fromkeys(OF_TOP_SPEED)
    coverage = _coverage(samples)
    efforts = tuple(chain.from_iterable(samples.efforts.values()))
    return Exposure(
        metrics={name: _told(value) for name, value in measured.items()},
        quality="POOR" if samples.is_implausible else _quality(samples, coverage, recording),
        coverage_v=coverage,
        dur_s=round(samples.dur_s, 3),
        start=recording.start,
        notes=_notes(samples, recording, references, efforts),
        sources=_sources(samples, recording),
        histogram=histogram(samples),
        efforts=efforts,
    )


def _iso(moment: datetime | None) -> str | None:
    """ISO 8601 in UTC; a moment without a zone is taken to be in UTC already."""
    if moment is None:
        return None
    in_utc = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return in_utc.isoformat().replace("+00:00", "Z")


def _told(value: float | None) -> float | None:
    """A metric as it is judged: three decimals, and None for whatever is not a number."""
    return None if value is None or not math.isfinite(value) else round(float(value), 3) + 0.0  # no minus zero


def _quality(samples: Samples, coverage: float, recording: Recording) -> Quality:
    """POOR where too little was heard, or where the recording itself says that a part of the run is missing."""
    whole = not any(note.startswith(PARTIAL) for note in recording.notes)
    return "OK" if whole and coverage >= LEAST_COVERAGE and samples.dur_s >= SHORTEST_S else "POOR"


def _coverage(samples: Samples) -> float:
    """The share of the time, declared pauses left out, for which the speed was measured.

    A sample that is followed by a loss covers no more than one and a half of the usual steps.
    """
    awake_s = samples.dur_s - samples.paused_s
    longest_ms = np.inf if samples.is_sparse else LOST_FROM_STEPS * samples.step_ms
    covered_s = float(np.minimum(samples.hold_ms[samples.v_known], longest_ms).sum()) / 1000
    return min(1.0, round(covered_s / awake_s, 3)) if awake_s > 0 else 0.0


def _notes(
    samples: Samples, recording: Recording, references: References, efforts: tuple[Effort, ...]
) -> tuple[str, ...]:
    notes = [*recording.notes, *samples.notes]
    if recording.unreadable_packets:
        notes.append(f"unreadable_packets {recording.unreadable_packets}")
    if samples.grade_source == ENTERED:
        notes.append("grade_entered_by_runner")
    if any(effort.grade is None for effort in efforts):
        notes.append("effort_grade_unknown")
    if samples.is_sparse and samples.step_ms > 0:
        notes.append(SPARSE if recording.from_packets else SMART)
    if references.v_max_kind == "estimated":
        notes.append("v_max_estimated")
    if np.isnan(samples.heart_rate_bpm).all():
        notes.append("HR_ABSENT_INFO")
    if samples.is_implausible:
        notes.append(IMPLAUSIBLE)
    return tuple(notes)


def _sources(samples: Samples, recording: Recording) -> dict[str, str]:
    """Who said each channel; of the grade, whose word was taken, if anybody's was."""
    sources = {str(channel): str(source) for channel, source in recording.sources.items() if channel != "grade"}
    return sources if samples.grade_source is None else {**sources, "grade": samples.grade_source}
