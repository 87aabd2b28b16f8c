"""Recorders: every runner's sessions side by side; a packet goes to the one whose sensor said it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from gateway.recorder import Action, Heard, Recorder, Session


class Recorders:
    """`make(runner)` gives a runner a recorder. `strangers` counts packets of sensors that are nobody's."""

    def __init__(self, make: Callable[[str], Recorder]) -> None:
        self.strangers = 0
        self._make = make
        self._of: dict[str, Recorder] = {}

    def hear(self, heard: Heard) -> Iterator[Action]:
        """One packet came: for its runner it is news, for the others it is only later."""
        packet = heard.packet
        for recorder in list(self._of.values()):
            if recorder.runner != heard.runner:
                yield from recorder.tick(packet.boot, packet.mono_ns, packet.wall_ns)
        if heard.runner is None:
            self.strangers += 1
        else:
            yield from self.of(heard.runner).hear(heard)

    def tick(self, boot: str, mono_ns: int, wall_ns: int) -> Iterator[Action]:
        for recorder in list(self._of.values()):
            yield from recorder.tick(boot, mono_ns, wall_ns)

    def of(self, runner: str) -> Recorder:
        if runner not in self._of:
            self._of[runner] = self._make(runner)
        return self._of[runner]

    def sessions(self) -> list[tuple[str, Session]]:
        """Who is running now, and what of it is recorded."""
        return [(runner, one.session) for runner, one in self._of.items() if one.session is not None]
