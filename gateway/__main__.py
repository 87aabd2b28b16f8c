"""The gateway's commands: pair, run, watch, scan, status, replay, doctor."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from typing import Annotated, Any

import typer

from gateway.disk import JournalError, NotRecording
from gateway.doctor import Check, examine
from gateway.inlet import decoded
from gateway.joined import lines
from gateway.joining import pair, watch
from gateway.options import (
    TOKEN_NAME,
    Adapter,
    CaFile,
    Data,
    Json,
    Mistake,
    RadioName,
    Runner,
    ServerAddress,
    TokenFile,
    as_paired,
    settings_of,
    whose,
    with_token,
)
from gateway.progress import json_lines
from gateway.recorder import utc
from gateway.scanner import RadioUnavailable, Scanner, Sighting
from gateway.screen import Screen
from gateway.settings import Settings
from gateway.start import open_radio, record
from gateway.status import replay as read_packets
from gateway.status import status as read_status
from gateway.token import BadToken

cli = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Records runs from Bluetooth sensors, and never loses one.",
)


_UsageError: Any = typer.BadParameter.__bases__[0]  # typer carries its own click, and does not name this class


cli.command()(pair)
cli.command()(watch)


@cli.command()
def run(  # noqa: PLR0913, PLR0917 - options are keywords to whoever types them
    server: ServerAddress = None,
    token_file: TokenFile = None,
    ca_file: CaFile = None,
    data: Data = None,
    runner: Runner = None,
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
    del given["as_json"]
    settings = with_token(whose(settings_of(**given)))
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
    found = asyncio.run(_scan(settings_of(radio=radio, adapter=adapter), seconds))
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
    said = read_status(settings_of(data=data).data)
    if as_json:
        typer.echo(json.dumps(said, ensure_ascii=False))
        return 0
    for row in said["captures"]:
        counts = f"{row['journaled']:7,} on disk  {row['uploaded']:7,} with the server"
        typer.echo(
            f"{row['id']}  {row['started_at']}  {row['runner']:12}  {row['state']:11}  {counts}  {row['why']}".rstrip()
        )
    typer.echo(f"{said['packets_held']:,} packets are here and not yet with the server.")
    for line in lines(said):
        typer.echo(line)
    return 0


@cli.command()
def replay(
    capture: Annotated[str, typer.Argument(help="Id of a capture, or its beginning.")],
    data: Data = None,
    as_json: Json = False,
) -> int:
    """Print a capture's packets again: as they are on the wire with --json, else what they say."""
    for packet in read_packets(settings_of(data=data).data, capture):
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
    server: ServerAddress = None,
    token_file: TokenFile = None,
    ca_file: CaFile = None,
    data: Data = None,
    radio: RadioName = None,
    adapter: Adapter = None,
    as_json: Json = False,
) -> int:
    """Say what stands between this machine and a recorded run; exit 1 where something does."""
    settings = as_paired(
        settings_of(server=server, token_file=token_file, ca_file=ca_file, data=data, radio=radio, adapter=adapter)
    )
    if settings.server is not None:
        settings = settings.model_copy(update={"token_file": settings.token_file or settings.data / TOKEN_NAME})
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
