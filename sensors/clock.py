"""From the gateway's monotonic time to the time of day, one offset a boot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class BootClock:
    """What the gateway found its clock to be during one boot: `offset_ns` is wall time less monotonic time."""

    boot: str
    offset_ns: int
    trusted: bool


def boot_offsets_ns(
    unstated: Mapping[str, Sequence[int]], clocks: Sequence[BootClock]
) -> tuple[dict[str, int], list[str]]:
    """Give every boot its offset, with a note where the time of day is not to be trusted.

    `unstated` has, for each boot of which no clock is told, the differences of wall and monotonic time of its
    packets: their median serves, so that a clock set right or wrong in the middle of a run moves nothing.
    """
    stated = {clock.boot: clock for clock in sorted(clocks, key=lambda clock: (clock.trusted, clock.offset_ns))}
    offsets = {boot: clock.offset_ns for boot, clock in stated.items()}
    offsets |= {boot: sorted(differences)[len(differences) // 2] for boot, differences in unstated.items()}
    if not unstated and all(clock.trusted for clock in stated.values()):
        return offsets, []
    return offsets, ["The gateway's clock was not known to be right; the time of day of this run may be wrong."]
