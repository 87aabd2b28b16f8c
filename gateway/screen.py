"""Screen: a calm picture of a running gateway, drawn anew once a second."""

from __future__ import annotations

from typing import Any

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from gateway.now import Now
from gateway.progress import Event

VALUES = {
    "speed_mps": ("speed", "m/s", 2),
    "cadence_per_min": ("cadence", "/min", 0),
    "incline_percent": ("incline", "%", 1),
    "heart_rate_bpm": ("heart", "bpm", 0),
    "power_w": ("power", "W", 0),
}


class Screen:
    """Give it every event; it draws what they amount to."""

    def __init__(self, is_simulated: bool, console: Console | None = None) -> None:
        self._is_simulated, self._now = is_simulated, Now()
        self.live = Live(get_renderable=self.picture, console=console, auto_refresh=False)

    def hear(self, event: Event) -> None:
        self._now.hear(event)
        self.live.refresh()

    def picture(self) -> RenderableType:
        parts: list[RenderableType] = []
        if self._is_simulated:
            parts.append(Text("Simulated radio: these sensors and this runner do not exist.", style="bold yellow"))
        return Group(*parts, drawn(self._now.words()))


def drawn(words: dict[str, Any]) -> RenderableType:
    """What a gateway knows at one moment (`Now.words`), for a person."""
    parts: list[RenderableType] = [_sensor_table(words["sensors"])]
    parts += [_session(event) for event in words["recordings"]] or [Text("Waiting for the first steps.")]
    parts += [_complete(event) for event in words["complete"]]
    parts += [Text(f"Nobody's: {one['name'] or ''} {one['sensor']}, {one['why']}") for one in words["strangers"]]
    if words["disk_free_bytes"] is not None:
        parts.append(Text(f"Disk left: {words['disk_free_bytes'] / 2**20:,.0f} MiB", style="dim"))
    parts += [Text(f"{where}: {what}", style="bold red") for where, what in words["trouble"].items()]
    return Group(*parts)


def _sensor_table(sensors: list[Event]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in ("sensor", "whose", "state", "latest", "age", "battery"):
        table.add_column(heading)
    for event in sensors:
        battery = event["battery_percent"]
        table.add_row(
            event.get("name") or event["sensor"],
            event["nickname"],
            f"{event['state']} {event['trouble'] if event['state'] != 'connected' else ''}",
            _values(event["values"]),
            _age(event["age_s"]),
            "" if battery is None else f"{battery} %",
        )
    return table if sensors else _looking()


def _session(event: Event) -> Text:
    packets = event["packets"]
    return Text.assemble(
        ("Recording ", "bold green"),
        f"{event['nickname']} {_clock(event['elapsed_s'])}   packets received {packets['received']:,}, ",
        f"on disk {packets['journaled']:,}, with the server {packets['uploaded']:,}",
    )


def _looking() -> Table:
    table = Table.grid()
    table.add_row("Looking for sensors.")
    return table


def _complete(event: Event) -> Text:
    return Text(f"Complete: {event['started_at']} to {event['ended_at']}, {event['packets']['uploaded']:,} packets.")


def _values(event: dict[str, Any]) -> str:
    said = []
    for name, (_, unit, digits) in VALUES.items():
        if event.get(name) is not None:
            said.append(f"{event[name]:.{digits}f} {unit}")
    return "  ".join(said)


def _age(age_s: float | None) -> str:
    return "" if age_s is None else f"{age_s:.0f} s"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}:{rest:02d}"
