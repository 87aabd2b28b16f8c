"""The gateway's commands: pair, run, watch, scan, status, replay, doctor."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from typing import Annotated, Any

import typer
from rich.console import Console

from gateway.again import NotTaken, send_again
from gateway.disk import JournalError, NotRecording
from gateway.doctor import Check, examine
from gateway.inlet import decoded
from gateway.joined import lines
from gateway.joining import pair, watch
from gateway.looking import Seen, asked
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
    whose_runs,
    with_token,
)
from gateway.progress import json_lines
from gateway.recorder import utc
from gateway.scanner import RadioUnavailable, Scanner
from gateway.screen import Screen, drawn
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
    assign: Annotated[
        list[str] | None, typer.Option(help="SENSOR=RUNNER: whose a sensor is, by address or serial; may be repeated.")
    ] = None,
    radio: RadioName = None,
    adapter: Adapter = None,
    rate: Annotated[float | None, typer.Option(help="Virtual radio: how many times as fast.")] = None,
    run_minutes: Annotated[float | None, typer.Option(help="Virtual radio: length of the run.")] = None,
    stillness: Annotated[float | None, typer.Option(help="Seconds of rest that end a session.")] = None,
    sessions: Annotated[int | None, typer.Option(help="Stop after so many complete captures.")] = None,
    as_json: Json = False,
) -> int:
    """Record every run, of one runner or of several at once, and hand it to the server."""
    given = locals()
    given["stillness_s"] = given.pop("stillness")
    given["sensors"] = tuple(given.pop("sensor") or ()) or None
    given["assign"] = tuple(given["assign"] or ()) or None
    del given["as_json"]
    settings = with_token(whose_runs(settings_of(**given)))
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
    for one in sorted(found, key=lambda one: one.sighting.name):
        typer.echo(json.dumps(_seen(one), ensure_ascii=False) if as_json else _seen_line(one))
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
    if said["now"] is not None:
        Console(highlight=False).print(drawn(said["now"]))
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
    is_to_print: Annotated[
        bool, typer.Option("--print", help="Print its packets instead; as sent, with --json.")
    ] = False,
    server: ServerAddress = None,
    token_file: TokenFile = None,
    ca_file: CaFile = None,
    data: Data = None,
    as_json: Json = False,
) -> int:
    """Hand one capture to the server again, or print it; sent twice, it has one effect."""
    if not is_to_print:
        settings = with_token(settings_of(server=server, token_file=token_file, ca_file=ca_file, data=data))
        sent = asyncio.run(send_again(settings, capture))
        words = "{capture} is whole with the server: {chunks} chunks, of which {sent} were new to it.".format(**sent)
        typer.echo(json.dumps(sent) if as_json else words)
        return 0
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
            typer.echo(
                json.dumps({"what": check.what, "well": check.is_well, "words": check.words, "mend": check.mend})
            )
        else:
            typer.echo(
                f"{ {True: 'well', False: 'WRONG', None: 'note'}[check.is_well]:6} {check.what:10} {check.words}"
            )
            if check.mend:
                typer.echo(f"{'':17} run: {check.mend}")
    return int(any(check.is_well is False for check in checks))


async def _scan(settings: Settings, seconds: float) -> list[Seen]:
    async with open_radio(settings) as radio:
        sightings = await Scanner(radio).sweep(seconds)
        return [one async for one in asked(radio, sightings.values())]


def _seen(one: Seen) -> dict[str, Any]:
    return {
        "sensor": one.sighting.address,
        "name": one.sighting.name,
        "services": list(one.sighting.services),
        "measures": one.measures,
        "rssi_dbm": one.sighting.rssi_dbm,
        "battery_percent": one.battery_percent,
        "model": one.info.model,
        "serial": one.info.serial,
    }


def _seen_line(one: Seen) -> str:
    signal = "linked already" if one.sighting.rssi_dbm is None else f"{one.sighting.rssi_dbm} dBm"
    battery = "" if one.battery_percent is None else f"battery {one.battery_percent} %"
    serial = f"serial {one.info.serial}" if one.info.serial else ""
    return (
        f"{one.sighting.address}  {one.sighting.name:24}  {one.measures:16}  {signal:14}  {battery}  {serial}".rstrip()
    )


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
    except (RadioUnavailable, NotRecording, NotTaken) as why:
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
