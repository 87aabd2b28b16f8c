"""What happens around every request: refusals become documents, headers are strict, other sites are kept out."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from aiohttp import web
from yarl import URL

from server import access, needs, problem
from server.around import outage
from server.keys import CLOCK, DESK, MARK, NEW_TOKEN, RUNNER
from server.needs import Need, Who
from server.pages import frame
from server.people import credentials
from server.problem import Problem, not_found

log = logging.getLogger(__name__)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; form-action 'self'; "
    "base-uri 'none'; object-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Server": "stridegate",
}
NOT_KEPT = {**HEADERS, "Cache-Control": "no-store"}
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


@web.middleware
async def strict_headers(request: web.Request, handler: Handler) -> web.StreamResponse:
    response = await handler(request)
    # Health data does not stay in a browser's cache.
    response.headers.update(HEADERS if request.path.startswith("/static/") else NOT_KEPT)
    outage.come_again(response)
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
    except Exception as why:
        if (away := outage.refusal(why)) is not None:
            return _shown(request, away)
        mistake = request.app[NEW_TOKEN]()[:12]  # by this name whoever runs the server finds it in the log
        log.exception("a request to %s failed: %s", request.match_info.route.resource, mistake)
        sentence = f"Something went wrong on the server; nothing was lost. It is noted as {mistake}."
        return _shown(request, Problem(500, "Our mistake", sentence, id=mistake))


@web.middleware
async def same_origin(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A form of another site must not act with a person's cookie; gateways and programs carry a token and no cookie."""
    if request.method not in SAFE_METHODS and credentials.bearer(request) is None:
        _from_here(request)
        token = credentials.login(request)
        if token is not None and not credentials.is_form_word(token, await _word(request)):
            raise Problem(
                403, "An old page", "This form is no longer valid; load the page again and send it once more."
            )
    return await handler(request)


@web.middleware
async def allowed_only(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Nobody comes in who may not, before anything of the request is read; an address nobody spoke of is closed."""
    resource = request.match_info.route.resource
    if resource is None:
        return await handler(request)  # there is no such address: the router says so
    need = needs.of(request.method, resource.canonical)
    if need is None:
        raise not_found()
    if need.who is not Who.ANYONE:
        await _ask(request, need)
    return await handler(request)


async def _ask(request: web.Request, need: Need) -> None:
    desk, now, shown = request.app[DESK], request.app[CLOCK](), credentials.shown(request)
    facts = (need, shown, request.match_info.get("runner"), now)
    if need.who is Who.GATEWAY:
        allowed = await desk.knock(access.allow, *facts)  # every deed of a gateway asks once more
    else:
        request[MARK] = mark = desk.mark()
        allowed = await desk.ask(mark, access.allow, *facts)
    request[RUNNER] = allowed.runner
    if allowed.to_be_noted and shown:
        await desk.write(access.note, allowed, shown, request.remote or "", now)


def _from_here(request: web.Request) -> None:
    origin = request.headers.get("Origin")
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    if site not in ("same-origin", "none") or (origin is not None and _host(origin) != request.host):
        raise Problem(403, "From another site", "This request came from another site and was not carried out.")


def _host(origin: str) -> str | None:
    try:
        return URL(origin).authority
    except ValueError:
        return None


async def _word(request: web.Request) -> str:
    """The word of a form: in a header from a script, in a field, or in the address where a file is sent along."""
    if word := request.headers.get(credentials.WORD_HEADER):
        return word
    if request.content_type == "multipart/form-data":
        return request.query.get("csrf", "")  # the body may be large, and is the handler's to read
    if request.content_type == "application/x-www-form-urlencoded":
        return str((await request.post()).get("csrf", ""))
    return ""


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
