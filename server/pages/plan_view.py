"""Plan view: the plan of a runner as fields and words, and what a change of it would have decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rules.profiles import PROFILES
from rules.view import View
from rules.what_if import Day
from server.care.programmes import Choice
from server.concerns import LEAST_REASON, Concern
from server.pages import (
    concern_text,
    evidence_words,
    missing_reference_text,
    plan_form,
    programme_names,
    programme_version_view,
    stage_view,
    start_view,
    strip,
    thresholds,
)
from server.pages.plan_form import Now
from server.pages.reader import Reader
from server.pages.runner_view import stage_line
from server.pages.stage_view import StagePreview
from server.pages.start_view import StartPreview
from server.review import Look
from server.storage.people import Person
from server.storage.runs import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the page is about; `view` and `second_view` are None while there is no plan to judge by.

    `plans` are all versions, the first one first; `step` and `start` are previews.
    """

    person: Person
    look: Look
    view: View | None
    second_view: View | None
    ladders: Sequence[Choice]
    plans: Sequence[Plan]
    flags: int
    step: StagePreview | None = None
    start: StartPreview | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """A change that is not saved: what it would have decided and what is asked, or why it cannot be."""

    body: Mapping[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    asked: str = ""
    concerns: tuple[Concern, ...] = ()
    days: Sequence[Day] = ()
    trouble: tuple[str, ...] = ()


def build(facts: Facts, tried: Tried | None, typed: Mapping[str, str], reader: Reader) -> dict[str, Any]:
    look, view = facts.look, facts.view
    return {
        "runner": look.runner,
        "version": look.plan.version if look.plan else 0,
        "saved": reader.clock(look.plan.valid_from) if look.plan else "",
        "stage_line": stage_line(view, facts.person, reader) if view else reader.gettext("No plan yet"),
        "flags": facts.flags,
        "missing": missing_reference_text.of_look(view, facts.second_view, reader),
        "newer_versions": programme_version_view.of_plan(look.plan, reader),
        "ladders": [_ladder(one, reader) for one in facts.ladders],
        "profiles": sorted(PROFILES),
        "choices": _choices(facts, reader),
        "step": _step(facts, reader),
        "start": start_view.preview(facts.start, look, reader) if facts.start else None,
        "form": _form(facts, view, typed, reader) if view else None,
        "references": plan_form.reference_fields(look.plan.body if look.plan else {}, reader),
        "second": _second(look, reader),
        "tried": _tried(tried, look, typed, reader) if tried else None,
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


def _choices(facts: Facts, reader: Reader) -> list[dict[str, Any]]:
    """Where a step can go, for each programme of the plan."""
    views = ((facts.view, False), (facts.second_view, True))
    return [stage_view.choice(view, facts.plans, reader, second=second) for view, second in views if view is not None]


def _step(facts: Facts, reader: Reader) -> dict[str, Any] | None:
    step = facts.step
    view = facts.second_view if step and step.second else facts.view
    return stage_view.preview(step, view, facts.look, reader) if step and view else None


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


def _tried(tried: Tried, look: Look, typed: Mapping[str, str], reader: Reader) -> dict[str, Any]:
    return {
        "trouble": tried.trouble,
        "warnings": [reader.gettext(one) for one in tried.warnings],
        "concerns": [concern_text.text(concern.code, concern.items, reader) for concern in tried.concerns],
        "reason": typed.get("reason", ""),
        "least": LEAST_REASON,
        "asked": tried.asked,
        "strip": strip.build(tried.days, look, reader) if tried.days else None,
    }
