"""FileRun: one run as a file told it, with what the file says about itself."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from sensors.recording import Recording

PARTIAL = "partial: "
"""A note with this beginning says that a part of the run is missing: such a run never counts as a full one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What the file itself sums up, to be compared with what its samples give; None where it says nothing.

    `duration_s` is elapsed time with its pauses, `cadence_spm` steps a minute (both feet).
    """

    duration_s: float | None = None
    distance_m: float | None = None
    cadence_spm: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRun:
    """One run of a file. `asked` holds what a stream wants to be measured with, as found; empty for other files."""

    recording: Recording
    sport: str
    summary: Summary = Summary()
    asked: Mapping[str, object] = field(default_factory=dict)

    @property
    def begins_s(self) -> float:
        """When it began, in seconds since 1970; before everything else where nobody said."""
        start = self.recording.start
        return -math.inf if start is None else start.timestamp()

    def noting(self, *notes: str) -> FileRun:
        """The same run with more notes."""
        recording = replace(self.recording, notes=(*self.recording.notes, *notes))
        return replace(self, recording=recording)
