"""Joining: the two commands by which a gateway comes to know a server and brings it run files, `pair` and `watch`."""

from __future__ import annotations

import asyncio
import platform
import random
import signal
import uuid
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from gateway.clock import SystemClock
from gateway.folder import Folder
from gateway.options import (
    TOKEN_NAME,
    CaFile,
    Data,
    Json,
    Mistake,
    Runner,
    ServerAddress,
    TokenFile,
    check_authority,
    settings_of,
    whose,
    with_token,
)
from gateway.paired import Paired, keep
from gateway.pairing import Admission, NotPaired
from gateway.pairing import pair as pair_with
from gateway.post import Post
from gateway.private import check_writable
from gateway.progress import Event, Report, json_lines
from gateway.settings import Settings
from gateway.shelf import Shelf
from gateway.taker import Taker
from gateway.tally import Tally
from gateway.telling import tell
from gateway.upload import Server, session
from gateway.watch import Watch

LONGEST_NAME = 64
STUCK = ("set_aside", "waiting", "growing", "unreadable", "trouble")  # what makes `watch --once` end with exit 1


def pair(
    url: Annotated[str, typer.Argument(help="Root of the server, such as https://clinic.example.")],
    name: Annotated[str | None, typer.Option(help="What the physio shall call this gateway, such as a room.")] = None,
    token_file: TokenFile = None,
    ca_file: CaFile = None,
    data: Data = None,
    as_json: Json = False,
) -> int:
    """Let this gateway in at a server: show a code, wait until somebody has typed it there, keep the token."""
    try:
        settings = settings_of(server=url, token_file=token_file, ca_file=ca_file, data=data)
    except Mistake as why:
        raise Mistake(str(why).replace("--server:", f"{url}:", 1)) from why
    check_authority(settings.ca_file)
    try:
        paired = asyncio.run(_pair(settings, name or platform.node() or "gateway", json_lines() if as_json else tell))
    except NotPaired as why:
        typer.echo(str(why), err=True)
        return 1
    if not as_json and len(paired.runners) > 1:
        typer.echo(f"Say whose runs are meant with --runner and one of: {paired.names()}")
    return 0


def watch(  # noqa: PLR0913, PLR0917 - options are keywords to whoever types them
    folder: Annotated[Path, typer.Argument(help="Folder in which run files appear (FIT, TCX, GPX), whatever named.")],
    runner: Runner = None,
    once: Annotated[bool, typer.Option("--once", help="Take what is there, say what became of it, and end.")] = False,
    again: Annotated[bool, typer.Option("--again", help="Offer again what was set aside.")] = False,
    server: ServerAddress = None,
    token_file: TokenFile = None,
    ca_file: CaFile = None,
    data: Data = None,
    as_json: Json = False,
) -> int:
    """Hand every run file that appears in a folder to the server, once; the folder itself is never altered."""
    given = settings_of(runner=runner, server=server, token_file=token_file, ca_file=ca_file, data=data)
    settings = whose(with_token(given))
    if settings.server is None:
        raise Mistake("to which server? Say so with --server, or run: stridegate-gateway pair https://clinic.example")
    if folder.exists() and not folder.is_dir():
        raise Mistake(f"{folder} is not a folder")
    if once and not folder.exists():
        raise Mistake(f"there is no folder {folder}")
    return asyncio.run(_watch(folder.absolute(), settings, once, again, json_lines() if as_json else tell))


async def _pair(settings: Settings, name: str, report: Report) -> Paired:
    token_file = (settings.token_file or settings.data / TOKEN_NAME).absolute()
    try:
        for folder in (settings.data, token_file.parent):
            check_writable(folder)
        async with session(settings.ca_file) as http:
            server = Server(http, str(settings.server), token="")  # nosec B106
            given = await pair_with(server, name[:LONGEST_NAME], SystemClock(str(uuid.uuid4())), report)
        paired = _paired(settings, token_file, given)
        keep(settings.data, paired, given.token)
    except OSError as why:
        raise NotPaired(f"the token cannot be kept: {why}") from why
    runners = [{"id": runner.id, "name": runner.name} for runner in paired.runners]
    words = {"server": paired.server, "gateway": paired.gateway, "runners": runners}
    report({"event": "paired", **words, "token_file": str(token_file)})
    return paired


def _paired(settings: Settings, token_file: Path, given: Admission) -> Paired:
    return Paired(
        server=str(settings.server),
        gateway=given.gateway,
        runners=given.runners,
        token_file=str(token_file),
        ca_file=str(settings.ca_file.absolute()) if settings.ca_file else None,
    )


async def _watch(folder: Path, settings: Settings, is_once: bool, again: bool, report: Report) -> int:
    clock, tally = SystemClock(str(uuid.uuid4())), Tally(report)
    with closing(Shelf.open(settings.data, str(settings.server), settings.runner, stamp=str(clock.wall_ns()))) as shelf:
        if again:
            shelf.forget_set_aside()
        async with session(settings.ca_file) as http:
            taker = Taker(Folder(folder, clock), shelf, clock, tally)
            watch = Watch(taker, shelf, Post(http, settings), clock, random.SystemRandom().random, tally)
            summary = await _until_stopped(watch, is_once)
    if summary is None:
        return 0
    report(summary)
    return int(any(summary[name] for name in STUCK))


async def _until_stopped(watch: Watch, is_once: bool) -> Event | None:
    """What `once` says; None where a signal ended it."""
    watching = asyncio.create_task(watch.once() if is_once else watch.run())
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, watching.cancel)
    try:
        return await watching
    except asyncio.CancelledError:
        return None
