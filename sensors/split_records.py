"""Split records: a treadmill that needs several packets for one record is heard as one voice."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from sensors.recording import Column

OTHER_HALF_WITHIN_NS = 2_000_000_000  # treadmills speak every second; a part that waits longer belongs to nothing


def joined(
    t_ns: NDArray[np.int64], is_part: NDArray[np.bool_], fields: Mapping[str, Column]
) -> tuple[NDArray[np.int64], dict[str, Column], int]:
    """The whole records of one treadmill, each at the time of its last packet, and how many parts were left over.

    `is_part` marks packets that say more is to come: the rest, and the speed, follow in the next packet that does not
    say so. A field of a later part wins. A part after which nothing comes for 2 s is left out.
    """
    order = np.lexsort((~is_part, t_ns))  # of two packets of one moment the part comes first
    t_ns, is_part = t_ns[order], is_part[order]
    begins = np.append(True, ~is_part[:-1] | (np.diff(t_ns) > OTHER_HALF_WITHIN_NS))[: len(order)]
    whole = ~is_part
    together = {name: _latest_within(begins, column[order])[whole] for name, column in fields.items()}
    record = np.cumsum(begins)
    left_over = int(np.count_nonzero(~np.isin(record, record[whole])))
    return t_ns[whole], together, left_over


def _latest_within(begins: NDArray[np.bool_], column: Column) -> Column:
    """At each packet the latest value of its record so far."""
    row = np.arange(len(column))
    began = np.maximum.accumulate(np.where(begins, row, 0))
    said = np.maximum.accumulate(np.where(np.isnan(column), -1, row))
    return np.where(said >= began, column[said], np.nan)
