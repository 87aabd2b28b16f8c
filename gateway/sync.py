"""Sync: hands captures to the server, chunk by chunk, as often as it takes and with one effect."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp

from gateway import cancelling
from gateway.active_captures import Moment, active_captures
from gateway.clock import SECOND_NS, Clock
from gateway.disk import JournalError, NotRecording
from gateway.held import packets_held
from gateway.journal import Journal
from gateway.ledger import CaptureRow, ChunkRow, DamagedChunk
from gateway.threads import in_thread
from gateway.token import BadToken, read_token
from gateway.upload import (
    Gone,
    Refused,
    Server,
    TryLater,
    Unwelcome,
    closing_words,
    session,
)
from gateway.writer import Writer

FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 15 * 60.0
REFUSED_PAUSE_S = 60 * 60.0  # a refusal may end without anybody telling this gateway
LOOK_EVERY_S = 10.0  # for what was sealed or closed without a word
HEARTBEAT_EVERY_S = 60.0
CLOCK_TOLERANCE_NS = 2 * SECOND_NS  # the Date of a reply has whole seconds, and travels

log = logging.getLogger(__name__)


class Sync:
    """Call `wake()` when something was sealed or closed.

    `on_complete(capture)` is called once for each capture that the server has whole; `on_change()` whenever a number
    or `trouble` changed. `jitter()` gives numbers from 0 to 1. `also_held` may be set: it says what of each runner
    waits for the server elsewhere on this disk, or raises JournalError; and `on_answer`, which hears what the server
    says to a heartbeat; `about()` are more words for it.
    """

    def __init__(
        self,
        server: str,
        token_file: Path,
        writer: Writer,
        clock: Clock,
        jitter: Callable[[], float],
        on_complete: Callable[[CaptureRow], None],
        on_change: Callable[[], None],
        ca_file: Path | None = None,
    ) -> None:
        self.trouble = ""
        self.server = server
        self._token_file, self._writer, self._clock = token_file, writer, clock
        self._ca_file = ca_file
        self.also_held: Callable[[], Mapping[str, int]] = dict
        self.about: Callable[[], dict[str, Any]] = dict
        self.on_answer: Callable[[dict[str, Any]], Awaitable[None]] | None = None
        self._jitter, self._on_complete, self._on_change = jitter, on_complete, on_change
        self._awake = asyncio.Event()
        self._refused_at_s: dict[str, float] = {}  # by capture, on the event loop's clock
        self._token_in_use: str | None = None
        self._refusal_reason = ""
        self._beaten: tuple[float, dict[str, int], list[str]] = (0.0, {}, [])

    def wake(self) -> None:
        self._awake.set()

    async def run(self) -> None:
        """Never returns; end it by cancelling."""
        vain = 0
        await self._writer.do(Journal.unpark)  # a new start may bring a new token, address or release
        async with session(self._ca_file) as http:
            while True:
                cancelling.heed()
                self._awake.clear()
                pause_s, trouble = LOOK_EVERY_S, ""
                try:
                    await self._offer_all(http)
                    vain, trouble = 0, self._refusal_reason
                except TryLater as why:
                    vain += 1
                    pause_s, trouble = max(backoff_s(vain, self._jitter()), why.after_s), str(why)
                except Unwelcome as why:
                    trouble = str(why)
                except NotRecording:
                    raise
                except Exception as why:
                    log.exception("trouble that nobody expected")
                    vain += 1
                    pause_s, trouble = backoff_s(vain, self._jitter()), f"{type(why).__name__}: {why}"
                self._say(trouble)
                await self._rest(pause_s, is_vain=vain > 0)

    async def _offer_all(self, http: aiohttp.ClientSession) -> None:
        """Offer everything that the server does not hold yet, oldest first."""
        server = Server(http, self.server, await self._token())
        await self._unpark_due()
        later: TryLater | None = None
        try:
            await self._beat(server)
        except TryLater as why:
            later = why  # a server that answers no heartbeat may still accept captures
        for capture in await self._writer.do(Journal.captures):
            if capture.state in ("open", "interrupted", "closed") and capture.id not in self._refused_at_s:
                await self._offer(server, capture)
                later = None
        if later is not None:
            raise later

    async def _unpark_due(self) -> None:
        """Offer again what was refused an hour ago."""
        now_s = asyncio.get_running_loop().time()
        for capture in [id_ for id_, at_s in self._refused_at_s.items() if now_s - at_s >= REFUSED_PAUSE_S]:
            del self._refused_at_s[capture]
            self._refusal_reason = ""
            await self._writer.do(partial(Journal.unpark_one, capture=capture))

    async def _offer(self, server: Server, capture: CaptureRow) -> None:
        """Bring one capture as far as it goes; one that the server refuses stops no other."""
        try:
            await self._upload(server, capture)
        except Gone:
            if capture.state == "closed":
                await self._writer.do(lambda journal: journal.forget(capture.id, "the server deleted it"))
        except DamagedChunk as why:
            lost = await self._writer.do(lambda journal: journal.mend(capture.id))
            log.error("%s: %d packets could not be saved", why, lost)
            self.wake()
        except (Refused, Unwelcome) as why:
            reason = str(why)
            log.error("capture %s is set aside for an hour: %s", capture.id, reason)
            self._refused_at_s[capture.id] = asyncio.get_running_loop().time()
            if capture.state == "closed":
                await self._writer.do(lambda journal: journal.park(capture.id, reason))
            if isinstance(why, Unwelcome):
                self._refusal_reason = reason

    async def _upload(self, server: Server, capture: CaptureRow) -> None:
        chunks = await self._writer.do(lambda journal: journal.chunks(capture.id))
        if capture.state != "closed" and all(chunk.acknowledged for chunk in chunks):
            return
        await server.begin(capture)
        held = await server.held(capture.id)
        for chunk in chunks:
            if chunk.seq not in held:
                body = await self._writer.do(partial(Journal.chunk_bytes, capture=capture.id, chunk=chunk))
                await server.put_chunk(capture.id, chunk, body)
            if not chunk.acknowledged:
                await self._writer.do(partial(Journal.acknowledge, capture=capture.id, seq=chunk.seq))
                self._on_change()
        if capture.state == "closed":
            await self._finish(server, capture, chunks)

    async def _finish(self, server: Server, capture: CaptureRow, chunks: list[ChunkRow]) -> None:
        await self._note_clock(server)
        words = await self._writer.do(lambda journal: closing_words(journal, capture, chunks))
        await server.complete(capture.id, words)
        await self._writer.do(lambda journal: journal.complete(capture.id))
        # Before anybody hears that it is complete: the server must not wait for packets that will never come.
        await self._beat_quietly(server)
        self._on_complete(await self._writer.do(lambda journal: journal.capture(capture.id)))

    async def _note_clock(self, server: Server) -> None:
        """Once a server has told the time, every packet of this boot can be dated, whatever the next boot believes."""
        boot, offset_ns = self._clock.boot, self._true_offset_ns(server)
        is_trusted = self._clock.simulated or server.clock_offset_ns is not None
        await self._writer.do(lambda journal: journal.note_boot(boot, offset_ns, is_trusted))

    def _true_offset_ns(self, server: Server) -> int:
        """True wall time less monotonic time of this boot; a simulated clock is right by definition."""
        behind_ns = server.clock_offset_ns or 0
        right = self._clock.simulated or abs(behind_ns) <= CLOCK_TOLERANCE_NS
        return self._clock.wall_ns() - self._clock.monotonic_ns() + (0 if right else behind_ns)

    async def _beat(self, server: Server) -> None:
        """Send how many packets are still here, and what is being recorded; older servers ignore what they don't know.

        The server must not decide without the packets, except those of a run that still goes on.
        """
        moment = Moment.now(self._clock)
        held, active = await self._pending(moment)
        now_s = asyncio.get_running_loop().time()
        recorded = [capture["capture"] for capture in active]
        if (held, recorded) == self._beaten[1:] and now_s - self._beaten[0] < HEARTBEAT_EVERY_S:
            return
        words: dict[str, Any] = {
            "held": held,
            "active_captures": active,
            "wall_ns": moment.wall_ns,
            "boot": moment.boot,
        }
        try:
            answer = await server.heartbeat(words | self.about())
        except (Refused, Gone, Unwelcome) as why:
            log.debug("no heartbeat: %s", why)
        else:
            if self.on_answer is not None:
                await self.on_answer(answer)
        self._beaten = (now_s, held, recorded)
        await self._note_clock(server)

    async def _pending(self, now: Moment) -> tuple[dict[str, int], list[dict[str, Any]]]:
        """Packets and files that the server does not have, by runner, and the open captures at the same moment."""
        held, active = await self._writer.do(lambda journal: (packets_held(journal), active_captures(journal, now)))
        try:
            held.update(await in_thread(self.also_held))
        except JournalError as why:
            log.warning("what else waits for the server cannot be told: %s", why)
        return dict(held), active

    async def _beat_quietly(self, server: Server) -> None:
        try:
            await self._beat(server)
        except TryLater as why:
            log.debug("no heartbeat: %s", why)

    async def _token(self) -> str:
        try:
            token = read_token(self._token_file)
        except BadToken as why:
            raise Unwelcome(str(why)) from why
        if token != self._token_in_use:
            self._token_in_use = token
            self._refusal_reason = ""
            self._refused_at_s.clear()
            await self._writer.do(Journal.unpark)
        return token

    def _say(self, trouble: str) -> None:
        if trouble and trouble != self.trouble:
            log.warning("upload: %s", trouble)
        self.trouble = trouble
        self._on_change()

    async def _rest(self, seconds: float, is_vain: bool) -> None:
        """Sleep, but not through news; after a vain try news does not hurry, for the server is what is missing."""
        if is_vain:
            await asyncio.sleep(seconds)
            return
        try:
            async with asyncio.timeout(seconds):
                await self._awake.wait()
        except TimeoutError:
            return


def backoff_s(vain: int, jitter: float) -> float:
    """Full jitter: anything up to a limit that doubles with each vain try, from one second to a quarter of an hour."""
    return float(jitter * min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2.0 ** min(vain, 20)))
