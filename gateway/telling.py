"""Telling: the events of pairing and of a watched folder as lines for a person."""

from __future__ import annotations

from typing import Any

import typer
from rich.align import Align
from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from gateway.progress import Event

SENTENCES = {
    "code": "Open {open} and type this code: {code}. It lives for {minutes} minutes.",
    "paired": "Paired with {server}. This gateway brings runs of {names}.",
    "taken": "{file} is whole, and waits here for the server.",
    "delivered": "{file} is with the server, with {runs} in it.",
    "set_aside": "{file} was set aside and lies where it was: {why}",
    "unreadable": "{file} cannot be read: {why}",
    "altered": "{file}: {why}",
    "trouble": "{where}: {what}",
    "well": "{where}: well again.",
    "summary": "{delivered} delivered, {known} known before, {set_aside} set aside, {waiting} waiting for the server, "
    "{growing} still being written, {unreadable} unreadable.",
}


def tell(event: Event) -> None:
    """Print what happened; of files that were taken long ago nothing is said, for there may be hundreds."""
    if event["event"] == "code":
        Console(highlight=False).print(_code(event))
    if event["event"] in SENTENCES:
        typer.echo(SENTENCES[event["event"]].format(**event | _in_words(event)))


def _code(event: Event) -> Panel:
    """Large enough to be read from where somebody types it into another machine."""
    letters = Text("  ".join(event["code"]), style="bold")
    return Panel(Align.center(letters), padding=(2, 10), expand=False)


def _in_words(event: Event) -> dict[str, Any]:
    match event["event"]:
        case "code":
            return {"minutes": max(1, round(event["expires_in"] / 60))}
        case "paired":
            names = ", ".join(f"{runner['name']} ({runner['id']})" for runner in event["runners"])
            return {"names": names or "nobody yet"}
        case "delivered":
            return {"runs": "1 run" if event["runs"] == 1 else f"{event['runs']} runs"}
        case _:
            return {}
