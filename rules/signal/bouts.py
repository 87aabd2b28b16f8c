"""Bouts: stretches of samples that belong together because the breaks between them are short."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rules.signal.samples import Mask, Samples

Column = NDArray[np.float64]
Places = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Bouts:
    """The chosen samples in order (`places`) and where among them each bout begins (`starts`)."""

    places: Places
    starts: Places

    def first(self) -> Places:
        """The first sample of each bout."""
        return self.places[self.starts]

    def sums(self, chosen: Column) -> Column:
        """The sum over each bout of a column of the chosen samples, the breaks left out."""
        return np.asarray(np.add.reduceat(chosen, self.starts)) if len(self.starts) else np.empty(0)

    def largest(self, chosen: Column) -> Column:
        """The largest value in each bout of a column of the chosen samples."""
        return np.asarray(np.maximum.reduceat(chosen, self.starts)) if len(self.starts) else np.empty(0)


def bouts(samples: Samples, chosen: Mask, *, ends_after_s: float) -> Bouts:
    """Chosen samples grouped: a break of `ends_after_s` or longer, unwanted or silent, ends a bout."""
    places = np.flatnonzero(chosen)
    breaks = np.diff(samples.t_ms[places]) - samples.hold_ms[places[:-1]]
    later = np.flatnonzero(breaks >= ends_after_s * 1000) + 1
    return Bouts(places, np.concatenate([[0], later]) if len(places) else places)
