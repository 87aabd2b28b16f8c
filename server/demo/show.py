"""Show: the demonstration from the first packet to the page, with real parts from end to end."""

from __future__ import annotations

import asyncio
import json
import secrets
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any, TextIO

import aiohttp
from aiohttp import web
from sqlmodel import Session

from server import intake, review
from server.app import make_app, open_desk, running, system_clock
from server.demo import clinic
from server.demo.screen import Screen
from server.keys import DESK, REVIEWER
from server.mistake import Mistake
from server.operation.service import told_to_stop
from server.storage import people

NOTICE = "Demonstration: the people are invented and the radio is simulated; everything else is real."
GATEWAY_ID = "demo-gateway"
RECORDED = clinic.RECORDED.runner
LINKS_LAST = timedelta(hours=12)
PATIENCE_S = 110.0  # the run takes about half a minute at the usual pace; a stuck gateway must not hang a script


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the user asked for."""

    once: bool
    json: bool
    port: int
    minutes: float
    rate: float


async def show(wish: Wish, out: TextIO = sys.stdout) -> None:
    """Seed a clinic, record a run, judge it, and say where to look. Raises Mistake where that cannot be."""
    stopped = asyncio.create_task(told_to_stop())
    with tempfile.TemporaryDirectory(prefix="stridegate-demo-") as folder:
        desk = open_desk(f"sqlite:///{Path(folder) / 'clinic.db'}")
        try:
            app = make_app(desk, notice=NOTICE, factor_asked=False)
            async with running(app, "127.0.0.1", wish.port) as address:
                shown = asyncio.create_task(_show(wish, app, address, Path(folder), out))
                await asyncio.wait({shown, stopped}, return_when=asyncio.FIRST_COMPLETED)
                if not shown.done():
                    shown.cancel()
                await shown
                if not wish.once:
                    await stopped
        except asyncio.CancelledError:
            return  # ended by the user in the middle of it
        finally:
            stopped.cancel()
            desk.close()


async def _show(wish: Wish, app: web.Application, address: str, folder: Path, out: TextIO) -> None:
    screen = Screen(quiet=wish.json)
    links, token = await _open_clinic(app, address, screen)
    recorded = await _record(wish, address, folder, token, screen)
    await app[REVIEWER].review_due()
    story = await app[DESK].read(_outcome, recorded, system_clock())
    story["pages"] = await _open_pages(links)
    if wish.json:
        out.write(json.dumps(story, allow_nan=False, ensure_ascii=False) + "\n")
        out.flush()
    else:
        screen.outcome(story, links)


async def _open_clinic(app: web.Application, address: str, screen: Screen) -> tuple[dict[str, str], str]:
    """Seed, measure, and make a link for each person; returns the links and the gateway's token."""
    screen.step("Seeding an invented clinic: one physio, four runners, eight weeks of runs")
    now = system_clock()
    await app[DESK].write(clinic.seed, now)
    done = await app[REVIEWER].review_due()
    screen.step(f"Measured and judged {done} runs of the past")
    token = secrets.token_urlsafe(32)
    links = await app[DESK].write(doors, token, address, now)
    return links, token


async def _open_pages(links: Mapping[str, str]) -> list[str]:
    """Open the page of each person with their own link; returns the addresses that answered. Raises Mistake."""
    opened = []
    for link in links:
        jar = aiohttp.CookieJar(unsafe=True)  # cookies of 127.0.0.1, which has no name
        async with aiohttp.ClientSession(cookie_jar=jar) as browser, browser.get(link) as page:
            if page.status != HTTPStatus.OK:
                raise Mistake(f"The page {page.url} answered with {page.status}.")
            opened.append(str(page.url))
    return opened


def doors(db: Session, token: str, address: str, now: datetime) -> dict[str, str]:
    people.add_gateway(db, GATEWAY_ID, "the gateway of the demonstration", token, [RECORDED.id], now)
    links = {}
    for person, shows in [(clinic.PHYSIO, "the physio"), *((story.runner, story.shows) for story in clinic.STORIES)]:
        key = secrets.token_urlsafe(16)
        people.add_entry(db, key, person.id, now + LINKS_LAST, reusable=True)
        links[f"{address}/enter/{key}"] = f"{person.name}, {shows}"
    return links


async def _record(wish: Wish, address: str, folder: Path, token: str, screen: Screen) -> Mapping[str, Any]:
    """Let the gateway, a process of its own, record one run; returns its last word on it."""
    token_file = folder / "gateway-token"
    token_file.touch(mode=0o600)
    token_file.write_text(token)
    screen.step("A gateway looks for Bluetooth sensors (the radio is simulated, bleak is the real one)")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "gateway", "run", "--radio", "virtual", "--sessions", "1", "--json",
        "--rate", str(wish.rate), "--run-minutes", str(wish.minutes), "--server", address,
        "--token-file", str(token_file), "--data", str(folder / "gateway"), "--runner", RECORDED.id,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        async with asyncio.timeout(PATIENCE_S + 60 * wish.minutes / wish.rate):
            return await _follow(process, screen)
    except TimeoutError as why:
        raise Mistake("The gateway did not finish the run in time.") from why
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def _follow(process: asyncio.subprocess.Process, screen: Screen) -> Mapping[str, Any]:
    async for event in _events(process):
        screen.event(event)
        if event["event"] == "complete":
            return event
    complaint = (await process.stderr.read()).decode(errors="replace").strip() if process.stderr else ""
    raise Mistake(f"The gateway ended without a run: {complaint.splitlines()[-1] if complaint else 'no reason said'}")


async def _events(process: asyncio.subprocess.Process) -> AsyncIterator[Mapping[str, Any]]:
    if process.stdout is not None:
        async for line in process.stdout:
            yield json.loads(line)


def _outcome(db: Session, recorded: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """What the server holds of the recorded run, and what it says to the runner now."""
    held = intake.held(db, GATEWAY_ID, recorded["capture"])
    look = review.look(db, RECORDED, now)
    session = next(item for item in look.runs if item.run.id == recorded["capture"])
    return {
        "packets": {**recorded["packets"], "stored": held.packets},
        "session": dict(session.run.measured),
        "verdict": None if look.verdict is None else look.verdict.to_json(),
    }
