"""Runs as the runner's page lists them: how long, how far, how tolerated, from which sensors, and what was odd."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rules.view import View
from server.pages.numbers import amount, day, kilometres, minutes
from server.review import Look, SeenRun

SHOWN = 12
RESPONSES = {
    "GREEN": "tolerated",
    "AMBER": "allowed, not counted",
    "RED": "not tolerated",
    "PENDING": "answer to come",
    "UNKNOWN": "not answered",
}
# What a run adds to speed, fatigue and incline; only what happened is named.
FACTS = (
    ("fat_s", "{} tired"),
    ("inc2_s", "{} uphill"),
    ("eff70_n", "{} fast efforts"),
    ("t_thr95_s", "{} near threshold pace"),
)


def build(look: Look, view: View | None) -> list[dict[str, Any]]:
    """The newest runs first."""
    labels = {seen.id: seen.label for seen in view.seen} if view else {}
    return [_run(item, labels.get(item.run.id)) for item in reversed(look.runs[-SHOWN:])]


def _run(item: SeenRun, label: str | None) -> dict[str, Any]:
    measured = item.run.measured
    response = label or "UNKNOWN"
    return {
        "day": day(item.run.start),
        "duration": minutes(measured.get("run_s")),
        "distance": kilometres(measured.get("run_m")),
        "response": response,
        "response_word": RESPONSES[response] if item.counts else "no session",
        "facts": ", ".join(_facts(item)),
        "notes": list(_notes(item)),
    }


def _facts(item: SeenRun) -> Iterator[str]:
    measured = item.run.measured
    for name, sentence in FACTS:
        value = measured.get(name)
        if value:
            yield sentence.format(amount(value, "s" if name.endswith("_s") else ""))
    peak = measured.get("peak3_pct")
    if peak is not None:
        yield f"fastest {amount(peak, '%')} of top speed"
    sources = dict.fromkeys(measured.get("sources", {}).values())
    if sources:
        yield "from " + " and ".join(sources)


def _notes(item: SeenRun) -> Iterator[str]:
    if not item.counts:
        yield "Less than a minute of running: kept, but not a session."
    if item.run.measured.get("quality") != "OK":
        yield "Poorly recorded: it counts toward load and limits, never toward the dose."
    if item.run.measured.get("inc2_s") is None:
        yield "Incline was not measured."
    yield from item.run.measured.get("notes", [])
