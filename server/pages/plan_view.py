"""Plan view: the plan of a runner as fields and words, and what a change of it would have decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rules.profiles import PROFILES
from rules.view import View
from rules.what_if import Day
from server.care.programmes import Choice
from server.pages import evidence_words, plan_form, programme_names, programme_version_view, strip, thresholds
from server.pages.plan_form import Now
from server.pages.reader import Reader
from server.pages.runner_view import stage_line
from server.plans import Entry
from server.review import Look
from server.storage.people import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the page is about; `view` is None while there is no plan to judge by, `step` the stage that is asked of."""

    person: Person
    look: Look
    view: View | None
    ladders: Sequence[Choice]
    step: str
    entry: Sequence[Entry]
    flags: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """A change that is not saved: what it would have decided and what is asked, or why it cannot be."""

    body: Mapping[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    asked: str = ""
    days: Sequence[Day] = ()
    trouble: str | None = None


def build(facts: Facts, tried: Tried | None, typed: Mapping[str, str], reader: Reader) -> dict[str, Any]:
    look, view = facts.look, facts.view
    return {
        "runner": look.runner,
        "version": look.plan.version if look.plan else 0,
        "saved": reader.clock(look.plan.valid_from) if look.plan else "",
        "stage_line": stage_line(view, facts.person, reader) if view else reader.gettext("No plan yet"),
        "flags": facts.flags,
        "newer_versions": programme_version_view.of_plan(look.plan, reader),
        "ladders": [_ladder(one, reader) for one in facts.ladders],
        "profiles": sorted(PROFILES),
        "step": _step(facts, view, reader) if view else None,
        "form": _form(facts, view, typed, reader) if view else None,
        "second": _second(look, reader),
        "tried": _tried(tried, look, reader) if tried else None,
    }


def _ladder(choice: Choice, reader: Reader) -> dict[str, Any]:
    name = reader.gettext(choice.programme.name)
    stages = choice.programme.stages
    own = reader.gettext("{name}, of this clinic ({version})", name=name, version=choice.programme.version or "")
    return {
        "key": choice.key,
        "name": own if choice.is_own else f"{choice.key}: {name}",
        "needs_profile": choice.programme.add_on,
        "stages": [(f"{choice.key}:{one.id}", f"{one.id}: {reader.gettext(one.name)}") for one in stages],
    }


def _step(facts: Facts, view: View, reader: Reader) -> dict[str, Any]:
    return {
        "stages": [
            {"id": stage.id, "name": reader.gettext(stage.name), "here": place == view.stage_index}
            for place, stage in enumerate(view.programme.stages)
        ],
        "chosen": facts.step,
        "forward": view.programme.index(facts.step) > view.stage_index,
        "criteria": [
            {
                "code": one.criterion.code,
                "sentence": reader.gettext(one.criterion.sentence),
                "evidence": reader.gettext(one.criterion.evidence),
                "seen": _seen(one, reader),
            }
            for one in facts.entry
        ],
        "baseline": thresholds.written(view.case.baseline_morning, ""),
    }


def _seen(one: Entry, reader: Reader) -> str:
    if one.seen is None:
        return ""
    words = reader.gettext("Seen by {name} on {day}", name=one.seen.by, day=reader.day(one.seen.at))
    return f"{words}: {one.seen.note}" if one.seen.note else words


def _form(facts: Facts, view: View, typed: Mapping[str, str], reader: Reader) -> dict[str, Any]:
    body = facts.look.plan.body if facts.look.plan else {}
    now = Now(body=body, view=view, zone_reader=reader)
    return {
        "groups": thresholds.fields(view.programme, now.usual, view.stage, reader),
        "fatigue": reader.gettext(thresholds.FATIGUE),
        "corroborated": view.stage.fatigue_mode is not None,
        "limits": plan_form.limits(now, reader),
        "profile": now.usual_profile.name,
        "profile_evidence": evidence_words.words(view.profile.evidence, reader),
        "references": plan_form.references(now, reader),
        "baseline_morning": thresholds.written(body.get("baseline_morning"), ""),
        "baseline_stiff_min": thresholds.written(body.get("baseline_stiff_min"), ""),
        "onset": plan_form.onset(now, reader),
        "metrics": thresholds.metrics(reader),
        "group_names": [(name, reader.gettext(words)) for name, words in thresholds.GROUPS.items()],
        "typed": typed,
    }


def _second(look: Look, reader: Reader) -> dict[str, Any] | None:
    held = look.plan.body.get("second") if look.plan else None
    if not held:
        return None
    name = programme_names.name(held["programme"], reader)
    return {"words": reader.gettext("{programme}, stage {stage}", programme=name, stage=held["stage"])}


def _tried(tried: Tried, look: Look, reader: Reader) -> dict[str, Any]:
    return {
        "trouble": reader.gettext(tried.trouble) if tried.trouble else "",
        "warnings": [reader.gettext(one) for one in tried.warnings],
        "asked": tried.asked,
        "strip": strip.build(tried.days, look, reader) if tried.days else None,
    }
