"""Keeper: does what the recorder says, so that the journal learns of every session and every packet of it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from functools import partial
from itertools import chain
from typing import Any

from gateway import cancelling
from gateway.clock import SECOND_NS, Clock
from gateway.inlet import Inlet
from gateway.journal import Journal
from gateway.ledger import CaptureRow
from gateway.progress import Report
from gateway.recorder import Action, Begin, Close, Keep, Resume, Session, is_moving, utc
from gateway.recorders import Recorders
from gateway.writer import Writer
from sensors.devices import SensorInfo
from sensors.packet import Packet

TICK_S = 0.25  # how long to wait for a packet before looking at the clock


class Keeper:
    """`sensors(runner)` says which of somebody's are connected now, `runners()` whose sessions may be continued here.

    `on_change(closed)` is called when a session begins, goes on or closes.
    """

    def __init__(
        self,
        recorders: Recorders,
        inlet: Inlet,
        writer: Writer,
        clock: Clock,
        report: Report,
        sensors: Callable[[str], Iterable[SensorInfo]],
        runners: Callable[[], frozenset[str]],
        on_change: Callable[[bool], None],
    ) -> None:
        self.journaled: Counter[str] = Counter()
        self._recorders, self._inlet, self._writer, self._clock = recorders, inlet, writer, clock
        self._report, self._sensors, self._runners, self._on_change = report, sensors, runners, on_change
        self._doing: Iterator[Action] = iter(())

    async def run(self) -> None:
        """Never returns: every packet goes through the recorder; where none comes, time alone may close a session."""
        while True:
            cancelling.heed()
            try:
                async with asyncio.timeout(TICK_S):
                    heard = await self._inlet.next()
            except TimeoutError:
                await self._do(self._recorders.tick(*self._now()))
            else:
                await self._do(self._recorders.hear(heard))

    async def take_up(self) -> None:
        """Continue what a stop interrupted where that may be the same session still, and close everything else."""
        for capture in await self._writer.do(Journal.recover):
            last = await self._writer.do(partial(_last_movement, capture=capture.id))
            if last is None or not self._is_ours(capture):
                ended_at = utc(last.wall_ns) if last else capture.started_at
                await self._do([Close(capture=capture.id, ended_at=ended_at, received=0, dropped=0)])
                continue
            self.journaled[capture.id] = capture.journaled
            await self._do(self._recorders.of(capture.runner).adopt(capture.id, last, *self._now()))

    async def leave(self) -> None:
        """Put on disk what has come in, and leave open sessions so that the next start may continue them."""
        await self._do(self._doing)  # the stop may have come between two words about one packet
        while (heard := self._inlet.next_now()) is not None:
            await self._do(self._recorders.hear(heard))
        for _, session in self._recorders.sessions():
            counts = session.received, session.received - session.kept
            work = partial(Journal.interrupt, capture=session.capture, why="the gateway was stopped")
            await self._writer.do(partial(work, received=counts[0], dropped=counts[1]))

    async def note_sensors(self) -> None:
        """Write down which sensors of each session's runner are connected."""
        for runner, session in self._recorders.sessions():
            facts = [asdict(info) for info in self._sensors(runner)]
            await self._writer.do(partial(Journal.note_sensors, capture=session.capture, sensors=facts))

    async def recordings(self) -> list[dict[str, Any]]:
        """Each session as an event, with how far its packets have come; none where nobody runs."""
        rows = [
            (runner, session, await self._writer.do(partial(Journal.capture, capture=session.capture)))
            for runner, session in self._recorders.sessions()
        ]
        return [self._words(*row) for row in rows]

    def _words(self, runner: str, session: Session, row: CaptureRow) -> dict[str, Any]:
        return {
            "event": "recording",
            "capture": session.capture,
            "runner": runner,
            "elapsed_s": round((self._clock.wall_ns() - session.started_wall_ns) / SECOND_NS, 1),
            "packets": {
                "received": row.received + session.received,
                "journaled": self.journaled[session.capture],
                "uploaded": row.uploaded,
            },
        }

    async def _do(self, actions: Iterable[Action]) -> None:
        self._doing = iter(actions)
        for action in self._doing:
            match action:
                case Keep(capture=capture, packet=packet):
                    try:
                        await self._writer.keep(capture, packet)
                    except asyncio.CancelledError:
                        self._doing = chain([action], self._doing)
                        raise
                case Begin():
                    await self._begin(action)
                case Resume(capture=capture):
                    await self._writer.do(lambda journal, id=capture: journal.resume(id))  # type: ignore[misc]
                    self._report({"event": "resumed", "capture": capture})
                    self._on_change(False)
                case Close():
                    await self._close(action)

    async def _begin(self, begin: Begin) -> None:
        await self._writer.do(lambda journal: journal.begin(begin.capture, begin.runner, begin.started_at))
        await self.note_sensors()
        self._report({"event": "begun", **asdict(begin)})
        self._on_change(False)

    async def _close(self, close: Close) -> None:
        await self._writer.do(lambda journal: journal.end(close.capture, close.ended_at, close.received, close.dropped))
        self.journaled.pop(close.capture, None)
        self._report({"event": "closed", "capture": close.capture, "ended_at": close.ended_at})
        self._on_change(True)

    def _is_ours(self, capture: CaptureRow) -> bool:
        return capture.runner in self._runners() and self._recorders.of(capture.runner).session is None

    def _now(self) -> tuple[str, int, int]:
        return self._clock.boot, self._clock.monotonic_ns(), self._clock.wall_ns()


def _last_movement(journal: Journal, *, capture: str) -> Packet | None:
    """The last packet that tells of movement; where none does, the last of all."""
    last: Packet | None = None
    for packet in journal.packets_backwards(capture):
        last = last or packet
        if is_moving(packet):
            return packet
    return last
