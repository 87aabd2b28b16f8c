"""Screen: what a newcomer sees while the demonstration runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.live import Live
from rich.text import Text

from server.pages.numbers import kilometres, minutes


class Screen:
    """Steps line by line, and one line that counts while the run is recorded. Quiet: nothing at all."""

    def __init__(self, *, quiet: bool) -> None:
        self._console = Console(quiet=quiet, highlight=False)
        self._live: Live | None = None

    def step(self, sentence: str) -> None:
        self._console.print(f"[bold green]>[/] {sentence}", soft_wrap=True)

    def event(self, event: Mapping[str, Any]) -> None:
        """Show one event of the gateway; those that say nothing to a newcomer are passed over."""
        if event["event"] == "connected":
            self.step(f"Connected: {event.get('name') or event.get('sensor')}")
        elif event["event"] == "recording":
            self._count(event)
        elif event["event"] == "complete":
            self._stop_counting()
            self.step("The run is over, uploaded and stored")

    def outcome(self, story: Mapping[str, Any], links: Mapping[str, str]) -> None:
        packets, session, verdict = story["packets"], story["session"], story["verdict"]
        self._console.print(
            f"\n  packets  received {packets['received']}, journaled {packets['journaled']}, "
            f"uploaded {packets['uploaded']}, stored {packets['stored']}"
        )
        self._console.print(f"  run      {minutes(session['run_s'])} of running, {kilometres(session['run_m'])}")
        if verdict is not None:
            codes = ", ".join(dict.fromkeys(reason["code"] for reason in verdict["reasons"]))
            waits = ", ".join(f"{part['item']}: {part['measured']}" for part in verdict["missing"])
            self._console.print(f"  verdict  {verdict['decision']} ({codes}){'; missing ' + waits if waits else ''}")
        self._console.print("\nLog in with a personal link; the physio sees all of them:\n")
        for link, whom in links.items():
            self._console.print(f"  {whom}\n    [bold]{link}[/]", soft_wrap=True)
        self._console.print("\nCtrl-C ends the demonstration; nothing of it stays on this machine.")

    def _count(self, event: Mapping[str, Any]) -> None:
        if self._live is None:
            self._live = Live(console=self._console, transient=True, refresh_per_second=8)
            self._live.start()
        packets = event.get("packets", {})
        self._live.update(
            Text(
                f"  recording {minutes(event.get('elapsed_s'))}: {packets.get('received', 0)} packets received, "
                f"{packets.get('journaled', 0)} on disk, {packets.get('uploaded', 0)} uploaded"
            )
        )

    def _stop_counting(self) -> None:
        if self._live is not None:
            self._live.stop()
            self._live = None
