"""The command `stridegate`: each verb of the server and of the reader's desk, one function a verb."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from server import commands
from server.mistake import Mistake

cli = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="A return-to-run gatekeeper: was the loading sufficient, was it tolerated, may the next step be taken?",
)
Json = Annotated[bool, typer.Option("--json", help="One JSON document a line on standard output, and nothing else.")]


@cli.command()
def decode(characteristic: str, payload_hex: Annotated[str, typer.Argument(metavar="HEX")], json: Json = False) -> None:
    """Read one Bluetooth packet: 2A53 or the long UUID, and its bytes in hex."""
    _print(commands.decode(characteristic, payload_hex, json=json))


@cli.command()
def measure(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="FIT, TCX, GPX, CSV, a capture or a stream.")],
    references: Annotated[str | None, typer.Option(help="A JSON file with the references of a case.")] = None,
    fatigue_onset: Annotated[float | None, typer.Option(min=0, help="Seconds; 1800 unless given.")] = None,
    previous: Annotated[
        str | None, typer.Option(help='{"ended_h_before": 20, "run_s": 2400}, or a file of it.')
    ] = None,
    json: Json = False,
) -> None:
    """What a recorded run exposed the runner to."""
    asked = commands.Asked.read(references, fatigue_onset, previous)
    _each(files, lambda file: commands.measure(file, asked, json=json))


@cli.command()
def explain(
    cases: Annotated[list[Path], typer.Argument(metavar="CASE.json...")],
    whole: Annotated[bool, typer.Option("--all", help="Everything, also what has no room on a screen.")] = False,
    json: Json = False,
) -> None:
    """The verdict on a case, with its reasons, on one screen."""
    _each(cases, lambda case: commands.explain(case, json=json, whole=whole))


@cli.command()
def serve(
    port: Annotated[int | None, typer.Option(help="8080 unless given.")] = None,
    lan: Annotated[bool, typer.Option("--lan", help="Also for phones on the same network, encrypted.")] = False,
) -> None:
    """Run the server over its own database."""
    from server.operation import service

    asyncio.run(service.serve(service.settings(port=port), to_lan=lan))


@cli.command(name="init-admin")
def init_admin(
    name: Annotated[str, typer.Option(help="Who it is for.")] = "Administrator",
    public_url: Annotated[
        str | None, typer.Option(help="Where people open this server, such as https://runs.clinic.example.")
    ] = None,
) -> None:
    """A link that lets the first administrator in: once, within 15 minutes.

    Until they have come in, the command makes a new link each time, and the earlier one ends.
    """
    from server.operation import service

    _print([service.init_admin(service.settings(public_url=public_url), name)])


@cli.command()
def migrate() -> None:
    """Bring the database to this release's schema."""
    from server.operation import service

    _print(service.migrate(service.settings()))


@cli.command(name="import")
def import_(
    files: Annotated[list[Path], typer.Argument(metavar="FILE|FOLDER...", help="FIT, TCX, GPX or CSV.")],
    runner: Annotated[str, typer.Option(help="Whose runs they are: the runner's id.")],
) -> None:
    """Bring run files: through the server where one runs, else straight into its database."""
    from server.operation import importing, service

    paths = list(importing.files_in(files))
    bring = importing.bring(service.settings(), runner, paths, typer.echo, _complain)
    if asyncio.run(bring):
        raise typer.Exit(2)


@cli.command()
def openapi() -> None:
    """The document of the HTTP interface, as the server gives it at /openapi.json."""
    from server.interface import document
    from server.routes import routes

    _print([document.written(routes()).decode()])


@cli.command(name="verify-audit")
def verify_audit(
    head: Annotated[str | None, typer.Option(help="A head that was printed earlier and kept elsewhere.")] = None,
) -> None:
    """Whether the audit's chain holds, link by link; prints its head, to be kept elsewhere."""
    from server.operation import chain, service

    _print([chain.verify(service.settings(), head)])


@cli.command(name="copy-to")
def copy_to(url: Annotated[str, typer.Argument(metavar="URL", help="postgresql://..., an empty database.")]) -> None:
    """Copy the clinic into another database, and compare every row."""
    from server.operation import copying, service

    _print([copying.copy_to(service.settings(), url)])


@cli.command()
def backup(
    to: Annotated[Path, typer.Argument(help="A new file, or a folder.")],
    keep: Annotated[int | None, typer.Option(min=1, help="Of a folder: forget all but the last so many.")] = None,
) -> None:
    """Copy the clinic as it is at this moment, also while the server runs."""
    from server.app import system_clock
    from server.operation import backup as copies
    from server.operation import service

    _print([copies.backup(service.settings(), to, system_clock(), keep)])


@cli.command()
def restore(
    source: Annotated[Path, typer.Argument(metavar="FROM")],
    replace: Annotated[bool, typer.Option("--replace", help="In the place of the clinic that is there.")] = False,
) -> None:
    """Bring back a backup, checked before it takes the place of anything."""
    from server.app import system_clock
    from server.operation import backup as copies
    from server.operation import service

    chosen = service.settings()
    service.make_folder(chosen.data)
    _print([copies.restore(chosen, source, system_clock(), replace=replace)])


@cli.command()
def doctor(json: Json = False) -> None:
    """Say what is missing on this machine, and how to mend it; exit 1 where something is."""
    from server.app import system_clock
    from server.operation import doctor as looks
    from server.operation import service

    checks = list(looks.examine(service.settings(), system_clock()))
    for check in checks:
        _print([looks.line(check, json=json)])
    if any(check.is_well is False for check in checks):
        raise typer.Exit(1)


@cli.command()
def demo(
    once: Annotated[bool, typer.Option("--once", help="Stop when the run has been judged.")] = False,
    json: Json = False,
    port: Annotated[int, typer.Option(help="0 takes any free one.")] = 8080,
    minutes: Annotated[float, typer.Option(min=1, max=120, help="How long the recorded run is.")] = 30,
    rate: Annotated[float, typer.Option(min=1, max=400, help="How many times faster than life it is run.")] = 60,
) -> None:
    """A clinic, three runners, and a run that is recorded from simulated sensors before your eyes."""
    from server.demo.show import Wish, show

    asyncio.run(show(Wish(once=once, json=json, port=port, minutes=minutes, rate=rate)))


def main() -> None:
    """Run a command; a user's mistake is one sentence on standard error and the exit code 2."""
    try:
        code = cli(standalone_mode=False)
    except Mistake as mistake:
        code = _complain(str(mistake))
    except typer.TyperException as mistake:
        code = _complain(mistake.format_message())
    except (typer.Abort, KeyboardInterrupt):
        code = 130
    sys.exit(code or 0)


def _each(paths: list[Path], work: Callable[[Path], list[str]]) -> None:
    """Do the work for each path in order; a bad one is said and never stops the rest."""
    bad = 0
    for path in paths:
        try:
            _print(work(path))
        except Mistake as mistake:
            bad = _complain(str(mistake))
    if bad:
        raise typer.Exit(bad)


def _print(lines: list[str]) -> None:
    for line in lines:
        typer.echo(line)


def _complain(sentence: str) -> int:
    typer.echo(sentence.replace("\n", " "), err=True)
    return 2


if __name__ == "__main__":
    main()
