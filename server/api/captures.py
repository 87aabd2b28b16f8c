"""Captures on the wire: a gateway begins one, puts its chunks in any order, and completes it."""

from __future__ import annotations

from aiohttp import web

from server import access, intake
from server.api import forms
from server.keys import CLOCK, DESK, REVIEWER
from server.problem import Problem


async def begin(request: web.Request) -> web.Response:
    """PUT captures/{id}: 201 where it is new, 200 where it is known."""
    gateway = await gateway_of(request)
    form = await forms.body(request, forms.BeginCapture)
    capture = request.match_info["capture"]
    new = await request.app[DESK].write(
        intake.begin, gateway, capture, form.runner, form.started_at, request.app[CLOCK]()
    )
    return web.json_response({"capture": capture, "state": "open"}, status=201 if new else 200)


async def show(request: web.Request) -> web.Response:
    """GET captures/{id}: what the server holds of it."""
    gateway = await gateway_of(request)
    held = await request.app[DESK].read(intake.held, gateway, request.match_info["capture"])
    return web.json_response(_held(held))


async def put_chunk(request: web.Request) -> web.Response:
    """PUT captures/{id}/chunks/{seq}: 201 new, 200 same, 409 other bytes; answered only once it is on disk."""
    gateway = await gateway_of(request)
    seq = forms.whole_number(request.match_info["seq"], "The number of a chunk")
    outcome = await request.app[DESK].write(
        intake.put_chunk,
        gateway,
        request.match_info["capture"],
        seq,
        await request.read(),  # unpacked by aiohttp, which stops at the size that the application allows
        request.headers.get("Content-Digest", ""),
        request.app[CLOCK](),
    )
    if outcome == "conflict":
        raise Problem(409, "Other bytes", f"Chunk {seq} differs from what is here; the new bytes were kept aside.")
    return web.json_response({"seq": seq}, status=201 if outcome == "new" else 200)


async def complete(request: web.Request) -> web.Response:
    """POST captures/{id}/complete: 200 once everything is here and the root agrees, else 409 with what is missing."""
    gateway = await gateway_of(request)
    form = await forms.body(request, forms.CompleteCapture)
    held = await request.app[DESK].write(
        intake.complete,
        gateway,
        request.match_info["capture"],
        form.model_dump(mode="json"),
        request.app[CLOCK](),
    )
    request.app[REVIEWER].wake()
    return web.json_response(_held(held))


async def gateway_of(request: web.Request) -> str:
    """The gateway that asks. Raises Problem 401."""
    return await request.app[DESK].read(access.gateway_of, bearer_of(request))


def bearer_of(request: web.Request) -> str | None:
    """The token of a program, None where a person asks."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token if scheme.lower() == "bearer" else None


def _held(held: intake.Held) -> dict[str, object]:
    return {"state": held.state, "have": held.have, "packets": held.packets}
