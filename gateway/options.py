"""Options: what every command may be given, and how a mistake in it is said."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from gateway.settings import Settings
from gateway.token import read_token

Json = Annotated[bool, typer.Option("--json", help="JSON on stdout, one object a line, and nothing else.")]
ServerAddress = Annotated[str | None, typer.Option(help="Root of the server, such as https://clinic.example.")]
TokenFile = Annotated[Path | None, typer.Option(help="File with this gateway's token, mode 600.")]
CaFile = Annotated[Path | None, typer.Option(help="Certificate of the server's own authority.")]
Data = Annotated[Path | None, typer.Option(help="Folder of the journal.")]
Runner = Annotated[str | None, typer.Option(help="Whose runs these are.")]
RadioName = Annotated[str | None, typer.Option("--radio", help="system, or virtual: simulated sensors, no hardware.")]
Adapter = Annotated[str | None, typer.Option(help="Bluetooth adapter, such as hci1.")]

TOKEN_NAME = "token"  # noqa: S105 - the name of a file


class Mistake(Exception):
    """Something only the user can put right; the sentence says what."""


def settings_of(**given: Any) -> Settings:
    """What was given on the command line, else in the environment, else as usual. Raises Mistake."""
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as why:
        first = why.errors()[0]
        name = "_".join(str(part) for part in first["loc"]).replace("_", "-").removesuffix("-s")
        raise Mistake(f"--{name}: {first['msg'].removeprefix('Value error, ')}") from why


def with_token(settings: Settings) -> Settings:
    """The same, with the token that pairing left in the data folder where none is named. Raises Mistake, BadToken."""
    if settings.server is None:
        if settings.token_file is not None:
            raise Mistake("a token is of no use without --server")
        return settings
    token_file = settings.token_file or settings.data / TOKEN_NAME
    if settings.token_file is None and not token_file.exists():
        raise Mistake(f"this gateway is not paired yet; run: stridegate-gateway pair {settings.server}")
    read_token(token_file)
    return settings.model_copy(update={"token_file": token_file})


def whose(settings: Settings) -> Settings:
    """The same, once it is known whose runs these are. Raises Mistake."""
    if not settings.runner:
        raise Mistake("whose runs are these? Say so with --runner")
    return settings
