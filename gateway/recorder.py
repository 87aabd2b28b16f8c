"""Recorder: a session opens when movement starts and closes when it has rested; a state machine on packets."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from gateway.clock import SECOND_NS
from sensors import ble
from sensors.errors import UnreadablePacket
from sensors.packet import Packet

MOVING_MPS = 0.5  # slower than anybody walks: a pod that is carried through a room is not yet a run
PRE_ROLL_S = 10.0  # what came just before the first step belongs to the session: the resting heart, the standing belt
STILLNESS_S = 600.0  # a drop or a break of up to ten minutes is the same session


log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One packet, whose it was when it came (None: nobody's), and which of that sensor's for them since the start."""

    packet: Packet
    serial: int
    runner: str | None = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Begin:
    capture: str
    runner: str
    started_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Resume:
    capture: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Keep:
    capture: str
    packet: Packet


@dataclass(frozen=True, slots=True, kw_only=True)
class Close:
    """`received` counts what the sensors handed over for the session, `dropped` what of it never came through."""

    capture: str
    ended_at: str
    received: int
    dropped: int


Action = Begin | Resume | Keep | Close


@dataclass(slots=True)
class Session:
    """What is being recorded. Movement is remembered by both clocks: monotonic counts within one boot only."""

    capture: str
    started_wall_ns: int
    moved_boot: str
    moved_mono_ns: int
    moved_wall_ns: int
    kept: int = 0
    first: dict[str, int] = field(default_factory=dict)
    last: dict[str, int] = field(default_factory=dict)

    @property
    def received(self) -> int:
        return sum(self.last[sensor] - first + 1 for sensor, first in self.first.items())

    def keep(self, heard: Heard) -> Keep:
        self.first.setdefault(heard.packet.sensor, heard.serial)
        self.last[heard.packet.sensor] = heard.serial
        self.kept += 1
        return Keep(capture=self.capture, packet=heard.packet)

    def rest_ns(self, boot: str, mono_ns: int, wall_ns: int) -> int:
        """How long ago the last movement was."""
        return mono_ns - self.moved_mono_ns if boot == self.moved_boot else wall_ns - self.moved_wall_ns


class Recorder:
    """One runner's sessions. Feed it packets and the time; do what it answers, in order.

    `new_id()` names a capture. `idle` counts packets that came while nobody ran and were not kept.
    """

    def __init__(
        self,
        runner: str,
        new_id: Callable[[], str],
        stillness_s: float = STILLNESS_S,
        pre_roll_s: float = PRE_ROLL_S,
    ) -> None:
        self.runner = runner
        self.session: Session | None = None
        self.idle = 0
        self._new_id = new_id
        self._stillness_ns = round(stillness_s * SECOND_NS)
        self._pre_roll_ns = round(pre_roll_s * SECOND_NS)
        self._waiting: deque[Heard] = deque()

    def hear(self, heard: Heard) -> Iterator[Action]:
        """One packet came."""
        packet = heard.packet
        yield from self.tick(packet.boot, packet.mono_ns, packet.wall_ns)
        if is_moving(packet):
            yield from self._move(heard)
        if self.session is None:
            self._wait(heard)
        else:
            yield self.session.keep(heard)

    def tick(self, boot: str, mono_ns: int, wall_ns: int) -> Iterator[Action]:
        """Time passed, with or without packets: a session that has rested long enough is closed."""
        session = self.session
        if session is not None and session.rest_ns(boot, mono_ns, wall_ns) > self._stillness_ns:
            self.session = None
            yield Close(
                capture=session.capture,
                ended_at=utc(session.moved_wall_ns),
                received=session.received,
                dropped=session.received - session.kept,
            )

    def adopt(self, capture: str, last: Packet, boot: str, mono_ns: int, wall_ns: int) -> Iterator[Action]:
        """Take up a session that a stop of the gateway interrupted; `last` is its last movement.

        The monotonic clock of another boot says nothing, and the wall clock may have been set back since: the rest
        so far is what the wall clock says, and never less than nothing.
        """
        rested_ns = max(0, mono_ns - last.mono_ns if last.boot == boot else wall_ns - last.wall_ns)
        self.session = Session(
            capture=capture,
            started_wall_ns=last.wall_ns,
            moved_boot=boot,
            moved_mono_ns=mono_ns - rested_ns,
            moved_wall_ns=last.wall_ns,
        )
        yield Resume(capture=capture)
        yield from self.tick(boot, mono_ns, wall_ns)

    def _move(self, heard: Heard) -> Iterator[Action]:
        packet = heard.packet
        if self.session is None:
            self._let_go(packet)
            first = self._waiting[0].packet if self._waiting else packet
            self.session = Session(
                capture=self._new_id(),
                started_wall_ns=first.wall_ns,
                moved_boot=packet.boot,
                moved_mono_ns=packet.mono_ns,
                moved_wall_ns=packet.wall_ns,
            )
            yield Begin(capture=self.session.capture, runner=self.runner, started_at=utc(first.wall_ns))
            while self._waiting:
                yield self.session.keep(self._waiting.popleft())
        self.session.moved_boot, self.session.moved_mono_ns = packet.boot, packet.mono_ns
        self.session.moved_wall_ns = packet.wall_ns

    def _wait(self, heard: Heard) -> None:
        """Keep what may become the pre-roll of a session."""
        self._waiting.append(heard)
        self._let_go(heard.packet)

    def _let_go(self, now: Packet) -> None:
        """What is too old for a session that begins now was idle."""
        while self._waiting and self._waiting[0].packet.mono_ns < now.mono_ns - self._pre_roll_ns:
            self._waiting.popleft()
            self.idle += 1


def is_moving(packet: Packet) -> bool:
    """A foot pod or a treadmill says more than 0.5 m/s; a packet nobody can read says nothing."""
    speed = spoken_speed_mps(packet)
    return speed is not None and speed > MOVING_MPS


def spoken_speed_mps(packet: Packet) -> float | None:
    """The speed of the runner that the packet states, if it states one."""
    if packet.characteristic not in ("2A53", "2ACD"):
        return None
    try:
        speed = getattr(ble.decode(packet.characteristic, packet.payload), "speed_mps", None)
    except UnreadablePacket:
        return None
    except Exception:
        # A decoder with a fault can be mended later; a run that was not recorded cannot.
        log.exception("nobody expected this packet: %s", packet)
        return None
    return float(speed) if speed is not None else None


def utc(wall_ns: int) -> str:
    """ISO 8601 in UTC, to the millisecond."""
    moment = datetime.fromtimestamp(wall_ns / SECOND_NS, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
