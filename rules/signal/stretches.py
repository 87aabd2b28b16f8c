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
    """The chosen samples grouped twice: into whole stretches, and into parts without a loss or a break."""

    whole: Bouts
    parts: Bouts

    def longest_part_ms(self, hold_ms: Column) -> Column:
        """The held time of the longest part of each stretch; `hold_ms` of all samples."""
        of_parts = self.parts.sums(hold_ms[self.parts.places])
        longest = np.zeros(len(self.whole.starts))
        stretch = np.searchsorted(self.whole.starts, self.parts.starts, side="right") - 1
        np.maximum.at(longest, stretch, of_parts)
        return longest


def stretches(
    samples: Samples, chosen: Mask, measured: Mask, pieces: Places, *, ends_after_s: float, breaks_split: bool
) -> Stretches:
    """Group the `chosen` of the `measured` samples.

    A stretch ends where `ends_after_s` outside of it were measured in one piece, that is, without a loss. A part ends
    at a loss, and if `breaks_split` at every sample outside.
    """
    here = np.flatnonzero(measured)
    inside, piece = chosen[here], pieces[here]
    changes = (inside[1:] != inside[:-1]) | (piece[1:] != piece[:-1])
    begins = np.flatnonzero(np.concatenate([np.ones(min(1, len(here)), dtype=bool), changes]))
    lasting_ms = np.add.reduceat(samples.hold_ms[here], begins) if len(begins) else np.empty(0)
    is_end = ~inside[begins] & (lasting_ms >= ends_after_s * 1000)
    run = np.searchsorted(begins, np.arange(len(here)), side="right") - 1
    stretch, part = np.cumsum(is_end)[run][inside], (run if breaks_split else piece)[inside]
    places = here[inside]
    return Stretches(_grouped(places, stretch), _grouped(places, stretch, part))


def _grouped(places: Places, *labels: NDArray[np.generic]) -> Bouts:
    """A group begins where one of the labels changes."""
    changes = np.zeros(max(0, len(places) - 1), dtype=bool)
    for label in labels:
        changes |= label[1:] != label[:-1]
    return Bouts(places, np.flatnonzero(np.concatenate([np.ones(min(1, len(places)), dtype=bool), changes])))
