"""App: where scanner, links, recorder, journal and upload meet; the clock and chance are handed in from outside."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

from gateway.clock import SECOND_NS, Clock
from gateway.disk import NotRecording, take_ballast
from gateway.inlet import Inlet
from gateway.journal import Journal
from gateway.ledger import CaptureRow
from gateway.link import Link
from gateway.progress import Report
from gateway.radio import Radio
from gateway.recorder import Action, Begin, Close, Keep, Recorder, Resume, Session, is_moving, utc
from gateway.salvage import open_sound
from gateway.scanner import RadioUnavailable, Scanner, Sighting
from gateway.settings import Settings
from gateway.sync import Sync
from gateway.watchdog import Watchdog
from gateway.writer import Told, Writer
from sensors import ble
from sensors.devices import SensorInfo
from sensors.errors import UnreadablePacket
from sensors.packet import Packet

TELL_EVERY_S = 1.0  # real time, for people
TICK_S = 0.25  # how long the recorder waits for a packet before it looks at the clock
PRUNE_EVERY_S = 24 * 3600.0
NO_RADIO_PAUSE_S = 10.0
STOPPING_TIMEOUT_S = 8.0  # a service manager loses patience after ten
LIVE_VALUES = ("speed_mps", "cadence_per_min", "incline_percent", "heart_rate_bpm", "power_w")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chance:
    """What is random, as arguments: names of captures, and jitter from 0 to 1."""

    new_id: Callable[[], str]
    jitter: Callable[[], float]


class Gateway:
    """One gateway, from the first scan to the last acknowledged byte."""

    def __init__(
        self, settings: Settings, runner: str, radio: Radio, clock: Clock, chance: Chance, report: Report
    ) -> None:
        self.settings, self.radio, self.clock = settings, radio, clock
        self.inlet = Inlet()
        self.recorder = Recorder(runner, chance.new_id, settings.rest_s, settings.pre_roll_s)
        self.links: dict[str, Link] = {}
        self._chance, self._report = chance, report
        self._scanner = Scanner(radio)
        self._stop = asyncio.Event()
        self._link_tasks: list[asyncio.Task[None]] = []
        self._journaled: Counter[str] = Counter()
        self._completed = 0
        self.trouble: dict[str, str] = {}
        self.sync: Sync | None = None

    def stop(self) -> None:
        """Finish what is under way and return from `run`."""
        self._stop.set()

    async def run(self) -> int:
        """Return the exit code: 0, or 1 where the disk failed and nothing more could be recorded."""
        journal, broken = open_sound(self.settings.data, str(self.clock.wall_ns()))
        self._say_trouble("journal", broken)
        take_ballast(self.settings.data)
        told = Told(
            on_commit=self._on_commit,
            on_trouble=lambda what: self._say_trouble("disk", what),
            on_failure=self._on_failure,
        )
        self.writer = Writer(journal, self.settings.data, told)
        self.sync = self._make_sync()
        try:
            await self._take_up()
            await self._until_stopped()
        except* NotRecording as why:
            log.critical("%s", why.exceptions[0])
        return await self._stopped()

    async def _until_stopped(self) -> None:
        work = [self._record, self._tell, self._prune]
        if self.sync is not None:
            work.append(self.sync.run)
        async with asyncio.TaskGroup() as tasks:
            running = [tasks.create_task(some()) for some in work]
            running.append(tasks.create_task(self._discover(tasks)))
            await self._stop.wait()
            for task in (*running, *self._link_tasks):
                task.cancel()

    async def _take_up(self) -> None:
        """Continue what a stop interrupted where that is still the same session, and close everything else."""
        for capture in await self.writer.do(Journal.recover):
            last = await self.writer.do(partial(_last_movement, capture=capture.id))
            if last is None or capture.runner != self.recorder.runner or self.recorder.session is not None:
                ended_at = utc(last.wall_ns) if last else capture.started_at
                await self._do(Close(capture=capture.id, ended_at=ended_at, received=0, dropped=0))
                continue
            self._journaled[capture.id] = capture.journaled
            now = self.clock.monotonic_ns(), self.clock.wall_ns()
            await self._do_all(self.recorder.adopt(capture.id, last, self.clock.boot, *now))

    async def _discover(self, tasks: asyncio.TaskGroup) -> None:
        """Look for sensors again and again; each new one gets a link of its own."""
        while True:
            pause_s = self.radio.pause_s
            try:
                for sighting in (await self._scanner.sweep(self.radio.sweep_s)).values():
                    if self._is_new(sighting):
                        self._link_tasks.append(tasks.create_task(self._link(sighting).run()))
                self._say_trouble("radio", "")
            except RadioUnavailable as why:
                self._say_trouble("radio", str(why))
                pause_s = NO_RADIO_PAUSE_S
            await asyncio.sleep(pause_s)

    def _is_new(self, sighting: Sighting) -> bool:
        wanted = {address.upper() for address in self.settings.sensors}
        return sighting.address not in self.links and (not wanted or sighting.address.upper() in wanted)

    def _link(self, sighting: Sighting) -> Link:
        loop = asyncio.get_running_loop()
        link = Link(
            SensorInfo(address=sighting.address, name=sighting.device.name),
            self.radio,
            self._scanner,
            self.clock,
            self.inlet,
            Watchdog(loop.time, self.settings.silence_s, self.settings.first_word_s),
            self._on_link_change,
            self._chance.jitter,
        )
        self.links[sighting.address] = link
        self._report({"event": "found", **_words(link), "services": list(sighting.services)})
        return link

    def _on_link_change(self, link: Link) -> None:
        if link.state in ("connected", "lost"):
            self._report({"event": link.state, **_words(link)})
        if link.state == "connected" and self.recorder.session is not None:
            task = asyncio.ensure_future(self._note_sensors(self.recorder.session.capture, [link]))
            self._link_tasks.append(task)

    async def _note_sensors(self, capture: str, links: Iterable[Link]) -> None:
        facts = [asdict(link.info) for link in links]
        await self.writer.do(lambda journal: journal.note_sensors(capture, facts))

    async def _record(self) -> None:
        """Every packet goes through the recorder; without packets, time alone may close a session."""
        while True:
            try:
                async with asyncio.timeout(TICK_S):
                    heard = await self.inlet.next()
            except TimeoutError:
                await self._do_all(self._ticked())
            else:
                await self._do_all(self.recorder.hear(heard))

    def _ticked(self) -> Iterable[Action]:
        return self.recorder.tick(self.clock.boot, self.clock.monotonic_ns(), self.clock.wall_ns())

    async def _do_all(self, actions: Iterable[Action]) -> None:
        for action in actions:
            await self._do(action)

    async def _do(self, action: Action) -> None:
        match action:
            case Keep(capture=capture, packet=packet):
                await self.writer.keep(capture, packet)
            case Begin(capture=capture, runner=runner, started_at=started_at):
                await self.writer.do(lambda journal: journal.begin(capture, runner, started_at))
                await self._note_sensors(capture, self.links.values())
                self._report({"event": "begun", "capture": capture, "runner": runner, "started_at": started_at})
            case Resume(capture=capture):
                await self.writer.do(lambda journal: journal.resume(capture))
                self._report({"event": "resumed", "capture": capture})
            case Close(capture=capture, ended_at=ended_at, received=received, dropped=dropped):
                await self.writer.do(lambda journal: journal.end(capture, ended_at, received, dropped))
                self._report({"event": "closed", "capture": capture, "ended_at": ended_at})
                self._count_done(self.sync is None)
        if self.sync is not None and not isinstance(action, Keep):
            self.sync.wake()

    async def _tell(self) -> None:
        """Once a second: what is being recorded, and how far each packet has come."""
        while True:
            await asyncio.sleep(TELL_EVERY_S)
            session = self.recorder.session
            if session is not None:
                uploaded = await self.writer.do(partial(_uploaded, capture=session.capture))
                self._report(self._recording(session, uploaded))

    def _recording(self, session: Session, uploaded: int) -> dict[str, Any]:
        return {
            "event": "recording",
            "capture": session.capture,
            "elapsed_s": round((self.clock.wall_ns() - session.started_wall_ns) / SECOND_NS, 1),
            **self.values(),
            "packets": {
                "received": session.received,
                "journaled": self._journaled[session.capture],
                "uploaded": uploaded,
            },
        }

    def values(self) -> dict[str, float]:
        """The latest of each value that any sensor stated."""
        said: dict[str, float] = {}
        for packet in list(self.inlet.latest.values()):
            said |= {
                name: value for name, value in decoded(packet).items() if name in LIVE_VALUES and value is not None
            }
        return said

    async def _prune(self) -> None:
        while True:
            await self.writer.do(lambda journal: journal.prune(self.clock.wall_ns()))
            await asyncio.sleep(PRUNE_EVERY_S)

    def _make_sync(self) -> Sync | None:
        if self.settings.server is None or self.settings.token_file is None:
            return None
        return Sync(
            self.settings.server,
            self.settings.token_file,
            self.writer,
            self.clock,
            self._chance.jitter,
            self._on_complete,
            self._on_sync_change,
            self.settings.ca_file,
        )

    def _on_complete(self, capture: CaptureRow) -> None:
        self._report(
            {
                "event": "complete",
                "capture": capture.id,
                "packets": {
                    "received": capture.received,
                    "journaled": capture.journaled,
                    "uploaded": capture.uploaded,
                },
                "started_at": capture.started_at,
                "ended_at": capture.ended_at,
            }
        )
        self._count_done(True)

    def _count_done(self, is_done: bool) -> None:
        self._completed += is_done
        if self.settings.sessions and self._completed >= self.settings.sessions:
            self.stop()

    def _on_sync_change(self) -> None:
        if self.sync is not None:
            self._say_trouble("upload", self.sync.trouble)

    def _say_trouble(self, where: str, what: str) -> None:
        if what != self.trouble.get(where, ""):
            self._report({"event": "trouble" if what else "well", "where": where, "what": what})
        self.trouble[where] = what

    def _on_commit(self, packets: dict[str, int], sealed: int) -> None:
        self._journaled.update(packets)
        if sealed and self.sync is not None:
            self.sync.wake()

    def _on_failure(self, why: Exception) -> None:
        """Nothing that comes from now on would be kept: say it loudly and stop, for a restart may help."""
        self._say_trouble("journal", f"NOT RECORDING: {why}")
        self.stop()

    async def _stopped(self) -> int:
        try:
            async with asyncio.timeout(STOPPING_TIMEOUT_S):
                await self._finish()
        except (TimeoutError, NotRecording) as why:
            log.critical("the last packets could not be written: %s", why or "the disk does not answer")
            return 1
        return 1 if self.writer.failure else 0

    async def _finish(self) -> None:
        """Put on disk what has come in, and leave an open session so that the next start may continue it."""
        try:
            if self.writer.failure is None:
                while (heard := self.inlet.next_now()) is not None:
                    await self._do_all(self.recorder.hear(heard))
                await self._leave_open()
        finally:
            await self.writer.close()

    async def _leave_open(self) -> None:
        session = self.recorder.session
        if session is None:
            return
        counts = session.received, session.received - session.kept
        await self.writer.do(lambda journal: journal.interrupt(session.capture, "the gateway was stopped", *counts))


def decoded(packet: Packet) -> dict[str, Any]:
    """What a packet says, by name; {} where nobody can read it."""
    try:
        return ble.to_json(ble.decode(packet.characteristic, packet.payload))
    except UnreadablePacket:
        return {}


def _words(link: Link) -> dict[str, Any]:
    return {
        "sensor": link.info.address,
        "name": link.info.name,
        "model": link.info.model,
        "battery_percent": link.battery_percent,
        "trouble": link.trouble,
    }


def _uploaded(journal: Journal, *, capture: str) -> int:
    return journal.capture(capture).uploaded


def _last_movement(journal: Journal, *, capture: str) -> Packet | None:
    """The last packet that tells of movement; where the disk has only others left, the last of all."""
    last: Packet | None = None
    for packet in journal.packets_backwards(capture):
        last = last or packet
        if is_moving(packet):
            return packet
    return last
