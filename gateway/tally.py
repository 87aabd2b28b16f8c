"""Tally: what became of how many files, and what keeps them from going on; each change is told once."""

from __future__ import annotations

from collections import Counter

from gateway.progress import Report


class Tally:
    """`trouble` is what is wrong now, by where: in the folder, on the disk here, on the way to the server (upload)."""

    def __init__(self, report: Report) -> None:
        self.counts: Counter[str] = Counter()
        self.trouble: dict[str, str] = {}
        self._report = report

    def tell(self, event: str, name: str, **words: object) -> None:
        """Something became of one file."""
        self.counts[event] += 1
        self._report({"event": event, "file": name, **words})

    def say(self, where: str, what: str) -> None:
        """What is wrong there; empty where nothing is."""
        if what == self.trouble.get(where, ""):
            return
        self._report({"event": "trouble" if what else "well", "where": where, "what": what})
        if what:
            self.trouble[where] = what
        else:
            del self.trouble[where]
