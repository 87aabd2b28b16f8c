"""Screen: a calm picture of a running gateway, drawn anew once a second."""

from __future__ import annotations

from typing import Any

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from gateway.progress import Event

VALUES = {
    "speed_mps": ("speed", "m/s", 2),
    "cadence_per_min": ("cadence", "/min", 0),
    "incline_percent": ("incline", "%", 1),
    "heart_rate_bpm": ("heart", "bpm", 0),
    "power_w": ("power", "W", 0),
}


class Screen:
    """Give it every event; it keeps the latest of each and draws them."""

    def __init__(self, is_simulated: bool, console: Console | None = None) -> None:
        self._is_simulated = is_simulated
        self._sensors: list[Event] = []
        self._recording: Event | None = None
        self._trouble: dict[str, str] = {}
        self._done: list[Event] = []
        self.live = Live(get_renderable=self.picture, console=console, auto_refresh=False)

    def hear(self, event: Event) -> None:
        match event["event"]:
            case "sensors":
                self._sensors = event["sensors"]
            case "recording":
                self._recording = event
            case "closed":
                self._recording = None
            case "complete":
                self._done.append(event)
            case "trouble":
                self._trouble[event["where"]] = event["what"]
            case "well":
                self._trouble.pop(event["where"], None)
        self.live.refresh()

    def picture(self) -> RenderableType:
        parts: list[RenderableType] = []
        if self._is_simulated:
            parts.append(Text("Simulated radio: these sensors and this runner do not exist.", style="bold yellow"))
        parts += [self._sensor_table(), self._session()]
        parts += [_complete(event) for event in self._done[-3:]]
        parts += [Text(f"{where}: {what}", style="bold red") for where, what in self._trouble.items()]
        return Group(*parts)

    def _sensor_table(self) -> Table:
        table = Table(box=None, pad_edge=False, header_style="dim")
        for heading in ("sensor", "state", "latest", "age", "battery"):
            table.add_column(heading)
        for event in self._sensors:
            battery = event["battery_percent"]
            table.add_row(
                event.get("name") or event["sensor"],
                f"{event['state']} {event['trouble'] if event['state'] != 'connected' else ''}",
                _values(event["values"]),
                _age(event["age_s"]),
                "" if battery is None else f"{battery} %",
            )
        return table if self._sensors else _looking()

    def _session(self) -> Text:
        event = self._recording
        if event is None:
            return Text("Waiting for the first steps.")
        packets = event["packets"]
        return Text.assemble(
            ("Recording ", "bold green"),
            f"{_clock(event['elapsed_s'])}   packets received {packets['received']:,}, ",
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
