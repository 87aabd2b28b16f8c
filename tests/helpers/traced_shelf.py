"""A process that takes run files under the eyes of a power-cut trace, and leaves the trace in a file."""

from __future__ import annotations

import pickle
import sys
from pathlib import Path

from power_cut import Trace, watch

from gateway.shelf import Shelf


def main(folder: Path, number: int) -> None:
    trace = Trace()
    watch(trace)
    shelf = Shelf.open(folder / "data", "https://clinic.example", "r-1", stamp="now")
    for n in range(number):
        shelf.take(f"{n}.fit", bytes([n]) * 3000, "2026-05-28T20:26:40.000Z")
        trace.acknowledged += 1
    trace.is_on = False  # closing puts the log away; a power cut does not wait for that
    shelf.close()
    (folder / "trace").write_bytes(pickle.dumps(trace.steps))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
