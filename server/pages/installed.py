"""Installed: what a phone needs to keep Stridegate among its own programs, and the page that it shows offline."""

from __future__ import annotations

from aiohttp import web

from server.pages import frame

STATIC = frame.PAGES / "static"


async def worker(request: web.Request) -> web.StreamResponse:
    """GET /sw.js: at the root, for a worker may only look after what lies below its own address."""
    return web.Response(text=(STATIC / "sw.js").read_text(encoding="utf-8"), content_type="text/javascript")


async def manifest(request: web.Request) -> web.StreamResponse:
    """GET /manifest.webmanifest."""
    text = (STATIC / "manifest.json").read_text(encoding="utf-8")
    return web.Response(text=text, content_type="application/manifest+json")


async def offline(request: web.Request) -> web.StreamResponse:
    """GET /offline: the one page that a phone keeps; it knows nobody, and says that nothing can be told."""
    await frame.reader_for(request, None)
    return frame.page(request, "offline.html")
