"""What reading and merging an hour of three sensors costs, against a bare loop over the same bytes in the same run.

    python tests/bench/bench_merge.py [--most RATIO]

With `--most` it fails where the median of the ratios is above.
"""

from __future__ import annotations

import argparse
import gc
import statistics
import struct
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "helpers"))

from notifications import BELT, POD, STRAP, WALL_NS, heard

from sensors import ble
from sensors.packet import Packet
from sensors.timeline import BootClock, merge

SECONDS = 3600
ROUNDS = 15
CLOCKS = [BootClock(boot="boot-1", offset_ns=WALL_NS, trusted=True)]
BELT_RECORD = struct.Struct("<HHHHBhhHHHHBBBH")  # a Matrix: all but pace, remaining time and force


def main() -> None:
    most = _arguments().most
    packets = _an_hour()
    decoded = [_ratio(lambda: [ble.decode(p.characteristic, p.payload) for p in packets], packets) for _ in range(3)]
    rounds = [_ratio(lambda: merge(packets, clocks=CLOCKS), packets) for _ in range(ROUNDS)][1:]
    ratio = statistics.median(rounds)
    print(f"{len(packets)} packets; bare struct.unpack loop {_milliseconds(lambda: _bare(packets)):.2f} ms")
    print(f"decoded and merged: {_milliseconds(lambda: merge(packets, clocks=CLOCKS)):.2f} ms, {ratio:.1f} x bare")
    print(f"decoded one by one into dataclasses: {statistics.median(decoded):.1f} x bare")
    if most is not None and ratio > most:
        sys.exit(f"{ratio:.1f} x is above {most:g} x")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--most", type=float, help="fail above this ratio")
    return parser.parse_args()


def _an_hour() -> list[Packet]:
    packets = []
    for second in range(SECONDS):
        pod = struct.pack("<BHB", 0, 640 + second % 90, 168 + second % 7)
        belt = BELT_RECORD.pack(
            0x079E, 900 + second % 90, 900, second & 0xFFFF, 0, 20, 0x7FFF, 0, 0x7FFF, 12, 0xFFFF, 0xFF, 0, 98, second
        )
        strap = struct.pack("<BBHH", 0x16, 140 + second % 12, 420, 431)
        packets.append(heard(second, POD, "2A53", pod))
        packets.append(heard(second + 0.2, BELT, "2ACD", belt))
        packets.append(heard(second + 0.5, STRAP, "2A37", strap))
    return packets


def _bare(packets: list[Packet]) -> None:
    """Nothing but the numbers: no missing field, no sentinel, no unit, no time, nothing kept."""
    for packet in packets:
        if packet.characteristic == "2A53":
            struct.unpack("<BHB", packet.payload)
        elif packet.characteristic == "2ACD":
            struct.unpack("<HHHHBhhHHHHBBBH", packet.payload)
        else:
            struct.unpack("<BBHH", packet.payload)


def _ratio(work: Callable[[], object], packets: list[Packet]) -> float:
    return _milliseconds(work) / _milliseconds(lambda: _bare(packets))


def _milliseconds(work: Callable[[], object]) -> float:
    gc.collect()
    began = time.process_time()
    work()
    return (time.process_time() - began) * 1000


if __name__ == "__main__":
    main()
