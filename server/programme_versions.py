"""Programme versions: which programmes of a plan have a newer version, what it changes, and the plan with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, overload

from rules.errors import RulesError
from rules.forms.programme_files import current_key
from rules.programme import Programme, load
from rules.stage import Stage

Stored = str | Mapping[str, Any]  # as a plan keeps a programme: the key of a built-in one, or a whole document
GROUPS = ("each", "total", "max", "ceil", "ceil7")
SCALARS = ("n", "spacing_h", "min_days", "window_days", "earliest_day", "fatigue_onset_s")
FLAGS = ("fatigue_mode", "need_vmax_measured", "terminal")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One number that the newer version changes, in the same way in each of `stages`; None if there is no such number.

    `group` is empty for a number of the stage itself, such as its least days.
    """

    group: str
    item: str
    before: float | str | bool | None
    after: float | str | bool | None
    stages: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewerVersion:
    """A programme of a plan of which there is a newer version: of itself, or of the built-in one that it extends."""

    name: str
    version_before: str
    version_after: str
    stages: tuple[str, ...]
    changes: tuple[Change, ...]


@overload
def newest(programme: str) -> str: ...
@overload
def newest(programme: Mapping[str, Any]) -> Mapping[str, Any]: ...
def newest(programme: Stored) -> Stored:
    """The same programme in its current version, with everything that a physio changed of it."""
    if isinstance(programme, str):
        return current_key(programme)
    extends = programme.get("extends")
    return {**programme, "extends": current_key(extends)} if isinstance(extends, str) else programme


def is_same_programme(before: Stored, after: Stored) -> bool:
    """Whether two programmes are the same, apart from the version of the built-in one."""
    return newest(before) == newest(after)


def with_newest(body: Mapping[str, Any]) -> dict[str, Any]:
    """A plan with each of its programmes in the current version; nothing else changes."""
    plan = {**body, "programme": newest(body["programme"])}
    second = body.get("second")
    return {**plan, "second": {**second, "programme": newest(second["programme"])}} if second else plan


def newer_versions(body: Mapping[str, Any]) -> list[NewerVersion]:
    """Each programme of a plan that has a newer version, and can be read."""
    held = [body, *([body["second"]] if body.get("second") else [])]
    newer = (newer_version(plan["programme"]) for plan in held if "programme" in plan)
    return [version for version in newer if version is not None]


def changes(before: Programme, after: Programme) -> tuple[Change, ...]:
    """What differs between two versions of a programme, stage by stage, in the order of the stages."""
    stages: dict[tuple[Any, ...], list[str]] = {}
    for old, new in zip(before.stages, after.stages, strict=False):
        for difference in _differences(old, new):
            stages.setdefault(difference, []).append(new.id)
    return tuple(
        Change(group=group, item=item, before=was, after=becomes, stages=tuple(ids))
        for (group, item, was, becomes), ids in stages.items()
    )


def newer_version(programme: Stored) -> NewerVersion | None:
    """What the current version changes of a programme. None if it has the current one, or cannot be read."""
    if newest(programme) == programme:
        return None
    try:
        before, after = load(programme), load(newest(programme))
        version_before, version_after = _built_in_version(programme), _built_in_version(newest(programme))
    except RulesError:
        return None
    return NewerVersion(
        name=after.name,
        version_before=version_before,
        version_after=version_after,
        stages=tuple(stage.id for stage in after.stages),
        changes=changes(before, after),
    )


def _built_in_version(programme: Stored) -> str:
    return str(load(programme if isinstance(programme, str) else str(programme["extends"])).version)


def _differences(old: Stage, new: Stage) -> Iterator[tuple[str, str, Any, Any]]:
    for item in (*SCALARS, *FLAGS):
        if getattr(old, item) != getattr(new, item):
            yield "", item, getattr(old, item), getattr(new, item)
    for group in GROUPS:
        was, becomes = getattr(old, group), getattr(new, group)
        for item in dict.fromkeys((*was, *becomes)):
            if was.get(item) != becomes.get(item):
                yield group, item, was.get(item), becomes.get(item)
