"""Runs as the runner's page lists them: how long, how far, how tolerated, from which sensors, and what was odd."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from rules.view import View
from server.attestations import with_attested_values
from server.pages import note_words, sensor_words
from server.pages.doses import RESPONSES
from server.pages.reader import N_, Reader
from server.review import Look, SeenRun

SHOWN = 12
BY_HAND = "entered_by_hand"
BY_HAND_COUNTS = N_("This run was typed in: it counts for load and limits, for the dose only what a physio stands for.")
# What a run adds to speed, fatigue and incline; only what happened is named.
FACTS = (
    ("fat_s", N_("{amount} tired")),
    ("inc2_s", N_("{amount} uphill")),
    ("eff70_n", N_("{amount} fast efforts")),
    ("t_thr95_s", N_("{amount} near threshold pace")),
)


def build(look: Look, view: View | None, reader: Reader) -> list[dict[str, Any]]:
    """The newest runs first."""
    labels = {seen.id: seen.label for seen in view.seen} if view else {}
    return [_run(_with_attested(item, look), labels.get(item.run.id), reader) for item in reversed(look.runs[-SHOWN:])]


def _with_attested(item: SeenRun, look: Look) -> SeenRun:
    measured = with_attested_values(item.run.measured, item.run.id, look.attested)
    return replace(item, run=replace(item.run, measured=measured))


def _run(item: SeenRun, label: str | None, reader: Reader) -> dict[str, Any]:
    measured = item.run.measured
    response = label or "UNKNOWN"
    return {
        "id": item.run.id,
        "day": reader.day(item.run.start),
        "duration": reader.minutes(measured.get("run_s")),
        "distance": reader.distance(measured.get("run_m")),
        "response": response,
        "response_word": reader.gettext(RESPONSES[response] if item.counts else N_("no session")),
        "facts": ", ".join(_facts(item, reader)),
        "notes": list(_notes(item, reader)),
    }


def _facts(item: SeenRun, reader: Reader) -> Iterator[str]:
    measured = item.run.measured
    for name, sentence in FACTS:
        value = measured.get(name)
        if value:
            yield reader.gettext(sentence, amount=reader.amount(value, "s" if name.endswith("_s") else ""))
    peak = measured.get("peak3_pct")
    if peak is not None:
        yield reader.gettext("fastest {amount} of top speed", amount=reader.amount(round(peak), "%"))
    sensors = sensor_words.words(measured.get("sources", {}).values(), reader)
    if sensors:
        yield reader.gettext("from {sensors}", sensors=sensors)


def _notes(item: SeenRun, reader: Reader) -> Iterator[str]:
    if not item.run.mine:
        yield reader.gettext("Marked as somebody else's run: nothing of it counts.")
    elif not item.counts:
        yield reader.gettext("Less than a minute of running: kept, but not a session.")
    notes = item.run.measured.get("notes", [])
    if BY_HAND in notes:
        yield reader.gettext(BY_HAND_COUNTS)
        return
    if item.run.measured.get("quality") != "OK":
        yield reader.gettext("Poorly recorded: it counts toward load and limits, never toward the dose.")
    if item.run.measured.get("inc2_s") is None:
        yield reader.gettext("Incline was not measured.")
    yield from note_words.sentences(notes, reader)
