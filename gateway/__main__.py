"""The gateway's commands: scan, run, status, replay, doctor."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from gateway.disk import JournalError, NotRecording
from gateway.doctor import Check, examine
from gateway.inlet import decoded
from gateway.progress import json_lines
from gateway.recorder import utc
from gateway.scanner import RadioUnavailable, Scanner, Sighting
from gateway.screen import Screen
from gateway.settings import Settings
from gateway.start import open_radio, record
from gateway.status import replay as read_packets
from gateway.status import status as read_status
from gateway.upload import BadToken, read_token

cli = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Records runs from Bluetooth sensors, and never loses one.",
)


_UsageError: Any = typer.BadParameter.__bases__[0]  # typer carries its own click, and does not name this class


class Mistake(Exception):
    """Something only the user can put right; the sentence says what."""


Json = Annotated[bool, typer.Option("--json", help="JSON on stdout, one object a line, and nothing else.")]
Server = Annotated[str | None, typer.Option(help="Root of the server, such as https://clinic.example.")]
TokenFile = Annotated[Path | None, typer.Option(help="File with this gateway's token, mode 600.")]
Data = Annotated[Path | None, typer.Option(help="Folder of the journal.")]
RadioName = Annotated[str | None, typer.Option("--radio", help="system, or virtual: simulated sensors, no hardware.")]
Adapter = Annotated[str | None, typer.Option(help="Bluetooth adapter, such as hci1.")]


@cli.command()
def run(  # noqa: PLR0913, PLR0917 - options are keywords to whoever types them
    server: Server = None,
    token_file: TokenFile = None,
    data: Data = None,
    runner: Annotated[str | None, typer.Option(help="Whose runs these are.")] = None,
    sensor: Annotated[list[str] | None, typer.Option(help="Record this address only; may be repeated.")] = None,
    radio: RadioName = None,
    adapter: Adapter = None,
    rate: Annotated[float | None, typer.Option(help="Virtual radio: how many times as fast.")] = None,
    run_minutes: Annotated[float | None, typer.Option(help="Virtual radio: length of the run.")] = None,
    stillness: Annotated[float | None, typer.Option(help="Seconds of rest that end a session.")] = None,
    sessions: Annotated[int | None, typer.Option(help="Stop after so many complete captures.")] = None,
    as_json: Json = False,
) -> int:
    """Record every run of one runner and hand it to the server."""
    given = locals()
    given["stillness_s"] = given.pop("stillness")
    given["sensors"] = tuple(given.pop("sensor") or ()) or None
    settings = _settings(**{name: value for name, value in given.items() if name != "as_json"})
    _check(settings)
    if as_json:
        return asyncio.run(record(settings, json_lines()))
    screen = Screen(is_simulated=settings.radio == "virtual")
    with screen.live:
        return asyncio.run(record(settings, screen.hear))


@cli.command()
def scan(
    seconds: Annotated[float, typer.Option(help="How long to listen.")] = 5.0,
    radio: RadioName = None,
    adapter: Adapter = None,
    as_json: Json = False,
) -> int:
    """List the sensors in reach that can be recorded."""
    found = asyncio.run(_scan(_settings(radio=radio, adapter=adapter), seconds))
    for sighting in sorted(found, key=lambda one: one.name):
        words = {"sensor": sighting.address, "name": sighting.name, "services": list(sighting.services)}
        if as_json:
            typer.echo(json.dumps({**words, "rssi_dbm": sighting.rssi_dbm}, ensure_ascii=False))
        else:
            typer.echo(f"{sighting.address}  {sighting.name:24}  {', '.join(sighting.services) or 'linked already'}")
    if not found and not as_json:
        typer.echo("No sensor in reach. Wake it: take a few steps, wet the strap, start the belt.")
    return 0


@cli.command()
def status(data: Data = None, as_json: Json = False) -> int:
    """Show what has been recorded and what the server has of it."""
    said = read_status(_settings(data=data).data)
    if as_json:
        typer.echo(json.dumps(said, ensure_ascii=False))
        return 0
    for row in said["captures"]:
        counts = f"{row['journaled']:7,} on disk  {row['uploaded']:7,} with the server"
        typer.echo(
            f"{row['id']}  {row['started_at']}  {row['runner']:12}  {row['state']:11}  {counts}  {row['why']}".rstrip()
        )
    typer.echo(f"{said['packets_held']:,} packets are here and not yet with the server.")
    return 0


@cli.command()
def replay(
    capture: Annotated[str, typer.Argument(help="Id of a capture, or its beginning.")],
    data: Data = None,
    as_json: Json = False,
) -> int:
    """Print a capture's packets again: as they are on the wire with --json, else what they say."""
    for packet in read_packets(_settings(data=data).data, capture):
        if as_json:
            sys.stdout.write(packet.to_line().decode())
        else:
            said = ", ".join(f"{name} {value}" for name, value in decoded(packet).items() if value not in (None, 0))
            typer.echo(
                f"{utc(packet.wall_ns)}  {packet.sensor}  {packet.characteristic}  {said or packet.payload.hex()}"
            )
    return 0


@cli.command()
def doctor(
    server: Server = None,
    token_file: TokenFile = None,
    data: Data = None,
    radio: RadioName = None,
    adapter: Adapter = None,
    as_json: Json = False,
) -> int:
    """Say what stands between this machine and a recorded run; exit 1 where something does."""
    settings = _settings(server=server, token_file=token_file, data=data, radio=radio, adapter=adapter)
    checks = asyncio.run(_examined(settings))
    for check in checks:
        if as_json:
            typer.echo(json.dumps({"what": check.what, "well": check.is_well, "words": check.words}))
        else:
            typer.echo(
                f"{ {True: 'well', False: 'WRONG', None: 'note'}[check.is_well]:6} {check.what:10} {check.words}"
            )
    return int(any(check.is_well is False for check in checks))


async def _scan(settings: Settings, seconds: float) -> list[Sighting]:
    async with open_radio(settings) as radio:
        return list((await Scanner(radio).sweep(seconds)).values())


async def _examined(settings: Settings) -> list[Check]:
    async with open_radio(settings) as radio:
        return [check async for check in examine(settings, radio)]


def _settings(**given: Any) -> Settings:
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as why:
        first = why.errors()[0]
        name = "_".join(str(part) for part in first["loc"]).replace("_", "-").removesuffix("-s")
        raise Mistake(f"--{name}: {first['msg'].removeprefix('Value error, ')}") from why


def _check(settings: Settings) -> None:
    """What only shows when all settings are seen together."""
    if not settings.runner:
        raise Mistake("whose runs are these? Say so with --runner")
    if (settings.server is None) != (settings.token_file is None):
        raise Mistake("--server and --token-file belong together: give both, or neither to keep the runs here")
    if settings.token_file is not None:
        read_token(settings.token_file)


def main() -> None:
    sys.exit(called(sys.argv[1:]))


def called(arguments: list[str]) -> int:
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(message)s")
    logging.getLogger("bumble").setLevel(logging.ERROR)
    try:
        return cli(arguments, standalone_mode=False) or 0
    except (RadioUnavailable, NotRecording) as why:
        typer.echo(str(why), err=True)
        return 1
    except (Mistake, BadToken, JournalError) as why:
        typer.echo(str(why), err=True)
        return 2
    except _UsageError as why:
        typer.echo(str(why.format_message()), err=True)
        return 2
    except (typer.Abort, KeyboardInterrupt):
        return 130


if __name__ == "__main__":
    main()
