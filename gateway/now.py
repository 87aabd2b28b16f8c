"""Now: what a running gateway knows at this moment, gathered from its events."""

from __future__ import annotations

from typing import Any

from gateway.progress import Event

LAST_DONE = 3  # complete runs that are still named


class Now:
    """Give it every event; it keeps the latest of each."""

    def __init__(self) -> None:
        self._sensors: Event = {"sensors": [], "disk_free_bytes": None}
        self._recordings: dict[str, Event] = {}
        self._strangers: dict[str, Event] = {}
        self._trouble: dict[str, str] = {}
        self._done: list[Event] = []

    def hear(self, event: Event) -> None:
        match event["event"]:
            case "sensors":
                self._sensors = event
                self._strangers = {one["sensor"]: one for one in event["strangers"]}
            case "recording":
                self._recordings[event["capture"]] = event
            case "closed":
                self._recordings.pop(event["capture"], None)
            case "complete":
                self._done = [*self._done, event][-LAST_DONE:]
            case "trouble":
                self._trouble[event["where"]] = event["what"]
            case "well":
                self._trouble.pop(event["where"], None)

    def words(self) -> dict[str, Any]:
        """{"sensors", "recordings", "strangers", "complete", "trouble", "disk_free_bytes"}, fit for JSON."""
        return {
            "sensors": self._sensors["sensors"],
            "recordings": list(self._recordings.values()),
            "strangers": list(self._strangers.values()),
            "complete": self._done,
            "trouble": self._trouble,
            "disk_free_bytes": self._sensors["disk_free_bytes"],
        }
