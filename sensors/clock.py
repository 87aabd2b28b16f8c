"""From the gateway's monotonic time to the time of day, one offset a boot."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class BootClock:
    """What the gateway found its clock to be during one boot: `offset_ns` is wall time less monotonic time."""

    boot: str
    offset_ns: int
    trusted: bool


def boot_offsets_ns(seen: Mapping[str, Iterable[int]], clocks: Sequence[BootClock]) -> tuple[dict[str, int], list[str]]:
    """Give every boot its offset, with a note where the time of day is not to be trusted.

    `seen` has for each boot the difference of wall and monotonic time of its packets, whose median serves where the
    gateway did not state the offset.
    """
    stated = {clock.boot: clock for clock in sorted(clocks, key=lambda clock: (clock.trusted, clock.offset_ns))}
    offsets = {
        boot: stated[boot].offset_ns if boot in stated else _median(differences) for boot, differences in seen.items()
    }
    doubtful = [boot for boot in seen if boot not in stated or not stated[boot].trusted]
    if not doubtful:
        return offsets, []
    return offsets, ["The gateway's clock was not known to be right; the time of day of this run may be wrong."]


def _median(differences: Iterable[int]) -> int:
    ordered = sorted(differences)
    return ordered[len(ordered) // 2]
