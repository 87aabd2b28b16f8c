"""Options: what every command may be given, and how a mistake in it is said."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from gateway.paired import known
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

TOKEN_NAME = "token"  # noqa: S105 - the name of a file  # nosec B105


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
    """The same, with the server, the token and the authority that pairing left, where others are not named.

    A token goes to the server that gave it and to no other. Raises Mistake, BadToken.
    """
    settings = as_paired(settings)
    check_authority(settings.ca_file)
    if settings.server is None:
        if settings.token_file is not None:
            raise Mistake("a token is of no use without --server")
        return settings
    token_file = settings.token_file or _own_token(settings)
    read_token(token_file)
    return settings.model_copy(update={"token_file": token_file})


def whose(settings: Settings) -> Settings:
    """The same, once it is known whose runs these are: as told, or the one runner it was paired for. Raises Mistake."""
    if settings.runner:
        return settings
    paired = known(settings.data)
    runners = paired.runners if paired else ()
    if len(runners) == 1:
        return settings.model_copy(update={"runner": runners[0].id})
    if paired and runners:
        raise Mistake(f"whose runs are these? Say so with --runner and one of: {paired.names()}")
    raise Mistake("whose runs are these? Say so with --runner")


def whose_runs(settings: Settings) -> Settings:
    """The same for recording, where each sensor may have its own runner: as told, else as the server will say."""
    paired = known(settings.data)
    if settings.assign or (paired is not None and len(paired.runners) > 1):
        return settings
    return whose(settings)


def as_paired(settings: Settings) -> Settings:
    """The same, with what pairing left where nothing else is named. Raises BadToken."""
    paired = known(settings.data)
    if paired is None or settings.server not in (None, paired.server):
        return settings
    return settings.model_copy(
        update={
            "server": paired.server,
            "token_file": settings.token_file or Path(paired.token_file),
            "ca_file": settings.ca_file or (Path(paired.ca_file) if paired.ca_file else None),
        }
    )


def check_authority(ca_file: Path | None) -> None:
    """Raise Mistake where the certificate of a server's own authority is no certificate."""
    try:
        ssl.create_default_context(cafile=ca_file)
    except OSError as why:
        raise Mistake(f"--ca-file: {ca_file} holds no certificate: {why}") from why


def _own_token(settings: Settings) -> Path:
    """The token in the data folder, which is for one server and must not be told to another."""
    path, paired = settings.data / TOKEN_NAME, known(settings.data)
    if paired is not None:
        raise Mistake(f"this gateway is paired with {paired.server}; run: stridegate-gateway pair {settings.server}")
    if not path.exists():
        raise Mistake(f"this gateway is not paired yet; run: stridegate-gateway pair {settings.server}")
    return path
