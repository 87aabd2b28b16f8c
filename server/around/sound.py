"""Sound: a request whose address or headers no database could keep, or whose body never ends, goes no further."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from aiohttp import web

from server.problem import Problem, not_found

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

PATIENCE_S = 20.0  # for a body of any size, and then
SLOWEST = 4096  # bytes a second; a phone at the edge of its network is four times faster
LONGEST_S = 120.0  # whatever it says about its size
LONGEST_PART = 512  # characters of one part of an address


class TooSlow(Exception):
    """The body did not arrive in time."""


@web.middleware
async def sound(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse what cannot be text, and wait for no body longer than its size deserves."""
    _check(request)
    if not request.body_exists:
        return await handler(request)
    timer = None
    if not request.content.is_eof():  # most bodies came along with their headers
        timer = asyncio.get_running_loop().call_later(_patience_s(request), _give_up, request)
    try:
        return await handler(request)
    except TooSlow as why:
        raise Problem(408, "Too slow", "What was sent did not arrive in time; send it again.") from why
    except web.RequestPayloadError as why:
        raise Problem(400, "Damaged", "The body is not packed as its Content-Encoding says.") from why
    finally:
        if timer is not None:
            timer.cancel()


def _check(request: web.Request) -> None:
    """Raises Problem 404 for an address, 400 for a question or a header, with characters that are none."""
    if not all(_is_text(part) and len(part) <= LONGEST_PART for part in request.match_info.values()):
        raise not_found()
    asked = (*request.query.keys(), *request.query.values()) if request.query_string else ()
    if not _is_text("".join((*asked, *request.headers.values()))):
        raise Problem(400, "Not text", "The address or a header holds characters that are none.")


def _is_text(text: str) -> bool:
    return "\0" not in text and (text.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in text))


def _patience_s(request: web.Request) -> float:
    length = request.content_length
    return LONGEST_S if length is None else min(LONGEST_S, PATIENCE_S + length / SLOWEST)


def _give_up(request: web.Request) -> None:
    if not request.content.is_eof():
        request.content.set_exception(TooSlow())
