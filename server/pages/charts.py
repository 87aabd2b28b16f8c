"""Charts: the numbers of a look, placed on a drawing; the templates only draw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from rules.load import Comparison, comparisons
from rules.view import Seen, View
from server.pages.reader import Reader

WIDTH, HEIGHT, BASE = 380, 150, 130
WEEKS = 8


def load(view: View, reader: Reader) -> dict[str, Any] | None:
    """Each run of eight weeks as a bar, with the longest of the 30 days before it as a line; jumps are marked."""
    since = view.now - timedelta(weeks=WEEKS)
    runs = [seen for seen in view.seen if seen.start >= since and seen.session.metrics.get("run_m")]
    if not runs:
        return None
    compared = comparisons(view)
    tallest = max(max(_metres(seen), compared[seen.id].longest_m) for seen in runs)
    bars = [_bar(compared[seen.id], seen, since, tallest, reader) for seen in runs]
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "base": BASE,
        "bars": bars,
        "limit": _limit(compared, runs, since, tallest),
        "labels": _labels(since, view.now, reader),
        "top": reader.distance(tallest),
        "caption": reader.gettext(
            "Bars are runs of the last eight weeks, the dashed line the longest run of the 30 days before each."
        ),
        "jumps": _jumps_sentence([bar["jump"] for bar in bars], reader),
    }


def _bar(compared: Comparison, seen: Seen, since: datetime, tallest: float, reader: Reader) -> dict[str, Any]:
    metres = _metres(seen)
    height = max(1.0, metres / tallest * (BASE - 18))
    return {
        "x": round(_x(seen.start, since), 1),
        "y": round(BASE - height, 1),
        "width": 5,
        "height": round(height, 1),
        "jump": compared.jump is not None,
        "title": reader.gettext(
            "{day}: {distance}, {ratio} times the longest before",
            day=reader.day(seen.start),
            distance=reader.distance(metres),
            ratio=reader.ratio(compared.ratio),
        ),
    }


def _limit(compared: Mapping[str, Comparison], runs: Sequence[Seen], since: datetime, tallest: float) -> str:
    path: list[str] = []
    for seen in runs:
        y = BASE - compared[seen.id].longest_m / tallest * (BASE - 18)
        x = _x(seen.start, since)
        path.append(f"{'L' if path else 'M'}{x - 1.5:.1f} {y:.1f}L{x + 6.5:.1f} {y:.1f}")
    return "".join(path)


def _labels(since: datetime, now: datetime, reader: Reader) -> list[dict[str, Any]]:
    middle = since + (now - since) / 2
    return [
        {"x": 0, "anchor": "start", "text": reader.day(since)},
        {"x": WIDTH / 2, "anchor": "middle", "text": reader.day(middle)},
        {"x": WIDTH, "anchor": "end", "text": reader.gettext("today")},
    ]


def _jumps_sentence(jumps: Sequence[bool], reader: Reader) -> str:
    if not any(jumps):
        return reader.gettext("None of them was a jump.")
    return reader.ngettext(
        "One of them jumped by more than 10 %.", "{number} of them jumped by more than 10 %.", sum(jumps)
    )


def _metres(seen: Seen) -> float:
    return seen.session.metrics.get("run_m") or 0.0


def _x(moment: datetime, since: datetime) -> float:
    return (moment - since) / timedelta(weeks=WEEKS) * (WIDTH - 10)
