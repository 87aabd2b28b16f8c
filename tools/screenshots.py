"""Takes pictures of every page from a clinic that was seeded a moment before; anybody can run it again.

Without an argument the pictures of the README, into docs/pictures/; with a folder every page of the router, into it.
"""

from __future__ import annotations

import asyncio
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from playwright.async_api import Browser, async_playwright

from server.app import make_app, open_desk, running, system_clock
from server.demo import clinic, tour
from server.demo.show import NOTICE
from server.demo.tour import Stop
from server.keys import DESK, REVIEWER
from server.people import credentials

PICTURES = Path(__file__).parent.parent / "docs" / "pictures"
CHROMIUM = "/usr/bin/chromium"
# As root in a container Chromium cannot make a sandbox of its own; the rest keeps it from asking other hosts.
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
SIZES = {"phone": (390, 844, "light"), "desktop": (1280, 900, "dark")}
OF_THE_README = {"/runners/{runner} by runner, Ines Okafor": "runner", "/caseload by physio, Ines Okafor": "caseload"}


async def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    with tempfile.TemporaryDirectory() as place:
        desk = open_desk(f"sqlite:///{place}/clinic.db")
        app = make_app(desk, notice=NOTICE, factor_asked=False)
        async with running(app, "127.0.0.1", 0) as address, async_playwright() as playwright:
            now = system_clock()
            await app[DESK].write(clinic.seed, now)
            await app[REVIEWER].review_due()
            if folder:
                await app[DESK].write(tour.furnish, now)
            await app[DESK].write(tour.doors, now)
            latest = await app[DESK].read(tour.latest_runs)
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            for stop, file in _wanted(folder):
                await _take(browser, address, stop, latest, file)
            await browser.close()
        desk.close()


def _wanted(folder: Path | None) -> Iterator[tuple[Stop, Path]]:
    for stop in tour.stops():
        if folder is not None:
            yield stop, folder / re.sub(r"[^a-z0-9]+", "-", stop.name.lower()).strip("-")
        elif stop.name in OF_THE_README:
            yield stop, PICTURES / OF_THE_README[stop.name]


async def _take(browser: Browser, address: str, stop: Stop, latest: dict[str, str], file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    for kind, (width, height, scheme) in SIZES.items():
        context = await browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
        page = await context.new_page()
        if stop.person is not None:
            await page.goto(f"{address}/enter/{tour.link_of(stop.person)}")
        elif stop.opener == "half":
            await context.add_cookies([{"name": credentials.ON_LOOPBACK, "value": tour.HALF_LOGIN, "url": address}])
        await page.goto(address + stop.path(latest))
        picture = file.with_name(f"{file.name}-{kind}.png")
        await page.screenshot(path=str(picture), full_page=file.parent != PICTURES)
        sys.stdout.write(f"{picture}\n")
        await context.close()


if __name__ == "__main__":
    asyncio.run(main())
