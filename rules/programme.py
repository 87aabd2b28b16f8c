"""Programme: a ladder of stages as data, each with its doses, its ceilings and the evidence for its numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from rules.errors import ProgrammeInvalid
from rules.forms.merge_patch import merge_patch
from rules.forms.programme_files import built_in, current_key
from rules.forms.programme_form import ProgrammeForm, check_programme
from rules.stage import YOUR_PHYSIO, Stage, known_fields, sources

EXPERT_DEFAULT = "expert default"


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """A ladder. `sites` are the places of pain that belong to it; without them a changed site is never noticed.

    `key` names a built-in one; `origin` the built-in whose ladder this is, also where a physio changed it.
    """

    key: str | None
    name: str
    version: str | None
    profile: str | None
    stages: tuple[Stage, ...]
    sites: tuple[str, ...] = ()
    add_on: bool = False
    evidence: Mapping[str, str] = field(default_factory=dict)
    unsourced: str = EXPERT_DEFAULT
    origin: str | None = None

    def index(self, stage_id: str) -> int:
        """The place of a stage in the ladder, from 0. Raises ProgrammeInvalid for an id that does not stand once."""
        places = [place for place, stage in enumerate(self.stages) if stage.id == stage_id]
        if len(places) != 1:
            how_many = "no stage" if not places else "more than one stage"
            raise ProgrammeInvalid(f"{self.name or 'This programme'} has {how_many} {stage_id!r}.")
        return places[0]

    def evidence_for(self, stage: Stage, item: str) -> str:
        """The source of one number, such as `total.fat_s`: its own, else its group's, else the programme's."""
        names = (item, item.partition(".")[0])
        named = (evidence.get(name) for evidence in (stage.evidence, self.evidence) for name in names)
        return next((source for source in named if source), self.unsourced)


def load(programme: str | Mapping[str, object]) -> Programme:
    """A built-in programme by its key, or one that somebody wrote, which may extend a built-in.

    Raises ProgrammeInvalid, in one sentence, for what cannot be a programme.
    """
    return _load_built_in(programme) if isinstance(programme, str) else _build(None, programme)


@cache
def _load_built_in(key: str) -> Programme:
    return _build(key, built_in(key))


def _build(key: str | None, document: Mapping[str, object]) -> Programme:
    form = check_programme(document)
    base = _load_built_in(form.extends) if form.extends is not None else None
    stages = [Stage.from_json(stage) for stage in _ladder(document, own=key is None)]
    return Programme(
        key=key,
        name=form.name or (base.name if base else ""),
        version=None if form.version is None else str(form.version),
        profile=form.profile or (base.profile if base else None),
        stages=tuple(stages),
        sites=tuple(form.sites or ()),
        add_on=base.add_on if base and form.add_on is None else bool(form.add_on),
        evidence={**(base.evidence if base else {}), **_named(form)},
        unsourced=EXPERT_DEFAULT if key is not None or base is not None else YOUR_PHYSIO,
        origin=_origin(key or form.extends),
    )


def _origin(key: str | None) -> str | None:
    return None if key is None else current_key(key)


def _ladder(document: Mapping[str, object], *, own: bool = False) -> list[Mapping[str, object]]:
    """The stages as they would stand in a file: copied from the base, renamed, `n` raised, then overridden.

    `own` says that a person wrote the document, whose numbers are then that person's.
    """
    form = check_programme(document)
    stages = _own_or_inherited(document, form.extends)
    stages = [_renamed(stage, place, form.id_prefix, form.n_add) for place, stage in enumerate(stages, 1)]
    for place, patch in (form.override or {}).items():
        if not place.isdecimal() or not 1 <= int(place) <= len(stages):
            raise ProgrammeInvalid(f"The override {place!r} names no stage: they count from 1 to {len(stages)}.")
        known = known_fields(patch or {})
        signed = {**known, "evidence": sources(known)} if own else known
        stages[int(place) - 1] = _patched(stages[int(place) - 1], signed)
    return stages


def _own_or_inherited(document: Mapping[str, object], extends: str | None) -> list[Mapping[str, object]]:
    own = document.get("stages")
    if extends is None:
        return [stage for stage in own if isinstance(stage, Mapping)] if isinstance(own, list | tuple) else []
    if own:
        raise ProgrammeInvalid(f"A programme that extends {extends} changes its stages by override, not by stages.")
    return _ladder(built_in(extends))


def _renamed(
    stage: Mapping[str, object], place: int, id_prefix: str | None, n_add: float | None
) -> Mapping[str, object]:
    patch: dict[str, object] = {}
    if id_prefix is not None:
        patch["id"] = f"{id_prefix}{place}"
    n = stage.get("n")
    if n_add is not None and isinstance(n, int | float):
        patch["n"] = n + n_add
    return _patched(stage, patch)


def _patched(stage: Mapping[str, object], patch: Mapping[str, object] | None) -> Mapping[str, object]:
    merged = merge_patch(stage, patch or {})
    return merged if isinstance(merged, Mapping) else {}


def _named(form: ProgrammeForm) -> dict[str, str]:
    return {item: source for item, source in (form.evidence or {}).items() if source}
