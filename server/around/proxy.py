"""Proxy: who asked, where a proxy that is trusted says it asks for somebody; nobody else is believed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from server.problem import Problem, as_response

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Networks = tuple[IPv4Network | IPv6Network, ...]
FORWARDED = ("X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "Forwarded")
THIS_MACHINE = (ip_network("127.0.0.0/8"), ip_network("::1/128"))


def trusting(proxies: Networks) -> Any:
    """The middleware that believes X-Forwarded-For, -Proto and -Host of these peers alone.

    Where there are some, nobody on another machine gets by them without encryption. It stands outside of whatever
    remembers something of a request, for behind it the request is another one.
    """

    @web.middleware
    async def as_forwarded(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not _is_of(request.remote, proxies):
            if proxies and not request.secure and not _is_of(request.remote, THIS_MACHINE):
                return as_response(Problem(403, "Not encrypted", "Come through the encrypted address of this clinic."))
            return await handler(request)
        said: dict[str, Any] = {"remote": _asker(request, proxies)}
        if (scheme := request.headers.get("X-Forwarded-Proto")) in ("http", "https"):
            said["scheme"] = scheme
        if host := request.headers.get("X-Forwarded-Host"):
            said["host"] = host
        return await handler(request.clone(**said))

    return as_forwarded


def is_from_this_machine(request: web.Request) -> bool:
    """Whether a program on this machine asks by a loopback address; a forwarded request comes from elsewhere.

    A page of a stranger can make a browser here ask under a name that resolves to this machine: its Host is that name.
    """
    is_forwarded = any(name in request.headers for name in FORWARDED)
    return _is_of(request.remote, THIS_MACHINE) and not is_forwarded and _is_local_host(request.host)


def _is_local_host(host: str) -> bool:
    name = urlsplit(f"//{host}").hostname or ""
    return name == "localhost" or _is_of(name, THIS_MACHINE)


def _asker(request: web.Request, proxies: Networks) -> str | None:
    """The last address that no trusted proxy vouches for: what stands before it anybody may have written."""
    hops = [hop.strip() for line in request.headers.getall("X-Forwarded-For", []) for hop in line.split(",")]
    for hop in reversed(hops):
        if not _is_of(hop, proxies):
            return hop if _is_address(hop) else request.remote
    return request.remote


@lru_cache(maxsize=4096)
def _is_of(address: str | None, networks: Networks) -> bool:
    return _is_address(address) and any(ip_address(address or "") in network for network in networks)


def _is_address(text: str | None) -> bool:
    try:
        ip_address(text or "")
    except ValueError:
        return False
    return True
