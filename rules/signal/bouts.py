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

    def sums(self, column: Column) -> Column:
        """The sum of a column over each bout's chosen samples, the breaks left out."""
        return np.asarray(np.add.reduceat(column[self.places], self.starts)) if len(self.starts) else np.empty(0)

    def largest(self, column: Column) -> Column:
        """The largest value of a column in each bout."""
        return np.asarray(np.maximum.reduceat(column[self.places], self.starts)) if len(self.starts) else np.empty(0)


def bouts(samples: Samples, chosen: Mask, *, ends_after_s: float) -> Bouts:
    """Chosen samples grouped: a break of `ends_after_s` or longer, unwanted or silent, ends a bout."""
    places = np.flatnonzero(chosen)
    breaks = samples.t_ms[places[1:]] - samples.end_ms[places[:-1]]
    later = np.flatnonzero(breaks >= ends_after_s * 1000) + 1
    return Bouts(places, np.concatenate([[0], later]) if len(places) else places)
