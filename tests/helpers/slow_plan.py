"""Programme, stage and response limits of a case document, read from the text of the rules.

Part of the second implementation of the decision (slow_decide.py). It shares nothing with the package under test: it
reads the programme files by itself.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[2] / "rules" / "programmes"
PROFILES: dict[str, dict[str, dict[str, float]]] = {
    "TENDON": {
        "green": {"during": 3, "after": 3, "rise": 1, "morning": 3, "sitting": 3},
        "red": {"during": 6, "after": 6, "rise": 3, "morning": 6},
    },
    "FIBRE": {
        "green": {"during": 2, "after": 2, "rise": 1, "morning": 3},
        "red": {"during": 5, "after": 5, "rise": 3, "morning": 5},
    },
    "IMT": {
        "green": {"during": 2, "after": 2, "rise": 1, "morning": 3},
        "red": {"during": 5, "after": 5, "rise": 3, "morning": 5},
    },
    "NEURAL": {
        "green": {"during": 2, "after": 2, "rise": 1, "morning": 3},
        "red": {"during": 5, "after": 5, "rise": 3, "morning": 5},
    },
}


class PlanInvalid(Exception):
    """The programme, the stage or the profile cannot be used: PROGRAMME_INVALID."""


def number(value: Any) -> float | None:
    """The value as a finite number, or None if it was not measured."""
    if value is None or isinstance(value, (bool, str)) or not math.isfinite(value):
        return None
    return value


def merge_patch(target: Any, patch: Any) -> Any:
    """Apply a JSON merge patch (RFC 7396)."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = merge_patch(merged.get(name), value)
    return merged


@dataclass
class Limits:
    """GREEN and RED limits of one profile; `spread_is_red` only in NEURAL."""

    green: dict[str, float]
    red: dict[str, float]
    spread_is_red: bool

    def stricter(self, other: Limits) -> Limits:
        """The smaller limit of each item; an absent one is no limit."""

        def smaller(mine: dict[str, float], others: dict[str, float]) -> dict[str, float]:
            items = {*mine, *others}
            return {item: min(mine.get(item, math.inf), others.get(item, math.inf)) for item in sorted(items)}

        return Limits(
            smaller(self.green, other.green),
            smaller(self.red, other.red),
            self.spread_is_red or other.spread_is_red,
        )


def limits_of(profile: Any) -> Limits:
    """The limits of a profile name or object. Raises PlanInvalid for no name or an unknown one."""
    changed = profile if isinstance(profile, dict) else {}
    name = changed.get("name") if isinstance(profile, dict) else profile
    if not isinstance(name, str) or name not in PROFILES:
        raise PlanInvalid(f"no profile {name!r}")
    sides = {}
    for side in ("green", "red"):
        sides[side] = dict(PROFILES[name][side])
        for item, limit in (changed.get(side) or {}).items():
            if number(limit) is not None and not (side == "red" and item == "sitting"):
                sides[side][item] = limit
    return Limits(sides["green"], sides["red"], name == "NEURAL")


def whole_programme(programme: Any) -> tuple[dict[str, Any], set[str]]:
    """The programme with its stages, and the keys of the built-in programmes that it is or extends."""
    keys: set[str] = set()
    if isinstance(programme, str):
        path = FOLDER / f"{programme}.json"
        if not programme.isalnum() or not path.exists():
            raise PlanInvalid(f"no programme {programme!r}")
        keys.add(programme)
        programme = json.loads(path.read_text(encoding="utf-8"))
    if programme.get("extends") is None:
        return programme, keys
    base, base_keys = whole_programme(programme["extends"])
    return extended(programme, base), keys | base_keys


def extended(programme: dict[str, Any], base: dict[str, Any]) -> dict[str, Any]:
    """A programme that extends another: rename, add to n, then merge the override, which counts from 1."""
    stages = [dict(stage) for stage in base["stages"]]
    for place, stage in enumerate(stages, start=1):
        if programme.get("id_prefix"):
            stage["id"] = f"{programme['id_prefix']}{place}"
        if programme.get("n_add") and stage.get("n") is not None:
            stage["n"] += programme["n_add"]
    for place, patch in (programme.get("override") or {}).items():
        if not 1 <= int(place) <= len(stages):
            raise PlanInvalid(f"override of stage {place}")
        stages[int(place) - 1] = merge_patch(stages[int(place) - 1], patch)
    return {
        "sites": programme.get("sites"),
        "profile": programme.get("profile") or base.get("profile"),
        "add_on": bool(programme.get("add_on")) or bool(base.get("add_on")),
        "stages": stages,
    }


def check_stage(stage: dict[str, Any]) -> None:
    """Raise PlanInvalid for a stage that asks for nothing and is not terminal."""
    if stage.get("terminal"):
        return
    doses = [amount for part in ("each", "total", "max") for amount in (stage.get(part) or {}).values()]
    if (number(stage.get("n")) or 0) < 1 or not any((number(amount) or 0) > 0 for amount in doses):
        raise PlanInvalid(f"stage {stage.get('id')} has no dose")


class Plan:
    """What a case document asks for: the stage in force, its place on the ladder, sites and limits."""

    def __init__(self, document: dict[str, Any]) -> None:
        programme, keys = whole_programme(document["programme"])
        self.stages: list[dict[str, Any]] = [dict(stage) for stage in programme["stages"]]
        for stage in self.stages:
            check_stage(stage)
        places = [place for place, stage in enumerate(self.stages) if stage["id"] == document["stage"]]
        if not places:
            raise PlanInvalid(f"no stage {document['stage']!r}")
        self.place = places[0]
        self.stage: dict[str, Any] = merge_patch(self.stages[self.place], document.get("stage_override") or {})
        check_stage(self.stage)
        self.terminal = bool(self.stage.get("terminal"))
        self.sites: list[str] = programme.get("sites") or []
        self.is_neural = "NEURAL" in keys
        if programme.get("add_on") and document.get("profile") is None:
            raise PlanInvalid("an add-on needs the profile of the case")
        own_profile = document.get("profile")
        self.limits = limits_of(programme.get("profile") if own_profile is None else own_profile)
        before = document.get("profile_before")
        self.stricter_limits = self.limits if before is None else self.limits.stricter(limits_of(before))

    def amounts(self, part: str) -> dict[str, float]:
        """The amounts of `each`, `total`, `max`, `ceil` or `ceil7`; those that are null ask for nothing."""
        return {name: amount for name, amount in (self.stage.get(part) or {}).items() if number(amount) is not None}

    def earlier(self, steps: int) -> int:
        """The place so many stages down, at least the first."""
        return max(0, self.place - steps)
