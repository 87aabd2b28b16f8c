"""Gateways: what stands in the clinic, when each spoke last, whose sensors it hears, and its end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web
from sqlmodel import Session

from server.api import asking
from server.gateways import equipment
from server.keys import CLOCK
from server.pages import frame
from server.storage import gateways, people
from server.storage.gateways import Gateway, SensorAssignment
from server.storage.people import Person

SILENT = timedelta(hours=1)  # a gateway in touch speaks every minute or so


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One gateway as this person may see it: names only of the runners in their care."""

    gateway: Gateway
    sensors: list[tuple[SensorAssignment, str | None]]
    heard: list[str]
    held: int
    is_silent: bool
    followers: list[Gateway]  # who could go on with its runs


async def show(request: web.Request) -> web.StreamResponse:
    """GET /gateways."""
    person, standing, runners = await asking.read_own(request, _standing)
    now = request.app[CLOCK]()
    await frame.reader_for(request, person)
    facts: dict[str, Any] = {"standing": standing, "runners": runners, "now": now}
    return frame.page(request, "gateways.html", person=person, **facts)


async def revoke(request: web.Request) -> web.StreamResponse:
    """POST /gateways/{gateway}/revoke."""
    gateway_id = request.match_info["gateway"]
    await asking.write_own(request, lambda db, person, now: equipment.revoke(db, person, gateway_id, now))
    raise web.HTTPSeeOther("/gateways")


async def replace(request: web.Request) -> web.StreamResponse:
    """POST /gateways/{gateway}/replace: another one follows it and may go on with its captures."""
    gateway_id, follower = request.match_info["gateway"], str((await request.post()).get("by", ""))
    await asking.write_own(request, lambda db, person, now: equipment.replace(db, person, gateway_id, follower, now))
    raise web.HTTPSeeOther("/gateways")


async def give_up(request: web.Request) -> web.StreamResponse:
    """POST /gateways/{gateway}/give-up: what it held will not come; the reason is kept."""
    gateway_id, reason = request.match_info["gateway"], str((await request.post()).get("reason", ""))
    await asking.write_own(request, lambda db, person, now: equipment.give_up(db, person, gateway_id, reason, now))
    raise web.HTTPSeeOther("/gateways")


async def sensors(request: web.Request) -> web.StreamResponse:
    """POST /gateways/{gateway}/sensors: whose it is, or nobody's from now on."""
    fields = {name: str(value) for name, value in (await request.post()).items()}
    gateway_id, sensor = request.match_info["gateway"], fields.get("sensor", "")

    def work(db: Session, person: Person, now: datetime) -> None:
        if fields.get("do") == "free":
            equipment.free(db, person, gateway_id, sensor, now)
        else:
            runner, nickname = fields.get("runner", ""), fields.get("nickname", "")
            equipment.assign(db, person, gateway_id, sensor, runner, nickname, now)

    await asking.write_own(request, work)
    raise web.HTTPSeeOther("/gateways")


def _standing(db: Session, person: Person, now: datetime) -> tuple[Person, list[Standing], list[Person]]:
    runners = people.runners_seen_by(db, person.id, now) if person.role == "physio" else []
    names = {runner.id: runner.name for runner in runners}
    everyone = equipment.of_clinic(db, person)
    return person, [_one(db, gateway, everyone, names, now) for gateway in everyone], runners


def _one(
    db: Session, gateway: Gateway, everyone: Sequence[Gateway], names: Mapping[str, str], now: datetime
) -> Standing:
    return Standing(
        gateway=gateway,
        sensors=[(one, names.get(one.runner_id)) for one in gateways.sensors_of(db, gateway.id)],
        heard=gateways.sensors_heard(db, gateway.id),
        held=sum(int(packets) for packets in gateway.held.values()),
        is_silent=gateway.last_at is not None and now - gateway.last_at > SILENT,
        followers=[other for other in everyone if other.id != gateway.id and not other.revoked_at],
    )
