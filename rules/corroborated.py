"""Corroborated: where a physio asks for it, running late counts as tired only if heart or stride say so too."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from rules.signal.samples import Mask, Samples
from rules.triggers import informing
from rules.triggers.fatigue import Previous, fatigued
from rules.vocabulary import References

CORROBORATED = "corroborated"
# From so much loss on a sign agrees: 5 % is the convention of practice for drift, 3 % of cadence an expert default.
SIGNS = {"decoupling_pct": 5.0, "rolling_drift_pct": 5.0, "cadence_decay_pct": 3.0}


def tired(
    samples: Samples, references: References, onset_s: float, previous: Previous | None, *, corroborated: bool
) -> Mask | None:
    """Which samples were run fatigued; None where nobody can tell.

    As `fatigued` says; where it has to be corroborated the run before counts for nothing, and running late only in a
    session of which at least one sign agrees.
    """
    if not corroborated:
        return fatigued(samples, onset_s, previous)
    late = fatigued(samples, onset_s, None)
    if late is None or not (late & samples.running).any():
        return late
    return _agreed(late, informing.measure(samples, references))


def _agreed(late: Mask, told: Mapping[str, float | None]) -> Mask | None:
    """Late running of a session with a sign; none of it where all that are known disagree, None where none is known."""
    known = {name: value for name in SIGNS if (value := told[name]) is not None}
    if not known:
        return None
    return late if any(round(value, 3) >= SIGNS[name] for name, value in known.items()) else np.zeros_like(late)
