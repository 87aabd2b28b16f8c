"""Timed: how a request was answered and how long that took, told to whoever keeps it, however it ended."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
Tell = Callable[[web.Request, int, float], None]


def telling(*tells: Tell) -> Any:
    """The middleware that calls each `tell(request, status, seconds)` once, with 500 where no answer came."""

    @web.middleware
    async def timed(request: web.Request, handler: Handler) -> web.StreamResponse:
        began_s, status = time.monotonic(), 500
        try:
            response = await handler(request)
            status = response.status
            return response
        except web.HTTPException as answer:
            status = answer.status
            raise
        finally:
            seconds = time.monotonic() - began_s
            for tell in tells:
                tell(request, status, seconds)

    return timed


def route_of(request: web.Request) -> str:
    """The template of the address: /runners/{runner}; one word for everything that is no address of ours."""
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else "none"


def method_of(request: web.Request) -> str:
    """The method; one word for everything that is none."""
    return request.method if request.method in METHODS else "other"
