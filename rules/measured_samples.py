"""Measured samples: a recording prepared, with what depends on the runner: fatigue, efforts, plausible speed."""

from __future__ import annotations

from dataclasses import replace

from rules.corroborated import tired
from rules.signal.efforts import find, find_for_dose
from rules.signal.plausibility import is_speed_implausible
from rules.signal.samples import Samples, prepare
from rules.triggers.fatigue import Previous
from rules.triggers.speed import PERCENTS
from rules.vocabulary import References
from sensors.recording import Recording


def measured_samples(
    recording: Recording,
    references: References,
    *,
    fatigue_onset_s: float,
    corroborated: bool,
    previous: Previous | None,
) -> Samples:
    """The samples with their efforts by percentage of top speed (`references` as `effective` returns them).

    A recording with an implausible speed has no efforts.
    """
    samples = prepare(recording)
    late = tired(samples, references, fatigue_onset_s, previous, corroborated=corroborated)
    samples = replace(samples, fatigued=late, is_implausible=is_speed_implausible(samples, references))
    v_max_mps = None if samples.is_implausible else references.v_max_mps
    return replace(
        samples,
        efforts={x: find(samples, x, v_max_mps) for x in PERCENTS},
        dose_efforts={x: find_for_dose(samples, x, v_max_mps) for x in PERCENTS},
    )
