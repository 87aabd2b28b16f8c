"""Takes pictures of every page from a clinic that was seeded a moment before; anybody can run it again.

Without an argument the pictures of the README, into docs/pictures/; with a folder every page of the router, light and
dark, into it.
"""

from __future__ import annotations

import asyncio
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

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
Scheme = Literal["light", "dark"]
BOTH: tuple[Scheme, ...] = ("light", "dark")
SIZES = {"phone": (390, 844), "desktop": (1280, 900)}
LOOK_OF_THE_README: dict[str, Scheme] = {"phone": "light", "desktop": "dark"}
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
    for kind, (width, height) in SIZES.items():
        context = await browser.new_context(viewport={"width": width, "height": height})
        page = await context.new_page()
        if stop.person is not None:
            await page.goto(f"{address}/enter/{tour.link_of(stop.person)}")
        elif stop.opener == "half":
            await context.add_cookies([{"name": credentials.ON_LOOPBACK, "value": tour.HALF_LOGIN, "url": address}])
        await page.goto(address + stop.path(latest))
        for picture, scheme in _pictures(file, kind):
            await page.emulate_media(color_scheme=scheme)
            await page.screenshot(path=str(picture), full_page=file.parent != PICTURES)
            sys.stdout.write(f"{picture}\n")
        await context.close()


def _pictures(file: Path, kind: str) -> list[tuple[Path, Scheme]]:
    """The README shows one look of each page; a folder gets both, for what is read in one may be lost in the other."""
    if file.parent == PICTURES:
        return [(file.with_name(f"{file.name}-{kind}.png"), LOOK_OF_THE_README[kind])]
    return [(file.with_name(f"{file.name}-{kind}-{scheme}.png"), scheme) for scheme in BOTH]


if __name__ == "__main__":
    asyncio.run(main())
