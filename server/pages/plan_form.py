"""Plan form: what a physio typed of thresholds, references and tolerance, as the plan that it would be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rules.profiles import Profile, choose
from rules.stage import Stage
from rules.view import View
from server import said
from server.pages import thresholds
from server.pages.reader import MILE_M, N_, Reader
from server.problem import Problem

LIMITS = {
    "during": N_("During the run"),
    "after": N_("Later that day"),
    "rise": N_("Next morning, above the usual"),
    "morning": N_("Next morning"),
    "sitting": N_("While sitting"),
}
NEVER_RED = {"sitting"}
SPEEDS = {"v_max_mps": N_("Top speed"), "v_thr_mps": N_("Threshold speed")}
HEARTS = {"hr_max_bpm": N_("Highest heart rate"), "hr_rest_bpm": N_("Heart rate at rest")}
KINDS = {"measured": N_("measured"), "estimated": N_("estimated")}
SET_HERE = {*thresholds.SCALARS, *thresholds.GROUPS, "fatigue_mode"}
LONGEST_M = "declared_longest_m"


@dataclass(frozen=True, slots=True, kw_only=True)
class Now:
    """The plan as it stands and as the rules see it; `usual` is the stage before anybody changed it."""

    body: Mapping[str, Any]
    view: View
    zone_reader: Reader

    @property
    def usual(self) -> Stage:
        return self.view.programme.stages[self.view.stage_index]

    @property
    def usual_profile(self) -> Profile:
        given = self.body.get("profile")
        return choose(given.get("name") if isinstance(given, Mapping) else given, self.view.programme.profile)


def changed(typed: Mapping[str, str], now: Now, at: datetime) -> dict[str, Any]:
    """The whole plan that would be saved. Raises Problem 422 for what is no number."""
    return {
        **now.body,
        "stage_override": _override(typed, now),
        "profile": _profile(typed, now),
        "references": references_of(typed, now.body.get("references") or {}, now.zone_reader, at),
        "baseline_morning": _pain(typed, "baseline_morning", now.body.get("baseline_morning"), "The usual morning"),
        "baseline_stiff_min": _plain(typed, "baseline_stiff_min", now.body.get("baseline_stiff_min"), "Stiffness"),
        "onset_at": _day(typed.get("onset"), now),
    }


def unit_mps(reader: Reader) -> float:
    """How many metres a second one of the reader's units of speed is."""
    return unit_m(reader) / 3600


def unit_m(reader: Reader) -> float:
    """How many metres one of the reader's units of distance is."""
    return MILE_M if reader.preferences.distance == "mi" else 1000.0


def limits(now: Now, reader: Reader) -> list[dict[str, Any]]:
    """The tolerance limits as pairs of fields: GREEN up to, RED from."""
    profile, usual = now.view.profile, now.usual_profile
    return [
        {
            "label": reader.gettext(words),
            "green": thresholds.written(getattr(profile.green, name), ""),
            "red": thresholds.written(getattr(profile.red, name), ""),
            "usual_green": thresholds.written(getattr(usual.green, name), ""),
            "usual_red": thresholds.written(getattr(usual.red, name), ""),
            "name": name,
            "has_red": name not in NEVER_RED,
        }
        for name, words in LIMITS.items()
    ]


def references(now: Now, reader: Reader) -> dict[str, Any]:
    given = now.body.get("references") or {}
    miles = reader.preferences.distance == "mi"
    speeds = [
        {"name": name, "label": reader.gettext(words), "text": _in_units(given.get(name), unit_mps(reader))}
        for name, words in SPEEDS.items()
    ]
    hearts = [
        {"name": name, "label": reader.gettext(words), "text": thresholds.written(given.get(name), "")}
        for name, words in HEARTS.items()
    ]
    return {
        "speeds": speeds,
        "hearts": hearts,
        "speed_unit": "mph" if miles else "km/h",
        "kind": given.get("v_max_kind") or "",
        "kinds": [(kind, reader.gettext(words)) for kind, words in KINDS.items()],
        "longest": _in_units(given.get(LONGEST_M), unit_m(reader)),
        "distance_unit": "mi" if miles else "km",
    }


def reference_fields(body: Mapping[str, Any], reader: Reader) -> dict[str, Any]:
    """What is asked for when a programme starts, with what is known of it already."""
    given, unit = body.get("references") or {}, unit_mps(reader)
    miles = reader.preferences.distance == "mi"
    return {
        "longest": _in_units(given.get(LONGEST_M), unit_m(reader)),
        "v_max": _in_units(given.get("v_max_mps"), unit),
        "v_thr": _in_units(given.get("v_thr_mps"), unit),
        "kinds": [(kind, reader.gettext(words)) for kind, words in KINDS.items()],
        "speed_unit": "mph" if miles else "km/h",
        "distance_unit": "mi" if miles else "km",
    }


def onset(now: Now, reader: Reader) -> str:
    at = now.body.get("onset_at")
    return reader.local(datetime.fromisoformat(at)).date().isoformat() if at else ""


def _override(typed: Mapping[str, str], now: Now) -> dict[str, Any]:
    kept = {name: value for name, value in (now.body.get("stage_override") or {}).items() if name not in SET_HERE}
    mode = thresholds.fatigue_mode(typed, now.usual, now.view.stage)
    return {**kept, **thresholds.patch(typed, now.usual, now.view.stage), **mode}


def _profile(typed: Mapping[str, str], now: Now) -> Any:
    """As it was where nothing differs from the named profile, else that profile with its changed limits."""
    usual, held = now.usual_profile, now.view.profile
    parts: dict[str, dict[str, float]] = {"green": {}, "red": {}}
    for side, of_side in parts.items():
        for name, words in LIMITS.items():
            value = _plain(typed, f"{side}.{name}", getattr(getattr(held, side), name), words)
            if value is not None and value != getattr(getattr(usual, side), name):
                of_side[name] = value
    given = now.body.get("profile")
    if not any(parts.values()):
        return given.get("name") if isinstance(given, Mapping) else given
    return {"name": usual.name, **{side: of_side for side, of_side in parts.items() if of_side}}


def references_of(typed: Mapping[str, str], given: Mapping[str, Any], reader: Reader, at: datetime) -> dict[str, Any]:
    """The references with what was typed; a field that is absent leaves its number as it is. Raises Problem 422."""
    before = dict(given)
    after = dict(before)
    for name, words in SPEEDS.items():
        after[name] = _scaled(typed, name, before.get(name), unit_mps(reader), words)
    for name, words in HEARTS.items():
        after[name] = _plain(typed, name, before.get(name), words)
    after[LONGEST_M] = _scaled(typed, LONGEST_M, before.get(LONGEST_M), unit_m(reader), "Longest run")
    if "v_max_kind" in typed:
        after["v_max_kind"] = typed["v_max_kind"] if typed["v_max_kind"] in KINDS else None
    if after[LONGEST_M] != before.get(LONGEST_M):
        after["declared_at"] = said.utc_text(at) if after[LONGEST_M] is not None else None
    return {name: value for name, value in after.items() if value is not None}


def _plain(typed: Mapping[str, str], name: str, now: float | None, words: str) -> float | None:
    return thresholds.number(typed.get(name), "", now, words)


def _scaled(typed: Mapping[str, str], name: str, now: float | None, unit: float, words: str) -> float | None:
    text = typed.get(name)
    if text is None or text.strip() == _in_units(now, unit):
        return now
    value = thresholds.number(text, "", None, words)
    return None if value is None else round(value * unit, 4)


def _in_units(value: float | None, unit: float) -> str:
    return "" if value is None else thresholds.written(value / unit, "")


def _day(text: str | None, now: Now) -> str | None:
    """The onset as the beginning of a day of the reader's calendar. Raises Problem 422."""
    before: str | None = now.body.get("onset_at")
    if text is None or text == onset(now, now.zone_reader):
        return before
    return beginning_of(text, now.zone_reader, now.view.now) if text else None


def beginning_of(day: str, reader: Reader, at: datetime) -> str:
    """The beginning of a day of the reader's calendar, as UTC. Raises Problem 422."""
    try:
        midnight = datetime.fromisoformat(day).replace(tzinfo=reader.local(at).tzinfo)
        return said.utc_text(midnight.astimezone(at.tzinfo))
    except (ValueError, OverflowError) as why:
        raise Problem(422, "Which day", "Give the day of the onset, such as 2026-04-30.") from why


def pain(text: str) -> float | None:
    """A pain of 0 to 10, None where nothing was typed. Raises Problem 422."""
    return _in_scale(thresholds.number(text, "", None, "Pain"))


def _pain(typed: Mapping[str, str], name: str, now: float | None, words: str) -> float | None:
    return _in_scale(_plain(typed, name, now, words))


def _in_scale(value: float | None) -> float | None:
    if value is not None and not 0 <= value <= 10:
        raise Problem(422, "Not a pain", "Pain is a number from 0 to 10.")
    return value
