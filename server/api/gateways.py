"""Gateways: how one is let in, and what it says of itself."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Self

from aiohttp import web
from pydantic import AwareDatetime, Field, model_validator
from sqlmodel import Session

from server import access, audit
from server.api import asking, forms, paging
from server.gateways import equipment, pairing
from server.keys import CLOCK, DESK, NEW_TOKEN
from server.people import credentials
from server.storage import active_captures, gateways, pairings, people
from server.storage.active_captures import ActiveCapture
from server.storage.gateways import Gateway, SensorAssignment
from server.storage.people import Person

PREFIX = "sg_gw_"  # so that a scanner of leaked secrets knows what it has found
CLOCK_TOLERANCE = timedelta(seconds=2)  # times are rounded, and a packet may come while the heartbeat is made
OLDEST = timedelta(days=3650)  # no capture is older; keeps every corrected time within what a database can hold


class StartPairing(forms.Form):
    name: Annotated[str, Field(min_length=1, max_length=64)]


class AskToken(forms.Form):
    device_code: Annotated[str, Field(min_length=16, max_length=200)]


class ActiveCaptureForm(forms.Form):
    """A capture that is being recorded, in the gateway's own time; `packets_held` of it are part of `held`."""

    capture: Annotated[str, Field(min_length=1, max_length=64)]
    runner: Annotated[str, Field(min_length=1, max_length=64)]
    started_at: AwareDatetime
    last_packet_at: AwareDatetime
    packets_held: Annotated[int, Field(ge=0, lt=2**31)]


class Heartbeat(forms.Form):
    """`held` are the packets that are still on the gateway's disk, by runner; without it the earlier number counts.

    `active_captures` are those that are being recorded now, with `wall_ns`, the gateway's own time; without it the
    earlier ones count until they are 2 minutes old.
    """

    held: dict[str, Annotated[int, Field(ge=0)]] | None = None
    active_captures: Annotated[list[ActiveCaptureForm], Field(max_length=100)] | None = None
    version: Annotated[str, Field(max_length=64)] | None = None
    wall_ns: Annotated[int, Field(ge=0, lt=2**63)] | None = None
    boot: Annotated[str, Field(max_length=100)] | None = None
    battery: dict[str, Annotated[float, Field(ge=0, le=100)]] | None = None

    @model_validator(mode="after")
    def _with_own_time(self) -> Self:
        if self.active_captures and self.wall_ns is None:
            raise ValueError("active_captures needs wall_ns, the gateway's own time")
        return self


class Follower(forms.Form):
    by: Annotated[str, Field(min_length=1, max_length=64)]


class Wearer(forms.Form):
    """Whose sensor it is; without a nickname the runner's first name is told to the gateway."""

    runner: Annotated[str, Field(min_length=1, max_length=64)]
    nickname: Annotated[str, Field(max_length=64)] = ""


async def start(request: web.Request) -> web.Response:
    """POST pairings: 201 with the code to show, and the device code to ask with."""
    form = await forms.body(request, StartPairing)
    fresh = pairing.Secrets(
        device_code=request.app[NEW_TOKEN](), user_code=pairing.new_code(secrets.SystemRandom().choice)
    )
    await request.app[DESK].write(pairing.start, fresh, form.name, request.remote or "", request.app[CLOCK]())
    return web.json_response(
        {
            "device_code": fresh.device_code,
            "user_code": fresh.user_code,
            "verification_uri": str(request.url.origin().with_path("/pair")),
            "expires_in": int(pairing.LIFE.total_seconds()),
            "interval": pairing.ASK_EVERY_S,
        },
        status=201,
    )


async def token(request: web.Request) -> web.Response:
    """POST pairings/token: 202 while nobody let it in, 200 with the token once, 410 when it is over."""
    form = await forms.body(request, AskToken)
    fresh = pairing.Token(gateway_id=f"g-{request.app[NEW_TOKEN]()[:12]}", token=f"{PREFIX}{request.app[NEW_TOKEN]()}")
    given = await request.app[DESK].write(pairing.token, form.device_code, fresh, request.app[CLOCK]())
    if given is None:
        return web.json_response({"state": "waiting", "interval": pairing.ASK_EVERY_S}, status=202)
    runners = await request.app[DESK].read(people.runners_brought_by, given.gateway_id)
    return web.json_response({"gateway": given.gateway_id, "token": given.token, "runners": _named(runners)})


async def heartbeat(request: web.Request) -> web.Response:
    """POST gateways/me/heartbeat: the server's time, whose runs this gateway brings, and which sensor is whose."""
    form = await forms.body(request, Heartbeat)
    now, address = request.app[CLOCK](), request.remote or ""
    runners, sensors = await request.app[DESK].write(_beat, credentials.bearer(request), form, address, now)
    return web.json_response(
        {
            "now": forms.utc_text(now),
            "runners": _named(runners),
            "assignments": [
                {"sensor": one.sensor, "runner": one.runner_id, "nickname": one.nickname} for one in sensors
            ],
        }
    )


async def new_token(request: web.Request) -> web.Response:
    """POST gateways/me/token: 200 with a new token; the old one is taken until the new one is used."""
    token, now = f"{PREFIX}{request.app[NEW_TOKEN]()}", request.app[CLOCK]()
    gateway_id = await request.app[DESK].write(_rotate, credentials.bearer(request), token, now)
    return web.json_response({"gateway": gateway_id, "token": token})


async def show(request: web.Request) -> web.Response:
    """GET gateways: what stands in the clinic, by name; the sensors are of runners in the person's care alone."""
    page = paging.asked(request, str, str)

    def look(db: Session, person: Person, now: datetime) -> list[dict[str, Any]]:
        return [_standing(db, person, gateway, now) for gateway in equipment.of_clinic(db, person)]

    by_name = sorted(await asking.read_own(request, look), key=_place)
    found, after = paging.cut(by_name, _place, page, ascending=True)
    return web.json_response({"gateways": found, "next": after})


async def revoke(request: web.Request) -> web.Response:
    """POST gateways/{gateway}/revoke: 200; its next word is refused."""
    gateway_id = request.match_info["gateway"]
    await asking.write_own(request, lambda db, person, now: equipment.revoke(db, person, gateway_id, now))
    return web.json_response({"gateway": gateway_id, "revoked": True})


async def replace(request: web.Request) -> web.Response:
    """POST gateways/{gateway}/replace {by}: 200 with how many captures the other one may go on with."""
    form, gateway_id = await forms.body(request, Follower), request.match_info["gateway"]
    moved = await asking.write_own(
        request, lambda db, person, now: equipment.replace(db, person, gateway_id, form.by, now)
    )
    return web.json_response({"gateway": gateway_id, "by": form.by, "captures": moved})


async def assign(request: web.Request) -> web.Response:
    """PUT gateways/{gateway}/sensors/{sensor} {runner, nickname}: 200."""
    form, gateway_id, sensor = (
        await forms.body(request, Wearer),
        request.match_info["gateway"],
        request.match_info["sensor"],
    )
    await asking.write_own(
        request,
        lambda db, person, now: equipment.assign(db, person, gateway_id, sensor, form.runner, form.nickname, now),
    )
    return web.json_response({"gateway": gateway_id, "sensor": equipment.sensor_address(sensor), "runner": form.runner})


async def free(request: web.Request) -> web.Response:
    """DELETE gateways/{gateway}/sensors/{sensor}: 200."""
    gateway_id, sensor = request.match_info["gateway"], request.match_info["sensor"]
    await asking.write_own(request, lambda db, person, now: equipment.free(db, person, gateway_id, sensor, now))
    return web.json_response({"gateway": gateway_id, "sensor": equipment.sensor_address(sensor), "runner": None})


def _beat(
    db: Session, bearer: str | None, form: Heartbeat, address: str, now: datetime
) -> tuple[list[Person], list[SensorAssignment]]:
    gateway_id = access.gateway_of(db, bearer)
    body = form.model_dump(mode="json", exclude={"held", "active_captures"}, exclude_none=True)
    before = pairings.beat(db, gateway_id, form.held, body, now, address)
    if form.active_captures is not None:
        active_captures.replace_all(db, gateway_id, _in_server_time(gateway_id, form, now))
    if before not in ("", address):
        # A token that speaks from two places may have been copied; a gateway that moved house looks the same.
        words = {"gateway": gateway_id, "from": before, "to": address}
        audit.note(db, gateway_id, "gateway speaks from another address", words, now)
    return people.runners_brought_by(db, gateway_id), gateways.sensors_of(db, gateway_id)


def _in_server_time(gateway_id: str, form: Heartbeat, now: datetime) -> Iterator[ActiveCapture]:
    """The active captures with their times corrected by the offset between the gateway's clock and ours.

    One with a packet from the gateway's own future is left out: nobody knows when it ends.
    """
    gateway_now = datetime.fromtimestamp((form.wall_ns or 0) / 1e9, UTC)
    for capture in form.active_captures or ():
        if capture.last_packet_at - gateway_now > CLOCK_TOLERANCE:
            continue
        yield ActiveCapture(
            gateway_id=gateway_id,
            id=capture.capture,
            runner_id=capture.runner,
            started_at=_corrected(capture.started_at, gateway_now, now),
            last_packet_at=_corrected(capture.last_packet_at, gateway_now, now),
            packets_held=capture.packets_held,
            reported_at=now,
        )


def _corrected(moment: datetime, gateway_now: datetime, now: datetime) -> datetime:
    """A moment of the gateway's clock on ours, not later than now."""
    age = min(max(gateway_now - moment, timedelta(0)), OLDEST)
    return now - age


def _rotate(db: Session, bearer: str | None, token: str, now: datetime) -> str:
    gateway_id = access.gateway_of(db, bearer)
    equipment.rotate(db, gateway_id, token, now)
    return gateway_id


def _standing(db: Session, person: Person, gateway: Gateway, now: datetime) -> dict[str, Any]:
    theirs = {one.id for one in people.runners_seen_by(db, person.id, now)}
    return {
        "id": gateway.id,
        "name": gateway.name,
        "paired_at": forms.utc_text(gateway.created_at),
        "revoked_at": gateway.revoked_at and forms.utc_text(gateway.revoked_at),
        "replaced_by": gateway.replaced_by,
        "last_contact": gateway.last_at and forms.utc_text(gateway.last_at),
        "address": gateway.address or None,
        "version": gateway.said.get("version"),
        "battery": gateway.said.get("battery"),
        "held": sum(int(packets) for packets in gateway.held.values()),
        "sensors": [
            {"sensor": one.sensor, "runner": one.runner_id, "nickname": one.nickname}
            for one in gateways.sensors_of(db, gateway.id)
            if one.runner_id in theirs
        ],
    }


def _place(gateway: dict[str, Any]) -> list[str]:
    return [gateway["name"], gateway["id"]]


def _named(runners: list[people.Person]) -> list[dict[str, str]]:
    """Opaque id and nickname: a gateway in a corridor needs no more."""
    return [{"id": runner.id, "name": runner.name.split()[0]} for runner in runners]
