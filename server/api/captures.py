"""Captures on the wire: a gateway begins one, puts its chunks in any order, and completes it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from aiohttp import web
from sqlmodel import Session

from server import access, intake
from server.api import forms
from server.keys import CLOCK, DESK, QUOTA, REVIEWER
from server.people import credentials
from server.problem import Problem

T = TypeVar("T")


async def begin(request: web.Request) -> web.Response:
    """PUT captures/{id}: 201 where it is new, 200 where it is known."""
    form = await forms.body(request, forms.BeginCapture)
    bearer, capture = credentials.bearer(request), request.match_info["capture"]
    new = await request.app[DESK].write(
        _as_gateway, bearer, intake.begin, capture, form.runner, form.started_at, request.app[CLOCK]()
    )
    return web.json_response({"capture": capture, "state": "open"}, status=201 if new else 200)


async def show(request: web.Request) -> web.Response:
    """GET captures/{id}: what the server holds of it."""
    bearer, capture = credentials.bearer(request), request.match_info["capture"]
    held = await request.app[DESK].read(_as_gateway, bearer, intake.held, capture)
    return web.json_response(_held(held))


async def put_chunk(request: web.Request) -> web.Response:
    """PUT captures/{id}/chunks/{seq}: 201 new, 200 same, 409 other bytes; answered only once it is on disk."""
    bearer = credentials.bearer(request)
    await request.app[QUOTA].spend(bearer or request.remote or "", request.content_length or 0)
    seq = forms.whole_number(request.match_info["seq"], "The number of a chunk")
    body = await request.read()  # unpacked by aiohttp, which stops at the application's own size
    digest = intake.checked(seq, body, request.headers.get("Content-Digest", ""))
    outcome = await request.app[DESK].write(
        intake.put_chunk, bearer, request.match_info["capture"], seq, body, digest, request.app[CLOCK]()
    )
    if outcome == "conflict":
        raise Problem(409, "Other bytes", f"Chunk {seq} differs from what is here; the new bytes were kept aside.")
    told = f'{{"seq": {seq}}}'
    return web.Response(text=told, content_type="application/json", status=201 if outcome == "new" else 200)


async def complete(request: web.Request) -> web.Response:
    """POST captures/{id}/complete: 200 once everything is here and the root agrees, else 409 with what is missing."""
    form = await forms.body(request, forms.CompleteCapture)
    held = await request.app[DESK].write(
        _as_gateway,
        credentials.bearer(request),
        intake.complete,
        request.match_info["capture"],
        form.model_dump(mode="json"),
        request.app[CLOCK](),
    )
    request.app[REVIEWER].wake()
    return web.json_response(_held(held))


def _as_gateway(db: Session, bearer: str | None, deed: Callable[..., T], *facts: Any) -> T:
    """The deed of whichever gateway asks, in one transaction with the question who it is. Raises Problem 401."""
    return deed(db, access.gateway_of(db, bearer), *facts)


def _held(held: intake.Held) -> dict[str, object]:
    return {"state": held.state, "have": held.have, "packets": held.packets}
