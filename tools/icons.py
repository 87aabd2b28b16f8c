"""Draws the icons of the installed page from icon.svg, with the system's Chromium, once the mark has changed."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

from playwright.async_api import async_playwright

STATIC = Path(__file__).parent.parent / "server" / "pages" / "static"
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
# (name, pixels, share of the width that the mark takes); a phone may cut a maskable one to a circle of 80 %
ICONS = (("icon-192", 192, 0.7), ("icon-512", 512, 0.7), ("icon-maskable-512", 512, 0.5))


async def main() -> None:
    mark = (STATIC / "icon.svg").read_text(encoding="utf-8")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        for name, pixels, share in ICONS:
            page = await browser.new_page(viewport={"width": pixels, "height": pixels})
            await page.set_content(
                f"<style>body{{margin:0;height:100vh;display:grid;place-items:center;background:#f6f5f1}}"
                f"svg{{width:{share * 100}vw}}</style>{mark}"
            )
            await page.screenshot(path=STATIC / f"{name}.png")
            await page.close()
        await browser.close()


if __name__ == "__main__":
    asyncio.run(main())
