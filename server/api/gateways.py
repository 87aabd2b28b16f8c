"""Gateways: how one is let in, and what it says of itself."""

from __future__ import annotations

import secrets
from typing import Annotated, Any

from aiohttp import web
from pydantic import Field
from sqlmodel import Session

from server import pairing
from server.api import forms
from server.api.captures import gateway_of
from server.keys import CLOCK, DESK, NEW_TOKEN
from server.storage import pairings, people


class StartPairing(forms.Form):
    name: Annotated[str, Field(min_length=1, max_length=64)]


class AskToken(forms.Form):
    device_code: Annotated[str, Field(min_length=16, max_length=200)]


class Heartbeat(forms.Form):
    """`held` are the packets that are still on the gateway's disk, by runner; without it nothing is said of them."""

    held: dict[str, Annotated[int, Field(ge=0)]] | None = None
    version: Annotated[str, Field(max_length=64)] | None = None
    wall_ns: int | None = None
    boot: Annotated[str, Field(max_length=100)] | None = None
    battery: dict[str, Annotated[float, Field(ge=0, le=100)]] | None = None


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
    fresh = pairing.Token(gateway_id=f"g-{request.app[NEW_TOKEN]()[:12]}", token=f"sg_gw_{request.app[NEW_TOKEN]()}")
    given = await request.app[DESK].write(pairing.token, form.device_code, fresh, request.app[CLOCK]())
    if given is None:
        return web.json_response({"state": "waiting", "interval": pairing.ASK_EVERY_S}, status=202)
    runners = await request.app[DESK].read(people.runners_brought_by, given.gateway_id)
    return web.json_response({"gateway": given.gateway_id, "token": given.token, "runners": _named(runners)})


async def heartbeat(request: web.Request) -> web.Response:
    """POST gateways/me/heartbeat: the server's time, and whose runs this gateway brings."""
    gateway_id = await gateway_of(request)
    form = await forms.body(request, Heartbeat)
    now = request.app[CLOCK]()
    runners = await request.app[DESK].write(_beat, gateway_id, form, now)
    return web.json_response({"now": forms.utc_text(now), "runners": _named(runners)})


def _beat(db: Session, gateway_id: str, form: Heartbeat, now: Any) -> list[people.Person]:
    body = form.model_dump(mode="json", exclude={"held"}, exclude_none=True)
    pairings.beat(db, gateway_id, form.held, body, now)
    return people.runners_brought_by(db, gateway_id)


def _named(runners: list[people.Person]) -> list[dict[str, str]]:
    """Opaque id and nickname: a gateway in a corridor needs no more."""
    return [{"id": runner.id, "name": runner.name.split()[0]} for runner in runners]
