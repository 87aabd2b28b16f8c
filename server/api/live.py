"""The live view: a gateway says what the sensors say, and those who may see the runner look on."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Annotated, Any

from aiohttp import web
from pydantic import AwareDatetime, Field
from sqlmodel import Session

from server import access
from server.api import forms
from server.gateways.live import Looker, TooMany
from server.keys import CLOCK, DESK, LIVE
from server.people import credentials
from server.problem import Problem, not_found
from server.storage import people

ASK_AGAIN_S = 1.0  # whether they may still look on
SILENT_S = 10.0  # a foot pod speaks every second; after ten without a word the run is not to be seen
HEADERS = {"Content-Type": "text/event-stream; charset=utf-8", "X-Accel-Buffering": "no"}


class Glance(forms.Form):
    """The latest values of a run; what no sensor says is null or left out."""

    capture: Annotated[str, Field(min_length=1, max_length=64)]
    at: AwareDatetime
    elapsed_s: Annotated[float, Field(ge=0, le=172_800)]
    running_s: Annotated[float, Field(ge=0, le=172_800)] | None = None
    speed_mps: Annotated[float, Field(ge=0, le=30)] | None = None
    cadence_per_min: Annotated[float, Field(ge=0, le=500)] | None = None
    grade: Annotated[float, Field(ge=-1, le=1)] | None = None
    heart_rate_bpm: Annotated[float, Field(ge=0, le=300)] | None = None


async def say(request: web.Request) -> web.Response:
    """POST runners/{id}/live: 202; the values go to those who look on, and are not written down."""
    runner_id = request.match_info["runner"]
    await request.app[DESK].read(_may_say, credentials.bearer(request), runner_id)
    glance = await forms.body(request, Glance)
    words = glance.model_dump(mode="json")
    request.app[LIVE].remember(runner_id, words, request.app[CLOCK]())
    request.app[LIVE].say(runner_id, words)
    return web.json_response({"shown": True}, status=202)


async def look_on(request: web.Request) -> web.StreamResponse:
    """GET runners/{id}/live: server-sent events `values`, and `silent` while none come.

    It ends when whoever looks on may do so no longer, and for those who do not keep up.
    """
    await _ask(request)
    try:
        with request.app[LIVE].looking(request.match_info["runner"]) as looker:
            response = web.StreamResponse(headers=HEADERS)
            await response.prepare(request)
            await _tell(request, response, looker)
    except TooMany as why:
        raise Problem(429, "Enough look on", "Many look on at this run already; close one of the others.") from why
    return response


async def _tell(request: web.Request, response: web.StreamResponse, looker: Looker) -> None:
    """Write until it is over; a writer that hangs at somebody who does not read is ended with their place."""
    writing = asyncio.ensure_future(_write(request, response, looker))
    try:
        while not writing.done() and not looker.is_cut and await _still_may(request):
            await asyncio.wait({writing}, timeout=ASK_AGAIN_S)
        looker.cut()
        await asyncio.wait({writing}, timeout=ASK_AGAIN_S)
    finally:
        if not writing.done() and request.transport is not None:
            request.transport.abort()  # what was written and not read would hold the connection for ever
        writing.cancel()
        await asyncio.gather(writing, return_exceptions=True)  # they may have gone without a word


async def _write(request: web.Request, response: web.StreamResponse, looker: Looker) -> None:
    async for event, data in _events(looker, request):
        await response.write(f"event: {event}\ndata: {json.dumps(data)}\n\n".encode())


async def _events(looker: Looker, request: web.Request) -> AsyncIterator[tuple[str, Mapping[str, Any]]]:
    last: Mapping[str, Any] = {}
    while True:
        try:
            words = await asyncio.wait_for(looker.words.get(), SILENT_S)
        except TimeoutError:
            yield "silent", {"since": last.get("at"), "now": forms.utc_text(request.app[CLOCK]())}
            continue
        if words is None:
            return
        last = words
        yield "values", words


async def _ask(request: web.Request) -> None:
    """Raises Problem 401 or 404."""
    shown, now = credentials.shown(request), request.app[CLOCK]()
    await request.app[DESK].read(_may_look, shown, request.match_info["runner"], now)


async def _still_may(request: web.Request) -> bool:
    try:
        await _ask(request)
    except Problem:
        return False
    return True


def _may_look(db: Session, shown: str | None, runner_id: str, now: datetime) -> None:
    access.may_see(db, access.person_of(db, shown, now), runner_id, now)


def _may_say(db: Session, bearer: str | None, runner_id: str) -> None:
    if not people.brings_runs_of(db, access.gateway_of(db, bearer), runner_id):
        raise not_found()
