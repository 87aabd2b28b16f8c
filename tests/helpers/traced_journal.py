"""A process that writes a journal under the eyes of a power-cut trace, and leaves the trace in a file."""

from __future__ import annotations

import asyncio
import pickle
import sys
from pathlib import Path

from gateway_kit import packet
from power_cut import Trace, watch

from gateway.journal import Journal
from gateway.writer import Told, Writer


async def main(folder: Path, number: int) -> None:
    trace = Trace()
    watch(trace)

    def on_commit(packets: dict[str, int], _sealed: int) -> None:
        trace.acknowledged += sum(packets.values())

    told = Told(on_commit=on_commit, on_trouble=lambda _: None, on_failure=lambda _: None)
    writer = Writer(Journal.open(folder / "data"), folder / "data", told)
    await writer.do(lambda journal: journal.begin("capture", "runner-1", "2026-05-28T20:26:40.000Z"))
    for second in range(number):
        await writer.keep("capture", packet(second))
        if second % 5 == 4:
            await writer.do(lambda journal: None)
    trace.is_on = False  # closing puts the log away; a power cut does not wait for that
    await writer.close()
    (folder / "trace").write_bytes(pickle.dumps(trace.steps))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
