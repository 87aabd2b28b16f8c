"""Stretches: chosen samples that belong together because too little outside of them was measured between."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rules.signal.bouts import Bouts
from rules.signal.samples import Mask, Samples

Column = NDArray[np.float64]
Places = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Stretches:
    """The chosen samples in three groupings: whole stretches, their parts, and what of them has no loss in between."""

    whole: Bouts
    parts: Bouts
    pieces: Bouts

    def longest_ms(self, within: Bouts, hold_ms: Column) -> Column:
        """For each stretch the held time of the longest of its parts or pieces; `hold_ms` of all samples."""
        longest = np.zeros(len(self.whole.starts))
        stretch = np.searchsorted(self.whole.starts, within.starts, side="right") - 1
        np.maximum.at(longest, stretch, within.sums(hold_ms[within.places]))
        return longest


def stretches(
    samples: Samples, chosen: Mask, outside: Mask, measured: Mask, pieces: Places, *, ends_after_s: float
) -> Stretches:
    """Group the `chosen` of the `measured` samples.

    A stretch ends where `ends_after_s` of samples `outside` of it were measured in one of the `pieces`, that is,
    without a loss. A part ends at a loss, and at every sample that is not chosen.
    """
    here = np.flatnonzero(measured)
    inside, piece = chosen[here], pieces[here]
    changes = (inside[1:] != inside[:-1]) | (piece[1:] != piece[:-1])
    begins = np.flatnonzero(np.concatenate([np.ones(min(1, len(here)), dtype=bool), changes]))
    outside_ms = np.where(outside[here], samples.hold_ms[here], 0.0)
    lasting_ms = np.add.reduceat(outside_ms, begins) if len(begins) else np.empty(0)
    is_end = ~inside[begins] & (lasting_ms >= ends_after_s * 1000)
    run = np.searchsorted(begins, np.arange(len(here)), side="right") - 1
    stretch = np.cumsum(is_end)[run][inside]
    places = here[inside]
    return Stretches(
        whole=_grouped(places, stretch),
        parts=_grouped(places, stretch, run[inside]),
        pieces=_grouped(places, stretch, piece[inside]),
    )


def _grouped(places: Places, *labels: NDArray[np.generic]) -> Bouts:
    """A group begins where one of the labels changes."""
    changes = np.zeros(max(0, len(places) - 1), dtype=bool)
    for label in labels:
        changes |= label[1:] != label[:-1]
    return Bouts(places, np.flatnonzero(np.concatenate([np.ones(min(1, len(places)), dtype=bool), changes])))
