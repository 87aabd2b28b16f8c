"""The form of a programme file: which fields there are and of which type; null is the same as absent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

from rules.errors import ProgrammeInvalid

_Amounts = dict[str, float | None]


class StageForm(msgspec.Struct):
    """A stage, or a patch of one: any field may be left out."""

    id: str | None = None
    name: str | None = None
    n: float | None = None
    spacing_h: float | None = None
    min_days: float | None = None
    window_days: float | None = None
    fatigue_onset_s: float | None = None
    earliest_day: float | None = None
    fatigue_mode: Literal["corroborated"] | None = None
    need_vmax_measured: bool | None = None
    terminal: bool | None = None
    each: _Amounts | None = None
    total: _Amounts | None = None
    max: _Amounts | None = None
    ceil: _Amounts | None = None
    ceil7: _Amounts | None = None
    evidence: dict[str, str | None] | None = None


class ProgrammeForm(msgspec.Struct):
    """A whole programme: with stages of its own, or extending a built-in one."""

    name: str | None = None
    version: str | int | float | None = None
    sites: list[str] | None = None
    profile: str | None = None
    add_on: bool | None = None
    stages: list[StageForm] | None = None
    extends: str | None = None
    id_prefix: str | None = None
    n_add: float | None = None
    override: dict[str, dict[str, object] | None] | None = None
    evidence: dict[str, str | None] | None = None


class OverrideForm(msgspec.Struct):
    """The patches of a programme's override, for their types alone."""

    override: dict[str, StageForm | None] | None = None


def check_programme(document: Mapping[str, object]) -> ProgrammeForm:
    """The document's fields, typed. Raises ProgrammeInvalid for a field of the wrong type."""
    try:
        msgspec.convert(document, OverrideForm)
        return msgspec.convert(document, ProgrammeForm)
    except msgspec.ValidationError as problem:
        raise ProgrammeInvalid(f"The programme cannot be read: {problem}.") from problem


def check_stage(document: Mapping[str, object]) -> StageForm:
    """A stage's fields, typed. Raises ProgrammeInvalid for a field of the wrong type."""
    try:
        return msgspec.convert(document, StageForm)
    except msgspec.ValidationError as problem:
        raise ProgrammeInvalid(f"The stage cannot be read: {problem}.") from problem
