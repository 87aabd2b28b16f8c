"""What happens around every request: refusals become documents, headers are strict, other sites are kept out."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from aiohttp import web
from yarl import URL

from server import problem
from server.pages import frame
from server.problem import Problem

log = logging.getLogger(__name__)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; form-action 'self'; "
    "base-uri 'none'; object-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


@web.middleware
async def strict_headers(request: web.Request, handler: Handler) -> web.StreamResponse:
    response = await handler(request)
    response.headers.update(HEADERS)
    if not request.path.startswith("/static/"):
        response.headers["Cache-Control"] = "no-store"  # health data does not stay in a browser's cache
    response.headers["Server"] = "stridegate"
    return response


@web.middleware
async def refusals(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Every refusal is one sentence: a problem document for programs, a page for people."""
    try:
        return await handler(request)
    except Problem as refused:
        return _shown(request, refused)
    except web.HTTPRedirection:
        raise
    except web.HTTPException as refused:
        return _shown(request, Problem(refused.status, refused.reason, _sentence(refused)))
    except Exception:
        log.exception("a request to %s failed", request.match_info.route.resource)
        return _shown(request, Problem(500, "Our mistake", "Something went wrong on the server; nothing was lost."))


@web.middleware
async def same_origin(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A form of another site must not act with a person's cookie; gateways carry a token and no cookie."""
    if request.method not in SAFE_METHODS and "Authorization" not in request.headers:
        origin = request.headers.get("Origin")
        site = request.headers.get("Sec-Fetch-Site", "same-origin")
        if site not in ("same-origin", "none") or (origin is not None and URL(origin).authority != request.host):
            raise Problem(403, "From another site", "This request came from another site and was not carried out.")
    return await handler(request)


def _shown(request: web.Request, refused: Problem) -> web.StreamResponse:
    if request.path.startswith("/api/") or "text/html" not in request.headers.get("Accept", ""):
        return problem.as_response(refused)
    return frame.refusal(request, refused)


def _sentence(refused: web.HTTPException) -> str:
    sentences = {
        404: "There is nothing under this address.",
        405: "This address does not take that method.",
        413: "What was sent is larger than the server takes.",
    }
    return sentences.get(refused.status, f"The server refused: {refused.reason}.")
