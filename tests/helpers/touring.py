"""A tour of every page in a real browser: one server, one Chromium; what each page asks for and says is kept."""

from __future__ import annotations

import gzip
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from chromium import chromium
from soaking import IS_SHORT

from server import lan
from server.app import make_app, open_desk, running
from server.demo import clinic, tour
from server.demo.tour import Stop
from server.keys import DESK, REVIEWER
from server.people import credentials

PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
# A stream stays open beside the page; all else that a page needs stands in the page itself.
STREAMS = ("eventsource",)
COLOURS = {"runOnly": ["color-contrast", "link-in-text-block"]}
LAST = COLOURS if IS_SHORT else {}
# What a page says: its text, also where it is folded away, and what it says to who cannot see it.
SAID = """() => [document.title, document.body.textContent,
  ...[...document.querySelectorAll('[aria-label],[title],[alt],[placeholder]')].flatMap(
    e => ['aria-label', 'title', 'alt', 'placeholder'].map(n => e.getAttribute(n) ?? ''))
].join('\\n').replace(/\\s+/g, ' ')"""
WORDLESS = """() => [...document.querySelectorAll('form')].filter(f => f.method === 'post')
  .filter(f => !f.elements.csrf?.value && !/[?&]csrf=./.test(f.action))
  .map(f => f.getAttribute('action') ?? '(here)')"""
MUTE = """() => [...document.querySelectorAll('form')].filter(f => f.checkVisibility())
  .filter(f => !f.querySelector('button:not([type=button])') &&
    !(f.id && document.querySelector(`button[form="${f.id}"]`))).map(f => f.getAttribute('action') ?? '(here)')"""
WIDER = """() => [...document.querySelectorAll('body *')].filter(e => !e.closest('.skip, .sr, .scroll'))
  .filter(e => e.getBoundingClientRect().right > innerWidth + 1).map(e => e.outerHTML.slice(0, 120)).slice(0, 3)"""


@dataclass
class Seen:
    """One page, as a browser met it."""

    status: int = 0
    weight: int = 0  # bytes, gzipped, the document and everything that it asked for
    hosts: set[str] = field(default_factory=set)
    unasked: list[str] = field(default_factory=list)  # what the document itself does not name: a second round trip
    troubles: list[str] = field(default_factory=list)
    too_wide: list[str] = field(default_factory=list)
    found_by_axe: list[str] = field(default_factory=list)
    wordless_forms: list[str] = field(default_factory=list)
    mute_forms: list[str] = field(default_factory=list)
    said: str = ""


@dataclass
class Tour:
    address: str
    browser: Any
    latest: dict[str, str]
    app: Any

    @property
    def host(self) -> str:
        return self.address.split("/")[2]

    @asynccontextmanager
    async def window(self, stop: Stop, **asked: Any) -> AsyncIterator[Any]:
        """A browser window in which whoever opens this page is logged in, and nothing was loaded yet."""
        context = await self.browser.new_context(service_workers="block", **asked)
        try:
            if stop.opener == "half":
                await context.add_cookies([self._cookie(tour.HALF_LOGIN)])
            elif stop.person is not None:
                link = f"{self.address}/enter/{tour.link_of(stop.person)}"
                await context.request.get(link, max_redirects=0)
            yield await context.new_page()
        finally:
            await context.close()

    async def look(self, stop: Stop) -> Seen:
        """The page on a phone and on a desktop, light and dark."""
        seen, asked = Seen(), []
        async with self.window(stop, viewport=PHONE, color_scheme="light") as page:
            page.on("console", lambda said: seen.troubles.append(said.text) if said.type == "error" else None)
            page.on("pageerror", lambda error: seen.troubles.append(str(error)))
            page.on("request", lambda request: asked.append(request))  # noqa: PLW0108  # no method of a list
            response = await page.goto(self.address + stop.path(self.latest), wait_until="load")
            seen.status = response.status
            await self._weigh(seen, await response.body(), asked)
            seen.said, seen.wordless_forms = await page.evaluate(SAID), await page.evaluate(WORDLESS)
            await page.evaluate(AXE_SCRIPT)
            for size, scheme, rules in (
                (PHONE, "light", {}), (PHONE, "dark", COLOURS), (DESKTOP, "light", COLOURS), (DESKTOP, "dark", LAST),
            ):  # fmt: skip
                await page.set_viewport_size(size)
                await page.emulate_media(color_scheme=scheme)
                await _examine(page, seen, f"{size['width']} {scheme}", rules)
            seen.hosts = {request.url.split("/")[2] for request in asked if not request.url.startswith("data:")}
        return seen

    async def look_without_scripts(self, stop: Stop) -> Seen:
        async with self.window(stop, viewport=PHONE, java_script_enabled=False) as page:
            response = await page.goto(self.address + stop.path(self.latest))
            said = await page.evaluate(SAID)
            return Seen(status=response.status, said=said, mute_forms=await page.evaluate(MUTE))

    async def _weigh(self, seen: Seen, document: bytes, asked: list[Any]) -> None:
        seen.weight = len(gzip.compress(document))
        text = document.decode()
        for request in asked[1:]:
            if request.resource_type in STREAMS or request.url.startswith("data:"):
                continue
            path = request.url.removeprefix(self.address)
            if f'"{path}"' not in text:
                seen.unasked.append(request.url)
            if request.url.startswith(self.address) and (response := await request.response()):
                seen.weight += len(gzip.compress(await response.body()))

    def _cookie(self, token: str) -> dict[str, Any]:
        return {"name": credentials.ON_LOOPBACK, "value": token, "url": self.address}


@asynccontextmanager
async def touring(folder: Path) -> AsyncIterator[Tour]:
    """The demonstration's clinic, measured and judged, served to one browser."""
    now = datetime.now(UTC)
    desk = open_desk(f"sqlite:///{folder / 'clinic.db'}")
    app = make_app(desk, clock=lambda: now, factor_asked=False)
    app[lan.LAN] = lan.open_lan(folder, 8443, now, (IPv4Address("192.168.7.2"),), "clinic.local")
    try:
        await desk.write(clinic.seed, now)
        await desk.write(tour.furnish, now)
        await desk.write(tour.doors, now)
        async with running(app, "127.0.0.1", 0) as address, chromium() as browser:
            await app[REVIEWER].review_due()
            yield Tour(address, browser, await app[DESK].read(tour.latest_runs), app)
    finally:
        desk.close()


async def _examine(page: Any, seen: Seen, where: str, rules: dict[str, Any]) -> None:
    if await page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
        seen.too_wide += [f"{where}: {one}" for one in await page.evaluate(WIDER) or ["the page"]]
    found = await page.evaluate("rules => axe.run(rules)", {"resultTypes": ["violations"], **rules})
    for broken in found["violations"]:
        nodes = "; ".join(f"{node['html'][:160]} {node['failureSummary'][:200]}" for node in broken["nodes"][:3])
        seen.found_by_axe.append(f"{where}: {broken['id']}: {nodes}")
