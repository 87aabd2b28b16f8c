"""Case: everything that a decision depends on, and the way from a JSON document to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from rules.errors import BadCase, ProgrammeInvalid
from rules.forms.case_document import read_document, read_part
from rules.forms.case_form import CaseForm, ReferencesForm
from rules.forms.case_parts import daily_of, flags_of, holds_of, moment, moment_or_none, references_of, sessions_of
from rules.profiles import choose, reached_limits
from rules.vocabulary import DailyCheckIn, Flag, Hold, References, Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One runner's situation at `now`. Times are UTC; None means not known; `notes` are never read by the rules.

    `programme` is the key of a built-in programme or a whole programme; `profile` a name or changed limits, None for
    the programme's own; `stage_override` a merge patch of the stage. `profile_before` is the profile that was in force
    until `profile_since` (both or neither). `nerve_checked_at` is when a clinician last examined the nerves, and
    `asked_since` when the runner's first check-in could have been asked.
    """

    programme: str | Mapping[str, object]
    stage: str
    stage_entered_at: datetime
    now: datetime
    profile: str | Mapping[str, object] | None = None
    profile_since: datetime | None = None
    profile_before: str | Mapping[str, object] | None = None
    nerve_checked_at: datetime | None = None
    asked_since: datetime | None = None
    stage_override: Mapping[str, object] = field(default_factory=dict)
    baseline_morning: float | None = None
    baseline_stiff_min: float | None = None
    onset_at: datetime | None = None
    references: References = field(default_factory=References)
    sessions: tuple[Session, ...] = ()
    daily: tuple[DailyCheckIn, ...] = ()
    flags: tuple[Flag, ...] = ()
    holds: tuple[Hold, ...] = ()
    notes: object = None

    @classmethod
    def from_json(cls, document: bytes | str | Mapping[str, object]) -> Case:
        """Read a case from JSON text or from its parsed object.

        Raises BadCase, in one sentence that names the place, for wrong syntax, a wrong type, a number that is not
        finite, a time without a zone, an impossible value, or two different sessions with one id.
        """
        return _case(read_document(document))


def read_references(document: Mapping[str, object]) -> References:
    """The `references` object of a case that stands alone. Raises BadCase, in one sentence."""
    return references_of(read_part(document, ReferencesForm, "references"))


def _case(form: CaseForm) -> Case:
    if (form.profile_since is None) != (form.profile_before is None):
        raise BadCase("profile_since and profile_before belong together: give both or neither.")
    for name, profile in (("profile", form.profile), ("profile_before", form.profile_before)):
        _check_limits(name, profile)
    return Case(
        programme=form.programme,
        stage=form.stage,
        stage_entered_at=moment(form.stage_entered_at, "stage_entered_at"),
        now=moment(form.now, "now"),
        profile=form.profile,
        profile_since=moment_or_none(form.profile_since, "profile_since"),
        profile_before=form.profile_before,
        nerve_checked_at=moment_or_none(form.nerve_checked_at, "nerve_checked_at"),
        asked_since=moment_or_none(form.asked_since, "asked_since"),
        stage_override=form.stage_override or {},
        baseline_morning=form.baseline_morning,
        baseline_stiff_min=form.baseline_stiff_min,
        onset_at=moment_or_none(form.onset_at, "onset_at"),
        references=references_of(form.references),
        sessions=sessions_of(form.sessions or []),
        daily=daily_of(form.daily or []),
        flags=flags_of(form.flags or []),
        holds=holds_of(form.holds or []),
        notes=form.notes,
    )


def _check_limits(name: str, profile: str | Mapping[str, object] | None) -> None:
    """Refuse changed limits under which a score would be GREEN and RED at once. Raises BadCase.

    A profile that cannot be read at all is left to `decide`, which says so.
    """
    try:
        reached = reached_limits(choose(profile, None)) if isinstance(profile, Mapping) else ()
    except ProgrammeInvalid:
        return
    if reached:
        raise BadCase(f"{name}: the green limit of {reached[0]!r} must be below its red limit.")
