"""Thresholds: each number of a stage as a field that says what it is, where it comes from and what it was."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

from rules.corroborated import CORROBORATED
from rules.metric_facts import label, unit
from rules.programme import Programme
from rules.stage import YOUR_PHYSIO, Stage
from rules.triggers import METRICS
from server.pages import evidence_words
from server.pages.reader import N_, Reader
from server.problem import Problem

GROUPS = {
    "each": N_("The least of one session that counts"),
    "total": N_("The least of all sessions together"),
    "max": N_("What the best single session must reach"),
    "ceil": N_("The most of one session"),
    "ceil7": N_("The most in 7 days"),
}
SCALARS = {
    "n": (N_("Sessions that count"), ""),
    "spacing_h": (N_("Least time between their starts"), "h"),
    "min_days": (N_("Least days on this stage"), "d"),
    "window_days": (N_("Sessions count for so long"), "d"),
    "earliest_day": (N_("Not before so many days after the onset"), "d"),
    "fatigue_onset_s": (N_("Fatigue begins after"), "s"),
}
FATIGUE = N_("Late running counts as fatigue only where heart rate or cadence show it too")
FATIGUE_MODES = {CORROBORATED: N_("yes")}
SUFFIXES = {"s": N_("min"), "m": N_("m"), "h": N_("hours"), "d": N_("days"), "%": "%"}
SIXTY = {"s"}  # kept in seconds, typed in minutes


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One number to be typed; `usual` is the programme's own, None where it says nothing of it."""

    name: str  # such as each.run_s
    label: str
    unit: str
    suffix: str
    value: float | None
    text: str
    usual: str | None
    evidence: str
    changed: bool


def fields(programme: Programme, usual: Stage, stage: Stage, reader: Reader) -> list[dict[str, Any]]:
    """The fields of a stage in groups; `usual` is the stage before anybody changed it for this runner."""
    groups = [{"title": reader.gettext("Days and sessions"), "fields": list(_scalars(programme, usual, stage, reader))}]
    for group, title in GROUPS.items():
        found = list(_amounts(group, programme, usual, stage, reader))
        if found:
            groups.append({"title": reader.gettext(title), "fields": found})
    return groups


def patch(typed: Mapping[str, str], usual: Stage, stage: Stage) -> dict[str, Any]:
    """The merge patch that makes of `usual` what was typed; an empty field takes a number away. Raises Problem 422."""
    found: dict[str, Any] = {}
    for name, (words, kind) in SCALARS.items():
        value = number(typed.get(name), kind, getattr(stage, name), words)
        if value != getattr(usual, name):
            found[name] = value
    for group in GROUPS:
        changed = _changed(group, typed, usual, stage)
        if changed:
            found[group] = changed
    return found


def fatigue_mode(typed: Mapping[str, str], usual: Stage, stage: Stage) -> dict[str, Any]:
    """The same for the box about a second sign of fatigue; a form that did not show the box leaves it as it is."""
    ticked = CORROBORATED if typed.get("fatigue_mode") else None
    mode = ticked if "fatigue_asked" in typed else stage.fatigue_mode
    return {} if mode == usual.fatigue_mode else {"fatigue_mode": mode}


def number(text: str | None, kind: str, now: float | None, words: str) -> float | None:
    """What somebody typed of a number that is `now`; what they left as it was stays exact. Raises Problem 422."""
    if text is None or text.strip() == written(now, kind):
        return now
    if not text.strip():
        return None
    try:
        value = float(text.strip().replace(",", "."))
    except ValueError:
        value = float("nan")
    if not isfinite(value):
        raise Problem(422, "Not a number", f"{words}: {text.strip()[:20]!r} is not a number.")
    return float(round(value * 60)) if kind in SIXTY else value


def written(value: float | None, kind: str) -> str:
    """A number as it stands in its field."""
    if value is None:
        return ""
    return f"{round(value / 60 if kind in SIXTY else value, 3):.3f}".rstrip("0").rstrip(".")


def metrics(reader: Reader) -> list[tuple[str, str]]:
    """Every metric that a new limit may be about, by its label."""
    return sorted(
        ((name, reader.gettext(metric.label)) for name, metric in METRICS.items() if not metric.informs),
        key=lambda one: one[1].casefold(),
    )


def _changed(group: str, typed: Mapping[str, str], usual: Stage, stage: Stage) -> dict[str, float | None]:
    before, now = getattr(usual, group), getattr(stage, group)
    is_more = typed.get("add_group") == group and typed.get("add_value", "").strip()
    added = typed.get("add_metric", "") if is_more else ""
    found: dict[str, float | None] = {}
    for metric in dict.fromkeys((*before, *now, *([added] if added else []))):
        text = typed.get("add_value") if metric == added else typed.get(f"{group}.{metric}")
        value = number(text, unit(metric) or "", now.get(metric), label(metric))
        if value != before.get(metric):
            found[metric] = value
    return found


def _scalars(programme: Programme, usual: Stage, stage: Stage, reader: Reader) -> Iterator[Field]:
    for name, (words, kind) in SCALARS.items():
        values = (getattr(usual, name), getattr(stage, name))
        yield _field(name, words, kind, values, programme.evidence_for(usual, name), reader)


def _amounts(group: str, programme: Programme, usual: Stage, stage: Stage, reader: Reader) -> Iterator[Field]:
    before, now = getattr(usual, group), getattr(stage, group)
    for metric in dict.fromkeys((*before, *now)):
        values = (before.get(metric), now.get(metric))
        source = programme.evidence_for(usual, f"{group}.{metric}")
        yield _field(f"{group}.{metric}", label(metric), unit(metric) or "", values, source, reader)


def _field(
    name: str, words: str, kind: str, values: tuple[float | None, float | None], source: str, reader: Reader
) -> Field:
    usual, now = values
    said = reader.gettext(words)
    return Field(
        name=name,
        label=said[:1].upper() + said[1:],
        unit=kind,
        suffix=reader.gettext(SUFFIXES[kind]) if kind in SUFFIXES else "",
        value=now,
        text=written(now, kind),
        usual=None if usual is None else written(usual, kind),
        evidence=evidence_words.words(source if usual == now else YOUR_PHYSIO, reader),
        changed=usual != now,
    )
