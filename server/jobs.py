"""Jobs: what is done by itself, each a function of `now` over what is due in the rows; a timer merely calls it."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlmodel import Session

from server import review, rules_update
from server.letters import homes, house
from server.letters.channels import mqtt
from server.letters.outward import NotDelivered
from server.letters.postman import Postman
from server.storage import aging, channels, people, watches
from server.storage.aging import Keep
from server.storage.channels import Way
from server.storage.desk import Desk

log = logging.getLogger(__name__)

BATCH = 20
Job = Callable[[datetime], Awaitable[object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Jobs:
    """The jobs of one process; every process of a clinic has them all, and the rows say who does what."""

    desk: Desk
    clock: Callable[[], datetime]
    postman: Postman
    keep: Keep = field(default_factory=Keep)
    backups: Path | None = None

    def every(self) -> dict[str, tuple[Job, float]]:
        """Each job with the seconds between two wake-ups: how late it may be, and never whether."""
        return {
            "letters": (self.letters, 2),
            "deadlines": (self.deadlines, 30),
            "escalation": (self.escalation, 30),
            "gateways": (self.gateways, 300),
            "rules_update": (self.rules_update, 60),
            "homes": (self.homes, 600),
            "keeping": (self.keeping, 1800),
            "checks": (self.checks, 1800),
        }

    async def letters(self, now: datetime) -> int:
        """Send what is due."""
        return await self.postman.drain(now)

    async def deadlines(self, now: datetime) -> int:
        """Look again at every runner for whom a moment has come: nudge, deadline, lapse, weekly question, morning."""
        looked_at = 0
        while due := await self.desk.write(watches.claim, self.postman.owner, now, BATCH):
            for runner_id in due:
                try:
                    await self.desk.write(_look, runner_id, now)
                except Exception:  # one runner whose rows break the rules must not silence the others
                    log.exception("a runner could not be looked at; it is tried again when its lease has run out")
            looked_at += len(due)
        return looked_at

    async def escalation(self, now: datetime) -> int:
        return await self.desk.write(house.escalate, now)

    async def gateways(self, now: datetime) -> None:
        await self.desk.write(house.gateways, now)

    async def rules_update(self, now: datetime) -> int:
        """Send each physio one summary of what a new version of the rules changed."""
        if not await self.desk.read(rules_update.is_recent, now):
            return 0
        return await self.desk.write(rules_update.send_summaries, now)

    async def homes(self, now: datetime) -> int:
        """Publish to each runner's own broker, all at once: one that is away holds up no other."""
        ways = await self.desk.read(channels.ways_by_kind, mqtt.KIND)
        return sum(await asyncio.gather(*(self._home(way, now) for way in ways)))

    async def _home(self, way: Way, now: datetime) -> bool:
        period = f"{way.id} {now:%Y-%m-%dT%H}:{now.minute // 10}0"
        opened = self.postman.keyring.open(way.sealed)
        if opened is None or not await self._is_ours("homes", period, now):
            return False
        config = json.loads(opened)
        messages = await self.desk.read(homes.messages, way.person_id, config["prefix"], now)
        try:
            await mqtt.publish(config, messages, self.postman.outward)
        except NotDelivered as why:
            log.info("a broker could not be reached: %s", why)
            return False
        await self.desk.write(watches.end_period, "homes", period, now)
        return True

    async def keeping(self, now: datetime) -> None:
        """Once a day: take away what is older than the operator keeps."""
        if await self._is_ours("keeping", str(now.date()), now):
            await self.desk.write(aging.age, self.keep, now)
            await self.desk.write(watches.end_period, "keeping", str(now.date()), now)

    async def checks(self, now: datetime) -> None:
        """Once a day: are the rows whole, and is there a backup of them."""
        if await self._is_ours("checks", str(now.date()), now):
            damaged = await self.desk.read(house.damage)
            await self.desk.write(house.report, damaged, self.backups, now)
            await self.desk.write(watches.end_period, "checks", str(now.date()), now)

    async def _is_ours(self, job: str, period: str, now: datetime) -> bool:
        return await self.desk.write(watches.begin_period, job, period, self.postman.owner, now)


@asynccontextmanager
async def running(jobs: Jobs) -> AsyncIterator[None]:
    """The timers, in the memory of this process; a wake-up that is missed is made good by the next one."""
    scheduler = AsyncIOScheduler(
        timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    )
    for name, (job, seconds) in jobs.every().items():
        scheduler.add_job(_wake, args=[name, job, jobs.clock])  # at once: a start makes good what was missed
        scheduler.add_job(_wake, "interval", args=[name, job, jobs.clock], seconds=seconds)
    scheduler.start()
    try:
        yield
    finally:
        scheduler.shutdown(wait=False)
        await jobs.postman.close()


async def _wake(name: str, job: Job, clock: Callable[[], datetime]) -> None:
    try:
        await job(clock())
    except Exception:
        log.exception("the job %s failed; it is tried again at its next turn", name)


def _look(db: Session, runner_id: str, now: datetime) -> None:
    runner = people.person(db, runner_id)
    if runner is not None:
        review.record(db, review.look(db, runner, now))
