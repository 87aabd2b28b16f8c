"""Joining: the two commands by which a gateway comes to know a server, `pair` and `watch`."""

from __future__ import annotations

import asyncio
import platform
import random
import signal
from pathlib import Path
from typing import Annotated, Any

import typer

from gateway.folder import FolderWatch, Seen
from gateway.options import (
    TOKEN_NAME,
    CaFile,
    Data,
    Json,
    Mistake,
    Runner,
    ServerAddress,
    TokenFile,
    settings_of,
    whose,
    with_token,
)
from gateway.pairing import NotPaired
from gateway.pairing import pair as pair_with
from gateway.progress import Event, json_lines
from gateway.settings import Settings
from gateway.upload import Unwelcome

LONGEST_NAME = 64


def pair(
    url: Annotated[str, typer.Argument(help="Root of the server, such as https://clinic.example.")],
    name: Annotated[str | None, typer.Option(help="What the physio shall call this gateway, such as a room.")] = None,
    token_file: TokenFile = None,
    ca_file: CaFile = None,
    data: Data = None,
    as_json: Json = False,
) -> int:
    """Let this gateway in at a server: show a code, wait until somebody has typed it there, keep the token."""
    settings = settings_of(server=url, token_file=token_file, ca_file=ca_file, data=data)
    kept = settings.token_file or settings.data / TOKEN_NAME
    report = json_lines() if as_json else _said
    try:
        paired = asyncio.run(pair_with(url, (name or platform.node())[:LONGEST_NAME], kept, settings.ca_file, report))
    except NotPaired as why:
        typer.echo(str(why), err=True)
        return 1
    report({"event": "paired", "gateway": paired.gateway, "runners": paired.runners, "token_file": str(kept)})
    return 0


def watch(
    folder: Annotated[Path, typer.Argument(help="Folder in which run files appear (FIT, TCX, GPX, CSV).")],
    runner: Runner = None,
    server: ServerAddress = None,
    token_file: TokenFile = None,
    ca_file: CaFile = None,
    data: Data = None,
    as_json: Json = False,
) -> int:
    """Hand every run file that appears in a folder to the server, once."""
    given = settings_of(runner=runner, server=server, token_file=token_file, ca_file=ca_file, data=data)
    settings = with_token(whose(given))
    if settings.server is None or settings.token_file is None:
        raise Mistake("to which server? Say so with --server")
    if not folder.is_dir():
        raise Mistake(f"{folder} is not a folder")
    try:
        return asyncio.run(_watch(folder, settings, as_json))
    except Unwelcome as why:
        typer.echo(str(why), err=True)
        return 1


async def _watch(folder: Path, settings: Settings, as_json: bool) -> int:
    report = json_lines() if as_json else _said
    jitter = random.SystemRandom().random
    watching = asyncio.create_task(FolderWatch(folder, settings, Seen(settings.data), report, jitter).run())
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, watching.cancel)
    try:
        await watching
    except asyncio.CancelledError:
        return 0
    return 0


def _said(event: Event) -> None:
    typer.echo(_sentence(event))


def _sentence(event: dict[str, Any]) -> str:
    match event["event"]:
        case "code":
            return f"Open {event['open']} and type this code: {event['code']}"
        case "paired":
            runners = ", ".join(f"{runner['name']} ({runner['id']})" for runner in event["runners"])
            return f"Paired. It may bring runs of: {runners or 'nobody yet'}. The token is in {event['token_file']}."
        case "sent":
            return f"{event['file']} is with the server."
        case "refused":
            return f"{event['file']} was refused and is left where it is: {event['why']}"
        case _:
            return str(event.get("what", event))
