"""Pairing: a short code on this screen, a physio who types it elsewhere, and a token that only this gateway sees."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gateway.progress import Report
from gateway.token import write_token
from gateway.upload import Gone, Refused, Server, TryLater, session

ASK_EVERY_S = 5.0  # where the server does not say


class NotPaired(Exception):
    """Nobody let this gateway in; the sentence says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paired:
    """`runners` are those whose runs this gateway may bring: {"id", "name"}."""

    gateway: str
    runners: list[dict[str, str]]


async def pair(address: str, name: str, token_file: Path, ca_file: Path | None, report: Report) -> Paired:
    """Show a code, wait until somebody has typed it, and keep the token. Raises NotPaired."""
    async with session(ca_file) as http:
        server = Server(http, address, token="")
        try:
            started = await server.start_pairing(name)
            report({"event": "code", "code": started["user_code"], "open": started["verification_uri"]})
            given = await _let_in(server, started)
        except Gone as why:
            raise NotPaired("nobody typed the code in time; begin again") from why
        except (Refused, TryLater) as why:
            raise NotPaired(str(why)) from why
        except KeyError as why:
            raise NotPaired(f"what answers at {address} is not a Stridegate server") from why
    write_token(token_file, str(given["token"]))
    return Paired(gateway=str(given.get("gateway", "")), runners=list(given.get("runners", [])))


async def _let_in(server: Server, started: dict[str, Any]) -> dict[str, Any]:
    """Ask until there is a token; a server that is away for a moment ends nothing."""
    pause_s = float(started.get("interval", ASK_EVERY_S))
    while True:
        await asyncio.sleep(pause_s)
        try:
            given = await server.ask_token(started["device_code"])
        except TryLater as why:
            pause_s = max(pause_s, why.after_s)
            continue
        if "token" in given:
            return given
