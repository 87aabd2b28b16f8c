"""The form of a case document: which fields there are and of which type, and what a wrong one is called."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

import msgspec

from rules.forms.programme_form import OverrideForm, ProgrammeForm, StageForm
from rules.profiles import ProfileForm

Pain = Annotated[float, msgspec.Meta(ge=0, le=10)]
Minutes = Annotated[float, msgspec.Meta(ge=0)]
Speed = Annotated[float, msgspec.Meta(gt=0)]


class CheckInForm(msgspec.Struct):
    during: Pain | None = None
    after: Pain | None = None
    morning: Pain | None = None
    stiff_min: Minutes | None = None
    site: str | None = None
    distal_spread: bool | None = None
    stopped: bool | None = None
    sharp_sudden: bool | None = None
    character: list[str] | None = None
    sitting: Pain | None = None
    cough: bool | None = None
    painkillers: bool | None = None


class SessionForm(msgspec.Struct):
    id: str
    start: str
    end: str
    quality: Literal["OK", "POOR"]
    metrics: dict[str, Any] | None = None
    check_in: CheckInForm | None = None


class DailyForm(msgspec.Struct):
    at: str
    morning: Pain | None = None


class FlagForm(msgspec.Struct):
    code: str
    raised_at: str
    cleared_at: str | None = None
    cleared_by: str | None = None


class HoldForm(msgspec.Struct):
    from_: str = msgspec.field(name="from")
    until: str | None = None
    by: str | None = None
    reason: str | None = None


class ReferencesForm(msgspec.Struct):
    v_max_mps: Speed | None = None
    v_max_kind: Literal["measured", "estimated"] | None = None
    v_thr_mps: Speed | None = None
    declared_longest_m: Minutes | None = None
    declared_at: str | None = None
    hr_max_bpm: float | None = None
    hr_rest_bpm: float | None = None
    d_prime_m: float | None = None
    sex: Literal["m", "f"] | None = None


class CaseForm(msgspec.Struct):
    """A whole case. Unknown fields, `expect` among them, are passed over."""

    programme: str | dict[str, Any]
    stage: str
    stage_entered_at: str
    now: str
    profile: str | dict[str, Any] | None = None
    profile_since: str | None = None
    profile_before: str | dict[str, Any] | None = None
    nerve_checked_at: str | None = None
    asked_since: str | None = None
    stage_override: dict[str, Any] | None = None
    baseline_morning: Pain | None = None
    baseline_stiff_min: Minutes | None = None
    onset_at: str | None = None
    references: ReferencesForm | None = None
    sessions: list[SessionForm] | None = None
    daily: list[DailyForm] | None = None
    flags: list[FlagForm] | None = None
    holds: list[HoldForm] | None = None
    notes: Any = None


PARTS: tuple[tuple[str, tuple[type[msgspec.Struct], ...]], ...] = (
    ("programme", (ProgrammeForm, OverrideForm)),
    ("stage_override", (StageForm,)),
    ("profile", (ProfileForm,)),
    ("profile_before", (ProfileForm,)),
)

_WORDS = {
    "float": "a number",
    "int": "a number",
    "str": "text",
    "bool": "true or false",
    "object": "an object",
    "array": "a list",
    "null": "null",
}
_NAMED = re.compile(r"`([^`]*)`")


def sentence(problem: msgspec.ValidationError, within: str = "") -> str:
    """A type error as one plain sentence that begins with its place in the document."""
    what, _, where = str(problem).partition(" - at ")
    path = where.strip("`").removeprefix("$").removeprefix(".")
    place = ".".join(part for part in (within, path) if part) or "The case"
    missing = re.match(r"Object missing required field `(\w+)`", what)
    if missing:
        return f"{place} has no {missing[1]}."
    return f"{place}: {_NAMED.sub(_in_words, what[:1].lower() + what[1:])}."


def _in_words(found: re.Match[str]) -> str:
    kinds = dict.fromkeys(_WORDS.get(kind, kind) for kind in found[1].split(" | "))
    return " or ".join(kinds)
