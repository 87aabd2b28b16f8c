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

LIMITS = {"during": N_("During the run"), "after": N_("Later that day"), "rise": N_("Next morning, above the usual")}
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
        "references": _references(typed, now, at),
        "baseline_morning": _plain(typed, "baseline_morning", now.body.get("baseline_morning"), "The usual morning"),
        "baseline_stiff_min": _plain(typed, "baseline_stiff_min", now.body.get("baseline_stiff_min"), "Stiffness"),
        "onset_at": _day(typed.get("onset"), now),
    }


def unit_mps(reader: Reader) -> float:
    """How many metres a second one of the reader's units of speed is."""
    return (MILE_M if reader.preferences.distance == "mi" else 1000.0) / 3600


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
        "longest": _in_units(given.get(LONGEST_M), MILE_M if miles else 1000.0),
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


def _references(typed: Mapping[str, str], now: Now, at: datetime) -> dict[str, Any]:
    reader = now.zone_reader
    before = dict(now.body.get("references") or {})
    after = dict(before)
    for name, words in SPEEDS.items():
        after[name] = _scaled(typed, name, before.get(name), unit_mps(reader), words)
    for name, words in HEARTS.items():
        after[name] = _plain(typed, name, before.get(name), words)
    after[LONGEST_M] = _scaled(
        typed,
        LONGEST_M,
        before.get(LONGEST_M),
        MILE_M if reader.preferences.distance == "mi" else 1000.0,
        "Longest run",
    )
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
    if not text:
        return None
    try:
        midnight = datetime.fromisoformat(text).replace(tzinfo=now.zone_reader.local(now.view.now).tzinfo)
        return said.utc_text(midnight.astimezone(now.view.now.tzinfo))
    except (ValueError, OverflowError) as why:
        raise Problem(422, "Which day", "Give the day of the onset, such as 2026-04-30.") from why


def pain(text: str) -> float | None:
    """A pain of 0 to 10, None where nothing was typed. Raises Problem 422."""
    value = thresholds.number(text, "", None, "Pain")
    if value is not None and not 0 <= value <= 10:
        raise Problem(422, "Not a pain", "Pain is a number from 0 to 10.")
    return value
