"""Split records: a treadmill that needs several packets for one record is heard as one voice."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from sensors.ble.treadmill import Treadmill

OTHER_HALF_WITHIN_NS = 2_000_000_000  # treadmills speak every second; a half that waits longer belongs to nothing


class Joiner:
    """The parts of one treadmill, added in order of time.

    Every part but the last says `more_data`; the last alone has the speed. `dropped` counts the parts whose rest
    never came.
    """

    def __init__(self) -> None:
        self._parts: list[Treadmill] = []
        self._latest_ns = 0
        self.dropped = 0

    def add(self, at_ns: int, part: Treadmill) -> Treadmill | None:
        """The whole record where this part completes one."""
        if self._parts and at_ns - self._latest_ns > OTHER_HALF_WITHIN_NS:
            self.drop()
        self._latest_ns = at_ns
        self._parts.append(part)
        if part.more_data:
            return None
        parts, self._parts = self._parts, []
        return parts[0] if len(parts) == 1 else _joined(parts)

    def drop(self) -> None:
        """The sensor went away: what waits is not worth waiting for."""
        self.dropped += len(self._parts)
        self._parts.clear()


def _joined(parts: list[Treadmill]) -> Treadmill:
    """A field of a later part wins; what was short or extra adds up."""
    said: dict[str, Any] = {}
    for part in parts:
        said |= {
            field.name: getattr(part, field.name) for field in fields(part) if getattr(part, field.name) is not None
        }
    counts = {name: sum(getattr(part, name) for part in parts) for name in ("short_bytes", "extra_bytes")}
    return Treadmill(**said | counts)
