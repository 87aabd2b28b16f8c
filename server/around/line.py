"""Line: one line in the log for each request, by its route and not its address, which may hold a token or a query."""

from __future__ import annotations

import logging

from aiohttp import web

from server.around import logs
from server.around.timed import method_of, route_of

log = logging.getLogger("server.request")

# Of a route's own parts; a token stands in an address as well, and no part that is not named here is written.
OF_THE_ADDRESS = ("runner", "capture", "seq", "person")


def write(request: web.Request, status: int, seconds: float) -> None:
    ids = {name: logs.plain(name, part) for name, part in request.match_info.items() if name in OF_THE_ADDRESS}
    logs.say(
        log,
        "info" if status < 500 else "error",
        "request",
        method=method_of(request),
        route=route_of(request),
        status=status,
        ms=round(1000 * seconds, 1),
        **ids,
    )
