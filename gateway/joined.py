"""Joined: how far this gateway has come with its server, and what became of the files out of watched folders."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from gateway.account import accounts
from gateway.paired import known
from gateway.token import BadToken, read_token


def joined(data: Path) -> dict[str, Any]:
    """{"pairing": {"server", "gateway", "runners", "trouble"} or None, "files": [an account for each runner]}.

    `trouble` is a sentence where the pairing can no longer be used, else empty. Raises JournalError.
    """
    return {"pairing": _pairing(data), "files": [asdict(account) for account in accounts(data)]}


def lines(said: dict[str, Any]) -> Iterator[str]:
    """The same for a person."""
    pairing = said["pairing"]
    if pairing is None:
        yield "Not paired with a server."
    else:
        names = ", ".join(f"{runner['name']} ({runner['id']})" for runner in pairing["runners"]) or "nobody"
        yield pairing["trouble"] or f"Paired with {pairing['server']} for {names}."
    for files in said["files"]:
        counts = f"{files['delivered']:,} with the server, {files['waiting']:,} waiting"
        yield f"Run files of {files['runner']}: {counts}, {len(files['set_aside']):,} set aside."
        yield from (f"  set aside: {aside['name']}: {aside['why']}" for aside in files["set_aside"])


def _pairing(data: Path) -> dict[str, Any] | None:
    try:
        paired = known(data)
    except BadToken as why:
        return {"server": None, "gateway": None, "runners": [], "trouble": str(why)}
    if paired is None:
        return None
    words = {"server": paired.server, "gateway": paired.gateway, "runners": [asdict(one) for one in paired.runners]}
    try:
        read_token(Path(paired.token_file))
    except BadToken as why:
        return words | {"trouble": str(why)}
    return words | {"trouble": ""}
