"""Screen: what of a text is shown where not all of it has room; what is left out is counted, never just gone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap

WIDTH, HEIGHT = 80, 24  # columns and lines of a screen
ALWAYS = 0  # the weight of what is shown even where there is no room for it


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A sentence under a title. The smaller its weight the sooner it is given room."""

    title: str
    sentence: str
    weight: int

    @property
    def lines(self) -> list[str]:
        return wrapped(self.sentence, "  ")


def shown(parts: Sequence[Part], room: int | None) -> list[str]:
    """The parts under their titles, in their order, in so many lines; all of them where room is None."""
    chosen = _chosen(parts, room)
    if len(chosen) == len(parts) or room is None:
        return _under_titles(parts)
    chosen = _chosen(parts, room - 1)
    more = f"... and {len(parts) - len(chosen)} more; --all shows them"
    return [*_under_titles([part for place, part in enumerate(parts) if place in chosen]), more]


def wrapped(text: str, indent: str) -> list[str]:
    """A text in lines of a screen's width; from its second line on it stands further in."""
    return wrap(text, WIDTH, initial_indent=indent, subsequent_indent=indent + indent)


def _chosen(parts: Sequence[Part], room: int | None) -> set[int]:
    """The places of the parts that have room, the most important first; a title takes a line of its own."""
    chosen: set[int] = set()
    titles: set[str] = set()
    used = 0
    for place, part in sorted(enumerate(parts), key=lambda one: one[1].weight):
        takes = len(part.lines) + (part.title not in titles)
        if part.weight == ALWAYS or room is None or used + takes <= room:
            chosen.add(place)
            titles.add(part.title)
            used += takes
    return chosen


def _under_titles(parts: Sequence[Part]) -> list[str]:
    lines: list[str] = []
    for before, part in zip((None, *parts), parts, strict=False):
        lines += [part.title] if before is None or before.title != part.title else []
        lines += part.lines
    return lines
