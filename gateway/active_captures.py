"""Active captures: what is being recorded now, as the heartbeat names it to the server."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gateway.clock import Clock
from gateway.held import pending_packets
from gateway.ledger import CaptureRow, Ledger
from gateway.recorder import utc
from sensors.packet import Packet


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One moment on both clocks of a boot, in nanoseconds."""

    boot: str
    mono_ns: int
    wall_ns: int

    @classmethod
    def now(cls, clock: Clock) -> Moment:
        return cls(boot=clock.boot, mono_ns=clock.monotonic_ns(), wall_ns=clock.wall_ns())

    def wall_time_of(self, packet: Packet) -> int:
        """When a packet came, on the wall clock as it is now; never later than now.

        Within one boot the monotonic clock tells, because the wall clock may have been set since.
        """
        if packet.boot != self.boot:
            return min(self.wall_ns, packet.wall_ns)
        return self.wall_ns - max(0, self.mono_ns - packet.mono_ns)


def active_captures(journal: Ledger, now: Moment) -> list[dict[str, Any]]:
    """Each open capture with the times of its first and last packet and the packets that the server does not have."""
    return [_form(journal, capture, now) for capture in journal.captures() if capture.state == "open"]


def _form(journal: Ledger, capture: CaptureRow, now: Moment) -> dict[str, Any]:
    first = next(journal.packets(capture.id), None)
    last = next(journal.packets_backwards(capture.id), None)
    started_at = capture.started_at if first is None else utc(now.wall_time_of(first))
    return {
        "capture": capture.id,
        "runner": capture.runner,
        "started_at": started_at,
        "last_packet_at": started_at if last is None else utc(now.wall_time_of(last)),
        "packets_held": pending_packets(capture),
    }
