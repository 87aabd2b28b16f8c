"""Takes the pictures of the README from a clinic that was seeded a moment before; anybody can run it again."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from playwright.async_api import Browser, async_playwright

from server.app import make_app, open_desk, running, system_clock
from server.demo import clinic
from server.demo.show import NOTICE, doors
from server.keys import DESK, REVIEWER

PICTURES = Path(__file__).parent.parent / "docs" / "pictures"
CHROMIUM = "/usr/bin/chromium"
# As root in a container Chromium cannot make a sandbox of its own; the rest keeps it from asking other hosts.
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
SIZES = {"phone": (390, 844, "light"), "desktop": (1280, 900, "dark")}


async def main() -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        desk = open_desk(f"sqlite:///{folder}/clinic.db")
        app = make_app(desk, notice=NOTICE)
        async with running(app, "127.0.0.1", 0) as address, async_playwright() as playwright:
            now = system_clock()
            await app[DESK].write(clinic.seed, now)
            await app[REVIEWER].review_due()
            links = await app[DESK].write(doors, "unused", address, now)
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            physio, runner = list(links)[:2]
            await _take(browser, runner, "runner")
            await _take(browser, physio, "caseload")
            await browser.close()
        desk.close()


async def _take(browser: Browser, link: str, name: str) -> None:
    for kind, (width, height, scheme) in SIZES.items():
        context = await browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
        page = await context.new_page()
        await page.goto(link)
        file = PICTURES / f"{name}-{kind}.png"
        await page.screenshot(path=str(file))
        sys.stdout.write(f"{file}\n")
        await context.close()


if __name__ == "__main__":
    asyncio.run(main())
