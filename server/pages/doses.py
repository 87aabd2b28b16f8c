"""Doses: what the stage asks for, as bars of measured against required, by what they train."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rules.requirements import Requirement, requirements
from rules.triggers import METRICS, TRIGGERS
from rules.view import View
from server.pages.reader import N_, Reader

RESPONSES = {
    "GREEN": N_("tolerated"),
    "AMBER": N_("allowed, not counted"),
    "RED": N_("not tolerated"),
    "PENDING": N_("answer to come"),
    "UNKNOWN": N_("not answered"),
}
NO_RUN = N_("no run yet")
LABELS = {
    "sessions": N_("Runs that count"),
    "min_days": N_("Days at this stage"),
    "earliest_day": N_("Days since the injury"),
    "tolerated_of_4": N_("Runs that went well, of the last 4"),
    "settled": N_("The latest run that was too much"),
    "latest_24h": N_("The latest run after 24 hours"),
    "latest_morning": N_("The latest morning score"),
    "previous_24h": N_("Answers about the 2 runs before"),
    "after_gap": N_("Qualifying runs since the break"),
}
GAPS = {
    "settled": N_("needs a run that goes well and is long enough"),
    "latest_morning": N_("needs a better morning"),
    "previous_24h": N_("needs an answer"),
}
GROUPS = {
    "running": N_("Volume"),
    "speed": N_("Speed"),
    "fatigue": N_("Fatigue"),
    "incline": N_("Incline"),
    "field": N_("Field"),
}
OTHERS = N_("Runs and days")
ALMOST = 98.0  # a bar that is not complete never looks so


def groups(view: View, reader: Reader) -> list[dict[str, Any]]:
    """The lines of the stage under the names of what they train, runs and days last."""
    found: dict[str, list[dict[str, Any]]] = {}
    for line in requirements(view):
        found.setdefault(_group(line.item), []).append(_line(line, reader))
    order = [*GROUPS.values(), OTHERS]
    return [{"title": reader.gettext(name), "lines": found[name]} for name in sorted(found, key=order.index)]


def of_both(first: View | None, second: View | None, reader: Reader) -> list[dict[str, Any]]:
    """What each programme asks for, where two are held at once."""
    beside = groups(second, reader) if second else []
    named = [{**one, "title": reader.gettext("Second programme: {what}", what=one["title"])} for one in beside]
    return [*(groups(first, reader) if first else []), *named]


def label_of(item: str, reader: Reader) -> str:
    kind, _, name = item.partition(".")
    if item in LABELS:
        return reader.gettext(LABELS[item])
    label = reader.gettext(METRICS[name].label if name in METRICS else name)
    endings = {
        "total": reader.gettext("{what}, all runs together", what=label),
        "max": reader.gettext("{what}, best single run", what=label),
    }
    words = endings.get(kind, label)
    return words[:1].upper() + words[1:]


def words_of(measured: float | str | None, required: float | str, unit: str | None, reader: Reader) -> str:
    """Measured against required: "28 min of 20 min", "3 of 4"."""
    if isinstance(required, str):
        return reader.gettext(RESPONSES.get(str(measured), NO_RUN))
    counted = unit if unit in ("s", "m", "%") else None
    asked = reader.amount(required, "d" if unit == "d" else counted)
    return reader.gettext("{measured} of {required}", measured=reader.amount(measured, counted), required=asked)


def _group(item: str) -> str:
    name = item.partition(".")[2]
    for trigger in TRIGGERS:
        if any(metric.name == name for metric in trigger.METRICS):
            return GROUPS.get(str(getattr(trigger, "__name__", "")).rpartition(".")[2], OTHERS)
    return OTHERS


def _line(line: Requirement, reader: Reader) -> dict[str, Any]:
    return {
        "label": label_of(line.item, reader),
        "figures": words_of(line.measured, line.required, line.unit, reader),
        "percent": _percent(line),
        "met": line.met,
        "state": reader.gettext("complete") if line.met else " ".join(_gap(line, reader)),
    }


def _gap(line: Requirement, reader: Reader) -> Iterator[str]:
    if line.item in GAPS:
        yield reader.gettext(GAPS[line.item])
    elif isinstance(line.measured, str) or isinstance(line.required, str):
        pending = line.measured == "PENDING"
        yield reader.gettext("needs an answer") if pending else reader.gettext("needs a run that is tolerated")
    elif line.measured is None:
        yield reader.gettext("not measured by any sensor yet")
    else:
        unit = line.unit if line.unit in ("s", "m", "%", "d") else None
        yield reader.gettext("{amount} missing", amount=reader.amount(line.required - line.measured, unit))


def _percent(line: Requirement) -> float:
    if line.met:
        return 100.0
    if isinstance(line.measured, int | float) and isinstance(line.required, int | float) and line.required > 0:
        return round(min(ALMOST, 100 * line.measured / line.required), 1)
    return 0.0
