"""Stage: one step of a programme, with what must be earned on it and what must not be exceeded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite

from rules.errors import ProgrammeInvalid
from rules.forms.merge_patch import merge_patch
from rules.forms.programme_form import StageForm, check_stage
from rules.numbers import MOST

Amounts = Mapping[str, float]
YOUR_PHYSIO = "set by your physio"
_AMOUNTS = ("each", "total", "max", "ceil", "ceil7")
_NUMBERS = ("n", "spacing_h", "min_days", "window_days", "fatigue_onset_s", "earliest_day")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One step, its fields named as in the file; an amount that is absent is no requirement and no limit.

    `each` holds the least amounts of one counting session, `n` how many of them are needed, starting at least
    `spacing_h` apart; `total` the least sums over all eligible sessions, `max` what the best of them must reach;
    `ceil` the most of one session and `ceil7` the most in 7 days. `evidence` names the source of a group of numbers.
    """

    id: str
    name: str = ""
    n: float | None = None
    spacing_h: float | None = None
    min_days: float | None = None
    window_days: float | None = None
    fatigue_onset_s: float | None = None
    earliest_day: float | None = None
    fatigue_mode: str | None = None  # corroborated: running late is fatigue only where heart or stride say so too
    need_vmax_measured: bool = False
    terminal: bool = False
    each: Amounts = field(default_factory=dict)
    total: Amounts = field(default_factory=dict)
    max: Amounts = field(default_factory=dict)
    ceil: Amounts = field(default_factory=dict)
    ceil7: Amounts = field(default_factory=dict)
    evidence: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def from_json(cls, document: Mapping[str, object]) -> Stage:
        """A stage from its document. Raises ProgrammeInvalid for a wrong type, an infinite number, a missing id."""
        form = check_stage(document)
        if not form.id:
            raise ProgrammeInvalid("A stage of the programme has no id.")
        return cls(
            id=form.id,
            name=form.name or "",
            fatigue_mode=form.fatigue_mode,
            need_vmax_measured=bool(form.need_vmax_measured),
            terminal=bool(form.terminal),
            evidence={item: source for item, source in (form.evidence or {}).items() if source},
            n=_finite(form, "n", form.n),
            spacing_h=_finite(form, "spacing_h", form.spacing_h),
            min_days=_finite(form, "min_days", form.min_days),
            window_days=_finite(form, "window_days", form.window_days),
            fatigue_onset_s=_finite(form, "fatigue_onset_s", form.fatigue_onset_s),
            earliest_day=_finite(form, "earliest_day", form.earliest_day),
            each=_amounts(form, "each", form.each),
            total=_amounts(form, "total", form.total),
            max=_amounts(form, "max", form.max),
            ceil=_amounts(form, "ceil", form.ceil),
            ceil7=_amounts(form, "ceil7", form.ceil7),
        )

    def changed(self, patch: Mapping[str, object] | None) -> Stage:
        """The stage with a merge patch laid over it, as a physio changes it for one runner; null deletes."""
        if not patch:
            return self
        merged = merge_patch(self.to_json(), {**known_fields(patch), "evidence": sources(patch)})
        return Stage.from_json(merged if isinstance(merged, Mapping) else {})

    def to_json(self) -> dict[str, object]:
        """The stage as it would stand in a file, without what is not set."""
        parts = {name: getattr(self, name) for name in ("id", "name", "fatigue_mode", *_NUMBERS, *_AMOUNTS, "evidence")}
        flags = {"need_vmax_measured": self.need_vmax_measured, "terminal": self.terminal}
        return {name: value for name, value in (parts | flags).items() if value or value == 0}

    @property
    def dose_metrics(self) -> tuple[str, ...]:
        """Every metric that a dose of this stage asks for, once."""
        return tuple(dict.fromkeys((*self.each, *self.total, *self.max)))

    def has_dose(self) -> bool:
        """Whether there is anything to earn: a number of sessions, and at least one amount above 0."""
        amounts = (*self.each.values(), *self.total.values(), *self.max.values())
        return self.n is not None and self.n >= 1 and any(amount > 0 for amount in amounts)


def known_fields(patch: Mapping[str, object]) -> dict[str, object]:
    """The patch without fields that no stage has, whatever they hold and however deep."""
    return {name: value for name, value in patch.items() if name in StageForm.__struct_fields__}


def sources(patch: Mapping[str, object]) -> dict[str, object]:
    """The evidence of a patch: what a physio set is the physio's own number, unless the patch names its source."""
    named = patch.get("evidence")
    own: dict[str, object] = {}
    for group, value in known_fields(patch).items():
        own |= (
            {f"{group}.{name}": YOUR_PHYSIO for name in value} if isinstance(value, Mapping) else {group: YOUR_PHYSIO}
        )
    return {**own, **(named if isinstance(named, Mapping) else {})}


def _amounts(form: StageForm, name: str, given: Mapping[str, float | None] | None) -> dict[str, float]:
    checked = {metric: _finite(form, f"{name}.{metric}", amount) for metric, amount in (given or {}).items()}
    return {metric: amount for metric, amount in checked.items() if amount is not None}


def _finite(form: StageForm, name: str, value: float | None) -> float | None:
    if value is not None and not isfinite(value):
        raise ProgrammeInvalid(f"{name} of stage {form.id!r} is not a finite number.")
    if value is not None and abs(value) > MOST:
        raise ProgrammeInvalid(f"{name} of stage {form.id!r} is {value:g}, which nothing can be.")
    return value
