"""Incomplete captures: which of them withhold the verdict, and which belong to a run that still goes on."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlmodel import Session

from server.storage import active_captures, captures, pairings
from server.storage.active_captures import ActiveCapture

HEARTBEAT_MAX_AGE = timedelta(minutes=2)  # specification of the rules, version 2
RECORDING_ENDS_AFTER = timedelta(minutes=15)  # without a packet; specification of the rules, version 2
RUN_ENDS_AFTER = timedelta(hours=12)  # without a heartbeat; then a run that starts is another outing


@dataclass(frozen=True, slots=True, kw_only=True)
class CurrentRun:
    """The run that goes on, as one capture or, if several gateways record it, more of them."""

    capture_ids: frozenset[str]
    started_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class IncompleteCaptures:
    """What has not arrived completely: open captures, packets held by gateway, and captures named as being recorded."""

    open_ids: frozenset[str] = frozenset()
    packets_held: Mapping[str, int]
    active: tuple[ActiveCapture, ...] = ()

    def being_recorded(self, now: datetime) -> tuple[ActiveCapture, ...]:
        """The captures that withhold nothing: named by a fresh heartbeat, with a packet in the last 15 minutes."""
        return tuple(capture for capture in self.active if _is_being_recorded(capture, now))

    def current_run(self, now: datetime) -> CurrentRun | None:
        """The run that goes on, as far as is known; a heartbeat that does not come does not end it at once.

        None if two captures are incomplete and neither is certainly being recorded: the later run depends on the other.
        """
        running = self.being_recorded(now)
        if not running and len(self.active) == 1 and now - self.active[0].reported_at < RUN_ENDS_AFTER:
            running = self.active
        if not running:
            return None
        return CurrentRun(
            capture_ids=frozenset(capture.id for capture in running),
            started_at=min(capture.started_at for capture in running),
        )

    def without(self, capture_ids: Collection[str]) -> IncompleteCaptures:
        """What remains incomplete if these captures are left out with the packets that gateways hold of them."""
        held = dict(self.packets_held)
        for capture in self.active:
            if capture.id in capture_ids:
                held[capture.gateway_id] = max(0, held.get(capture.gateway_id, 0) - capture.packets_held)
        rest = tuple(capture for capture in self.active if capture.id not in capture_ids)
        return replace(self, open_ids=self.open_ids.difference(capture_ids), packets_held=held, active=rest)

    def sentences(self, now: datetime) -> Iterator[str]:
        """Why the verdict is withheld; nothing if every incomplete capture is being recorded."""
        rest = self.without({capture.id for capture in self.being_recorded(now)})
        if rest.open_ids:
            yield "A run has not arrived completely yet."
        if packets := sum(rest.packets_held.values()):
            yield f"A gateway still holds {packets} packets of a run and has not handed them over."


def incomplete_captures(db: Session, runner_id: str) -> IncompleteCaptures:
    """What has not arrived completely of a runner."""
    return IncompleteCaptures(
        open_ids=frozenset(capture.id for capture in captures.open_captures(db, runner_id)),
        packets_held=pairings.packets_held_by_gateway(db, runner_id),
        active=active_captures.of_runner(db, runner_id),
    )


def _is_being_recorded(capture: ActiveCapture, now: datetime) -> bool:
    # A heartbeat from the future is one of a server whose clock is ahead, or of ours before it was set back.
    is_fresh = abs(now - capture.reported_at) <= HEARTBEAT_MAX_AGE
    return is_fresh and now - capture.last_packet_at < RECORDING_ENDS_AFTER
