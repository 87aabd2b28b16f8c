"""Plan words: each part of a plan by its name, and its value with a unit, for whoever reads what was changed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from rules.metric_facts import label, unit
from server.pages import programme_names
from server.pages.plan_form import HEARTS, KINDS, LIMITS, LONGEST_M, SPEEDS
from server.pages.reader import N_, Reader
from server.pages.thresholds import FATIGUE, FATIGUE_MODES, GROUPS, SCALARS

PARTS = {
    "programme": N_("programme"),
    "profile": N_("tolerance profile"),
    "profile_since": N_("looser tolerance since"),
    "profile_before": N_("tolerance for earlier sessions"),
    "stage": N_("stage"),
    "stage_override": N_("limits and doses of the stage"),
    "stage_entered_at": N_("day on which the stage began"),
    "baseline_morning": N_("usual pain in the morning"),
    "baseline_stiff_min": N_("usual stiffness in the morning"),
    "onset_at": N_("day of the injury"),
    "references": N_("top speed, threshold speed or longest run"),
    "second": N_("second programme"),
}
SIDES = {"green": N_("{limit}: counts up to"), "red": N_("{limit}: RED from")}
REFERENCES = {
    **SPEEDS,
    **HEARTS,
    LONGEST_M: N_("Longest run, as said at the beginning"),
    "v_max_kind": N_("The top speed is"),
    "declared_at": N_("When the longest run was said"),
}
MOMENTS = {"stage_entered_at", "onset_at", "declared_at", "profile_since"}
NONE = "–"


def name_of(path: str, reader: Reader) -> str:
    """What is called `stage_override.each.run_s` where it is kept; a part that nobody named stays as it is."""
    first, _, rest = path.partition(".")
    if first == "second" and rest:
        return f"{reader.gettext(PARTS['second'])}: {name_of(rest, reader)}"
    if first == "profile_before" and rest:
        return f"{reader.gettext(PARTS[first])}: {_profile(rest, reader) or rest}"
    known = {"stage_override": _threshold, "references": _reference, "profile": _profile}
    words = known[first](rest, reader) if rest and first in known else ""
    return words or (path if rest else reader.gettext(PARTS.get(path, path)))


def value_of(path: str, value: Any, reader: Reader) -> str:
    """The value as it is read in a sentence; a dash where there is none."""
    name = path.rpartition(".")[2]
    if value is None:
        return NONE
    if name in ("programme", "extends"):
        return programme_names.name(value, reader)
    if name in MOMENTS:
        return reader.clock(datetime.fromisoformat(str(value)))
    if isinstance(value, bool) or not isinstance(value, int | float):
        return reader.gettext((KINDS | FATIGUE_MODES).get(str(value), str(value)))
    return _amount(name, float(value), reader)


def _amount(name: str, value: float, reader: Reader) -> str:
    kind = SCALARS[name][1] if name in SCALARS else unit(name)
    if name in SPEEDS:
        return reader.pace(value)
    if name in HEARTS:
        return reader.gettext("{number} beats/min", number=reader.number(value, 0))
    if kind == "h":
        return reader.ngettext("{number} hour", "{number} hours", value)
    return f"{reader.number(value)} min" if name == "baseline_stiff_min" else reader.amount(value, kind)


def _threshold(rest: str, reader: Reader) -> str:
    group, _, metric = rest.partition(".")
    if rest == "fatigue_mode":
        return reader.gettext(FATIGUE)
    if group in SCALARS and not metric:
        return reader.gettext(SCALARS[group][0])
    if group not in GROUPS or not metric:
        return ""
    return f"{reader.gettext(GROUPS[group])}: {reader.gettext(label(metric))}"


def _reference(rest: str, reader: Reader) -> str:
    return reader.gettext(REFERENCES.get(rest, ""))


def _profile(rest: str, reader: Reader) -> str:
    side, _, limit = rest.partition(".")
    if rest == "name":
        return reader.gettext(PARTS["profile"])
    known = side in SIDES and limit in LIMITS
    return reader.gettext(SIDES[side], limit=reader.gettext(LIMITS[limit])) if known else ""
