"""App: where links, recorder, journal and upload meet; the clock and chance are handed in from outside."""

from __future__ import annotations

import asyncio
import logging
from collections import ChainMap
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from shutil import disk_usage
from typing import Any

from gateway import assigned
from gateway.clock import Clock
from gateway.disk import NotRecording, take_ballast
from gateway.finder import Finder, words
from gateway.held import files_held
from gateway.inlet import Inlet
from gateway.journal import Journal
from gateway.keeper import Keeper
from gateway.ledger import CaptureRow
from gateway.link import Link
from gateway.live import Live
from gateway.now import Now
from gateway.progress import Event, Report
from gateway.radio import Radio
from gateway.recorder import Recorder, utc
from gateway.recorders import Recorders
from gateway.roster import Roster
from gateway.salvage import open_sound
from gateway.settings import Settings
from gateway.sync import Sync
from gateway.threads import in_thread
from gateway.window import keep_open
from gateway.writer import Told, Writer

TELL_EVERY_S = 1.0  # real time, for people
PRUNE_EVERY_S = 3600.0  # running time that is not counted yet when the power fails only keeps packets longer
STOPPING_TIMEOUT_S = 5.0  # after the radio was given back; whoever sends SIGTERM loses patience after ten

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chance:
    """What is random, as arguments: names of captures, and jitter from 0 to 1."""

    new_id: Callable[[], str]
    jitter: Callable[[], float]


class Gateway:
    """One gateway, from the first scan to the last acknowledged byte; make it within a running event loop.

    Raises NotRecording where the journal cannot be written, JournalError where another gateway has it.
    """

    def __init__(self, settings: Settings, radio: Radio, clock: Clock, chance: Chance, report: Report) -> None:
        self._settings, self._clock, self._tell_outside = settings, clock, report
        self.now = Now()
        report = self._report
        self._stop = asyncio.Event()
        self._trouble: dict[str, str] = {}
        self._completed = 0
        self._roster = _roster(settings)
        inlet = Inlet(whose=self._roster.whose)
        self._finder = Finder(settings, radio, clock, inlet, self._roster, chance.jitter, report, self._on_link)
        self._finder.on_radio = lambda what: self._say("radio", what)
        self.writer = self._open_writer()
        self._keeper = Keeper(
            Recorders(lambda runner: Recorder(runner, chance.new_id, settings.rest_s, settings.pre_roll_s)),
            inlet,
            self.writer,
            clock,
            report,
            self._finder.infos,
            lambda: self._roster.runners,
            self._on_session,
        )
        self._sync = self._make_sync(chance)
        self._live = self._make_live()
        self._noting: set[asyncio.Task[None]] = set()

    def stop(self) -> None:
        """Finish what is under way and return from `run`."""
        self._stop.set()

    async def run(self) -> int:
        """Return the exit code: 0, or 1 where the disk failed and nothing more could be recorded."""
        try:
            await self._keeper.take_up()
            await self._until_stopped()
        except* NotRecording as why:
            log.critical("%s", why.exceptions[0])
        return await self._stopped()

    def _report(self, event: Event) -> None:
        self.now.hear(event)
        self._tell_outside(event)

    async def _until_stopped(self) -> None:
        work = [self._keeper.run(), self._finder.run(), self._tell(), self._prune()]
        work.append(keep_open(self._settings.data, self.now.words))
        if self._sync is not None:
            work.append(self._sync.run())
        if self._live is not None:
            work.append(self._live.run())
        async with asyncio.TaskGroup() as tasks:
            running = [tasks.create_task(some) for some in work]
            await self._stop.wait()
            for task in running:
                task.cancel()

    async def _stopped(self) -> int:
        try:
            async with asyncio.timeout(STOPPING_TIMEOUT_S):
                try:
                    if self.writer.failure is None:
                        await self._keeper.leave()
                finally:
                    await self.writer.close()
        except (TimeoutError, NotRecording) as why:
            log.critical("the last packets could not be written: %s", why or "the disk does not answer")
            return 1
        return 1 if self.writer.failure else 0

    async def _tell(self) -> None:
        """Once a second: every sensor's latest values, what is being recorded, and how far each packet has come."""
        while True:
            await asyncio.sleep(TELL_EVERY_S)
            sensors = self._finder.words()
            strangers = list(self._finder.strangers.values())
            free = await in_thread(partial(_free_bytes, self._settings.data))
            self._report({"event": "sensors", "sensors": sensors, "strangers": strangers, "disk_free_bytes": free})
            for recording in await self._keeper.recordings():
                runner = recording["runner"]
                values = (sensor["values"] for sensor in sensors if sensor["runner"] == runner)
                nickname = {"nickname": self._roster.nickname(runner)}
                self._report(recording | nickname | dict(ChainMap(*values)))
                self._show(recording)

    def _show(self, recording: Event) -> None:
        """Whoever looks on from afar sees it too, as far as the server can keep up."""
        if self._live is not None:
            at = utc(self._clock.wall_ns())
            values = self._finder.glance(recording["runner"])
            self._live.say(recording["runner"], recording["capture"], at, recording["elapsed_s"], values)

    async def _prune(self) -> None:
        counted_ns = self._clock.monotonic_ns()
        while True:
            now_ns = self._clock.monotonic_ns()
            await self.writer.do(partial(_prune, elapsed_ns=now_ns - counted_ns))
            counted_ns = now_ns
            await asyncio.sleep(PRUNE_EVERY_S)

    def _open_writer(self) -> Writer:
        folder = self._settings.data
        journal, broken = open_sound(folder, str(self._clock.wall_ns()))
        self._say("journal", broken)
        take_ballast(folder)
        told = Told(
            on_commit=self._on_commit, on_trouble=lambda what: self._say("disk", what), on_failure=self._on_failure
        )
        return Writer(journal, folder, told)

    def _make_sync(self, chance: Chance) -> Sync | None:
        settings = self._settings
        if settings.server is None or settings.token_file is None:
            return None
        sync = Sync(
            settings.server,
            settings.token_file,
            self.writer,
            self._clock,
            chance.jitter,
            self._on_complete,
            self._on_sync,
            settings.ca_file,
        )
        sync.also_held = partial(files_held, settings.data, settings.server)
        sync.on_answer, sync.about = self._on_answer, self._about
        return sync

    def _make_live(self) -> Live | None:
        settings = self._settings
        if settings.server is None or settings.token_file is None:
            return None
        return Live(settings.server, settings.token_file, settings.ca_file)

    def _on_link(self, link: Link) -> None:
        if link.state in ("connected", "lost"):
            self._report({"event": link.state, **words(link)})
        if link.state == "connected":
            task = asyncio.ensure_future(self._keeper.note_sensors())
            self._noting.add(task)
            task.add_done_callback(self._noting.discard)

    def _on_session(self, is_closed: bool) -> None:
        if self._sync is not None:
            self._sync.wake()
        elif is_closed:
            self._count_done()

    def _on_complete(self, capture: CaptureRow) -> None:
        counts = {"received": capture.received, "journaled": capture.journaled, "uploaded": capture.uploaded}
        self._report(
            {
                "event": "complete",
                "capture": capture.id,
                "runner": capture.runner,
                "packets": counts,
                "started_at": capture.started_at,
                "ended_at": capture.ended_at,
            }
        )
        self._count_done()

    def _count_done(self) -> None:
        self._completed += 1
        if self._completed == self._settings.sessions:
            self.stop()

    def _on_commit(self, packets: dict[str, int], sealed: int) -> None:
        self._keeper.journaled.update(packets)
        if sealed and self._sync is not None:
            self._sync.wake()

    def _about(self) -> dict[str, Any]:
        """For the heartbeat: how full each sensor's battery is, in percent."""
        batteries = {one.info.address: one.battery_percent for one in self._finder.links.values()}
        return {"battery": {address: percent for address, percent in batteries.items() if percent is not None}}

    async def _on_answer(self, answer: dict[str, Any]) -> None:
        """What the server says to a heartbeat: which sensor is whose, as far as it knows that word."""
        told = assigned.understood(answer)
        if told is not None and self._roster.tell(told):
            self._finder.reassigned()
            try:
                await in_thread(partial(assigned.keep, self._settings.data, str(self._settings.server), told))
            except OSError as why:
                log.warning("which sensor is whose could not be kept for the next start: %s", why)

    def _on_sync(self) -> None:
        if self._sync is not None:
            self._say("upload", self._sync.trouble)

    def _on_failure(self, why: Exception) -> None:
        """Nothing that comes from now on would be kept: say it loudly and stop, for a restart may help."""
        self._say("disk", f"NOT RECORDING: {why}")
        self.stop()

    def _say(self, where: str, what: str) -> None:
        if what != self._trouble.get(where, ""):
            self._report({"event": "trouble" if what else "well", "where": where, "what": what})
        self._trouble[where] = what


def _free_bytes(folder: Path) -> int | None:
    """None where a failing disk does not even say that: a picture must not stop the recording."""
    try:
        return disk_usage(folder).free
    except OSError:
        return None


def _roster(settings: Settings) -> Roster:
    """Whose sensors these are: as this machine was told, and as the server said last."""
    return Roster(settings.runner, settings.assignments(), assigned.known(settings.data, settings.server))


def _prune(journal: Journal, *, elapsed_ns: int) -> None:
    journal.add_running_time(elapsed_ns)
    journal.prune()
